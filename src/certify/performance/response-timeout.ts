import { ChargePoint } from '../charge-point.ts';
import { Mismatch } from '../mismatch.ts';
import type { Operator } from '../operator.ts';
import { brief, memberAt } from '../payload.ts';

/**
 * *OCPP response timeout*: how long the Central System waits for the answer to a request of its own. A charge
 * point takes a CALL and never answers; resolves with the time until the operator is told so (504), ms.
 * Throws a Mismatch when the operator sees something else.
 * @param patienceMs longest wait for that.
 */
export async function measureResponseTimeout(
  { ocppUrl, identity, operator }: { ocppUrl: string; identity: string; operator: Operator },
  patienceMs: number,
): Promise<number> {
  const chargePoint = new ChargePoint({ identity, callIds: new Set(), timeoutMs: patienceMs });
  await operator.provision(identity);
  await chargePoint.connect({ url: ocppUrl });
  try {
    await chargePoint.call('BootNotification', { chargePointVendor: 'Farad', chargePointModel: 'Certify' });
    const arrival = chargePoint.awaitCall('GetConfiguration');
    const startedAt = performance.now();
    const posted = operator.call(identity, 'GetConfiguration', { key: ['HeartbeatInterval'] }, patienceMs);
    const first = await Promise.race([arrival, posted]);
    const { status, body } = 'status' in first ? first : await posted;
    const measured = performance.now() - startedAt;
    if (status !== 504 || memberAt(body, 'error.code') !== 'timeout')
      throw new Mismatch(
        'HTTP 504 timeout for a CALL that the charge point never answers',
        `${status} ${brief(body)}`,
      );
    return measured;
  } finally {
    await chargePoint.vanish();
  }
}
