import { createCentralSystem } from '../../src/central-system/central-system.ts';
import type { ChargePoint } from '../../src/central-system/charge-point.ts';
import { createVendorRegistry } from '../../src/central-system/vendor-registry.ts';
import type { CallOutcome, ChargePointCall } from '../../src/link/methods.ts';
import { ocpp16 } from '../../src/protocol/v16/dialect.ts';
import { createRegistry } from '../../src/telemetry/metrics.ts';
import type { ControlUnderTest } from './control-under-test.ts';

/** What a charge point answers: a CALLRESULT payload, or how the call ends without one. */
export type Reply =
  | { readonly payload: unknown }
  | { readonly error: string }
  | { readonly outcome: 'timeout' | 'connection_lost' | 'not_connected' };

/**
 * A charge point that is connected to `edge-0`: the real central system on control's store, the socket played
 * by the test.
 */
export interface ChargePointBehindControl {
  /** Calls that reached it. */
  readonly calls: ChargePointCall[];
  /** Decides what it answers; Accepted by default. */
  reply: (call: ChargePointCall) => Reply;
  /** Sends a message; answers the payload of the confirmation, or throws the CALLERROR code. */
  send(action: string, payload: unknown): Promise<Record<string, unknown>>;
}

export async function connectChargePoint(
  control: ControlUnderTest,
  id: string,
): Promise<ChargePointBehindControl> {
  const central = createCentralSystem({
    store: control.store,
    rows: { add: () => undefined },
    keepSamples: async () => ({ samples: 0 }),
    vendors: createVendorRegistry(),
    registry: createRegistry({ process: 'edge-0' }),
    settings: {
      reader: 'lenient',
      heartbeatInterval: 300_000,
      bootRetryInterval: 60_000,
      concurrentTx: 0,
      forgotten: 'keep',
      forgottenAfter: 86_400_000,
      unknownTags: 'accept',
      signsOutside: false,
      reservationSlack: 0,
      reservationRetention: 3_600_000,
    },
    onFault: (error) => {
      throw error;
    },
  });
  const chargePoint: ChargePoint = central.chargePoint(id, ocpp16);
  let messages = 0;
  const point: ChargePointBehindControl = {
    calls: [],
    reply: () => ({ payload: { status: 'Accepted' } }),
    async send(action, payload) {
      const call = { messageId: `cp-${messages++}`, action, payload };
      const decision = await central.decide(chargePoint, call, Date.now());
      if (decision.kind === 'error') throw new Error(decision.code);
      return decision.payload as Record<string, unknown>;
    },
  };

  control.process('edge-0').serve('edge.call', async (call): Promise<CallOutcome> => {
    if (call.chargePointId !== id) return { outcome: 'not_connected' };
    const reply = point.reply(call);
    if ('outcome' in reply && reply.outcome === 'not_connected') return { outcome: 'not_connected' };
    point.calls.push(call);
    const messageId = `call-${point.calls.length}`;
    const outgoing = { messageId, action: call.action, payload: call.payload, sentAt: Date.now() };
    if ('outcome' in reply) {
      const { outcome } = reply as { outcome: 'timeout' | 'connection_lost' };
      await central.onCallAnswered(chargePoint, outgoing, { kind: 'none', reason: outcome });
      return { outcome, messageId };
    }
    if ('error' in reply) {
      const code = reply.error;
      await central.onCallAnswered(chargePoint, outgoing, { kind: 'error', code });
      return { outcome: 'error', messageId, code, description: '', details: {}, durationMs: 1 };
    }
    const { payload } = reply;
    await central.onCallAnswered(chargePoint, outgoing, { kind: 'result', payload });
    return { outcome: 'result', messageId, payload, durationMs: 1 };
  });
  await control.store.sessions.claim({
    chargePointId: id,
    edge: 'edge-0',
    connectedAt: Date.now(),
    remoteAddress: '192.0.2.1',
  });
  await point.send('BootNotification', { chargePointVendor: 'Acme', chargePointModel: 'One' });
  return point;
}
