import { expect, it } from 'vitest';
import type { SampledValue } from '../../src/protocol/v16/generated/messages.ts';
import { startGateway } from '../support/gateway.ts';
import { connectStrictChargePoint } from '../support/strict-charge-point.ts';
import { until } from '../support/until.ts';

interface Rows {
  readonly rows: readonly Record<string, unknown>[];
}

it('a charge point of another make (ocpp-rpc, strict) charges a car, and every sample can be queried', async () => {
  const gateway = await startGateway();
  await gateway.request('PUT', '/api/v1/tokens/CARD-7', { status: 'Accepted', parentIdTag: 'FAMILY' });

  const chargePoint = await connectStrictChargePoint(gateway.ocpp, 'RDAM 123', () => ({
    status: 'Accepted',
  }));

  const boot = await chargePoint.call('BootNotification', {
    chargePointVendor: 'Elsewhere',
    chargePointModel: 'One',
  });
  expect(boot).toMatchObject({ status: 'Accepted', interval: 300 });
  expect(boot.currentTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  await chargePoint.call('StatusNotification', { connectorId: 0, errorCode: 'NoError', status: 'Available' });
  await chargePoint.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' });
  expect(await chargePoint.call('Authorize', { idTag: 'card-7' })).toEqual({
    idTagInfo: { status: 'Accepted', parentIdTag: 'FAMILY' },
  });
  expect(await chargePoint.call('Authorize', { idTag: 'STRANGER' })).toEqual({
    idTagInfo: { status: 'Invalid' },
  });

  const began = Date.parse('2026-05-04T08:00:00.000Z');
  const at = (minutes: number) => new Date(began + minutes * 60_000).toISOString();
  const { transactionId } = await chargePoint.call('StartTransaction', {
    connectorId: 1,
    idTag: 'CARD-7',
    meterStart: 1000,
    timestamp: at(0),
  });
  expect(transactionId).toBeGreaterThan(0);
  for (let minutes = 0; minutes <= 60; minutes += 15) {
    const sampledValue: SampledValue[] = [
      { value: String(1000 + minutes * 100), measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
      { value: '6000', measurand: 'Power.Active.Import', unit: 'W' },
    ];
    const meterValue = [{ timestamp: at(minutes), sampledValue }];
    expect(await chargePoint.call('MeterValues', { connectorId: 1, transactionId, meterValue })).toEqual({});
  }
  expect(await gateway.request('GET', `/api/v1/transactions/${transactionId}`)).toMatchObject({
    state: 'open',
  });
  await chargePoint.call('StopTransaction', {
    transactionId,
    idTag: 'CARD-7',
    meterStop: 7000,
    timestamp: at(60),
    reason: 'Local',
    transactionData: [{ timestamp: at(60), sampledValue: [{ value: '7000', context: 'Transaction.End' }] }],
  });
  expect(await chargePoint.call('Heartbeat', {})).toHaveProperty('currentTime');

  const command = await gateway.request('POST', '/api/v1/charge-points/RDAM%20123/calls/Reset', {
    type: 'Soft',
  });
  expect(command).toMatchObject({ outcome: 'result', payload: { status: 'Accepted' } });
  expect(chargePoint.asked).toEqual(['Reset']);

  expect(await gateway.request('GET', `/api/v1/transactions/${transactionId}`)).toMatchObject({
    state: 'stopped',
    meterStart: 1000,
    meterStop: 7000,
  });
  const samples = await until('ClickHouse has the eleven samples', async () => {
    const answer = await gateway.request<Rows>(
      'GET',
      `/api/v1/analytics/meter-samples?chargePointId=RDAM%20123&from=${at(-1)}&to=${at(61)}`,
    );
    return answer.rows.length === 11 && answer.rows;
  });
  expect(samples.filter(({ measurand }) => measurand === 'Power.Active.Import')).toHaveLength(5);
  const energy = await until('the energy of the hour is known', async () => {
    const { rows } = await gateway.request<Rows>(
      'GET',
      `/api/v1/analytics/energy?interval=hour&chargePointId=RDAM%20123&from=${at(0)}&to=${at(60)}`,
    );
    return rows.length > 0 && rows;
  });
  expect(energy).toMatchObject([{ start: '2026-05-04T08:00:00.000Z', energyWh: 6000, registerFalls: 0 }]);
  expect(await gateway.stop()).toBe(0);
});
