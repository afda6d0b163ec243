import { expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { connectStrictChargePoint } from '../support/strict-charge-point.ts';
import { until } from '../support/until.ts';

interface Rows {
  readonly rows: readonly Record<string, unknown>[];
}

it('a driver whose charge point burnt down charges elsewhere once the transaction is closed; the stop that comes late is kept', async () => {
  const gateway = await startGateway();
  await gateway.request('PUT', '/api/v1/tokens/CARD-7', { status: 'Accepted', maxConcurrent: 1 });
  const connect = async (id: string) => {
    const chargePoint = await connectStrictChargePoint(gateway.ocpp, id, () => ({ status: 'Accepted' }));
    await chargePoint.call('BootNotification', { chargePointVendor: 'Elsewhere', chargePointModel: 'One' });
    return chargePoint;
  };
  const began = Date.now() - 3_600_000;
  const at = (minutes: number) => new Date(began + minutes * 60_000).toISOString();
  const [burnt, other] = [await connect('BURNT'), await connect('OTHER')];
  const start = { connectorId: 1, idTag: 'CARD-7', meterStart: 1000, timestamp: at(0) };
  const { transactionId } = await burnt.call('StartTransaction', start);
  const refused = await other.call('StartTransaction', start);
  expect(refused.idTagInfo).toEqual({ status: 'ConcurrentTx' });
  await other.call('StopTransaction', {
    transactionId: refused.transactionId,
    meterStop: 1000,
    timestamp: at(1),
    reason: 'DeAuthorized',
  });

  const path = `/api/v1/transactions/${transactionId}`;
  await gateway.request('POST', `${path}/close`, { meterStop: 3000, time: at(30), reason: 'burnt down' });
  const accepted = await other.call('StartTransaction', { ...start, timestamp: at(40) });
  expect(accepted.idTagInfo).toEqual({ status: 'Accepted' });

  const history = async () => {
    const { rows } = await gateway.request<Rows>(
      'GET',
      `/api/v1/analytics/transactions?chargePointId=BURNT&from=${at(-1)}&to=${at(59)}`,
    );
    return rows;
  };
  const closed = await until('ClickHouse has the closing', async () => {
    const [row] = await history();
    return row?.state === 'closed' && row.energyWh === 2000 && row;
  });
  expect(closed).toMatchObject({ meterStop: 3000, closureReason: 'burnt down', closedBy: 'bootstrap' });

  const meterValue = [{ timestamp: at(20), sampledValue: [{ value: '2500' }] }];
  expect(await burnt.call('MeterValues', { connectorId: 1, transactionId, meterValue })).toEqual({});
  const stop = { transactionId, meterStop: 4500, timestamp: at(35), idTag: 'CARD-7' };
  expect(await burnt.call('StopTransaction', stop)).toMatchObject({ idTagInfo: { status: 'Accepted' } });
  const late = { state: 'stopped', meterStop: 4500, energyWh: 3500, flags: ['late-stop'] };
  const closure = { reason: 'burnt down', meterStop: 3000, cause: 'operator' };
  expect(await gateway.request('GET', path)).toMatchObject({ ...late, closure });
  const rows = await until('ClickHouse has the late stop', async () => {
    const found = await history();
    return found[0]?.energyWh === 3500 && found;
  });
  expect(rows).toMatchObject([{ ...late, closureReason: 'burnt down', closureMeterStop: 3000 }]);
});
