import { expect, it, onTestFinished } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { connectStrictChargePoint, type StrictChargePoint } from '../support/strict-charge-point.ts';
import { until } from '../support/until.ts';

const CP = '/api/v1/charge-points/CP-1';

interface Followed {
  readonly followUp: string;
  readonly consequences: readonly Readonly<Record<string, unknown>>[];
}

/** A charge point that says Accepted to everything, unless told otherwise, and has booted. */
async function connect(
  gateway: Gateway,
  answers: Readonly<Record<string, unknown>> = {},
): Promise<StrictChargePoint> {
  const chargePoint = await connectStrictChargePoint(
    gateway.ocpp,
    'CP-1',
    (action) => answers[action] ?? { status: 'Accepted' },
  );
  await chargePoint.call('BootNotification', { chargePointVendor: 'Elsewhere', chargePointModel: 'One' });
  for (const connectorId of [0, 1]) {
    await chargePoint.call('StatusNotification', { connectorId, errorCode: 'NoError', status: 'Available' });
  }
  return chargePoint;
}

const now = () => new Date().toISOString();

it('G15: an operator reserves, starts, limits, looks and stops; everything that follows is seen, and nothing is sent unasked', async () => {
  const gateway = await startGateway();
  const chargePoint = await connect(gateway, {
    GetCompositeSchedule: {
      status: 'Accepted',
      connectorId: 1,
      scheduleStart: now(),
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] },
    },
  });
  await gateway.request('PUT', '/api/v1/tokens/CARD-7', { status: 'Accepted' });

  const reserved = await gateway.request<{ reservation: { reservationId: number } }>(
    'POST',
    '/api/v1/reservations',
    {
      chargePointId: 'CP-1',
      connectorId: 1,
      idTag: 'CARD-7',
      expiryDate: new Date(Date.now() + 3_600_000).toISOString(),
    },
  );
  const { reservationId } = reserved.reservation;
  await chargePoint.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Reserved' });

  const start = await gateway.request<{ messageId: string }>('POST', `${CP}/calls/RemoteStartTransaction`, {
    idTag: 'CARD-7',
    connectorId: 1,
    chargingProfile: {
      chargingProfileId: 3,
      stackLevel: 0,
      chargingProfilePurpose: 'TxProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] },
    },
  });
  await chargePoint.call('Authorize', { idTag: 'CARD-7' });
  const { transactionId } = await chargePoint.call('StartTransaction', {
    connectorId: 1,
    idTag: 'CARD-7',
    meterStart: 1000,
    timestamp: now(),
    reservationId,
  });
  expect(await gateway.request('GET', `/api/v1/reservations/${reservationId}`)).toMatchObject({
    state: 'ended',
    ending: 'used',
    transactionId,
  });
  expect(await gateway.request<Followed>('GET', `${CP}/commands/${start.messageId}?wait=10`)).toMatchObject({
    followUp: 'complete',
    consequences: [
      { action: 'Authorize', status: 'Accepted' },
      { action: 'StartTransaction', transactionId },
    ],
  });
  expect(await gateway.request('GET', `${CP}/charging-profiles`)).toMatchObject({
    items: [{ chargingProfileId: 3, transactionId, source: 'RemoteStartTransaction' }],
  });
  const composite = await gateway.request<{ differences: unknown[] }>(
    'GET',
    `${CP}/composite-schedule?connectorId=1&duration=600&unit=A`,
  );
  expect(composite.differences).toEqual([]);

  // Meter values go to the frame workers, unless a trigger waits for them.
  const triggered = gateway.request<{ command: Followed }>('POST', `${CP}/trigger?wait=20`, {
    requestedMessage: 'MeterValues',
    connectorId: 1,
  });
  await until('the trigger has come', () => chargePoint.asked.includes('TriggerMessage'));
  const meterValue = [{ timestamp: now(), sampledValue: [{ value: '1100' }] }];
  await chargePoint.call('MeterValues', { connectorId: 1, transactionId, meterValue });
  expect((await triggered).command).toMatchObject({
    followUp: 'complete',
    consequences: [{ action: 'MeterValues', connectorId: 1 }],
  });

  // A stop with transactionData is read by a frame worker, and still is what the remote stop brought about.
  const stop = await gateway.request<{ messageId: string }>('POST', `${CP}/calls/RemoteStopTransaction`, {
    transactionId,
  });
  await chargePoint.call('StopTransaction', {
    transactionId,
    meterStop: 1200,
    timestamp: now(),
    reason: 'Remote',
    transactionData: [{ timestamp: now(), sampledValue: [{ value: '1200', context: 'Transaction.End' }] }],
  });
  const stopped = await gateway.request<Followed>('GET', `${CP}/commands/${stop.messageId}?wait=10`);
  expect(stopped).toMatchObject({
    followUp: 'complete',
    consequences: [{ action: 'StopTransaction', transactionId, status: 'Remote' }],
  });
  expect(stopped.consequences[0]?.messageId).not.toBe('');
  expect(await gateway.request('GET', `${CP}/charging-profiles`)).toMatchObject({ items: [] });

  expect(chargePoint.asked).toEqual([
    'ReserveNow',
    'RemoteStartTransaction',
    'GetCompositeSchedule',
    'TriggerMessage',
    'RemoteStopTransaction',
  ]);
  await until('ClickHouse has every version of the reservation', async () => {
    const { rows } = await gateway.request<{ rows: { table: string; rows: unknown }[] }>(
      'GET',
      '/api/v1/analytics/storage',
    );
    return rows.some(({ table, rows: count }) => table === 'reservations' && Number(count) >= 1);
  });
  expect(await gateway.stop()).toBe(0);
});

it('I8: a reservation ends by itself after its date, without any message or call', async () => {
  const gateway = await startGateway(['--reservations-expiry-slack', '0s']);
  const chargePoint = await connect(gateway);
  const expiryDate = new Date(Date.now() + 1500).toISOString();
  await gateway.request('POST', '/api/v1/reservations', {
    chargePointId: 'CP-1',
    connectorId: 0,
    idTag: 'CARD-7',
    expiryDate,
    reservationId: 77,
  });
  expect(await gateway.request('GET', '/api/v1/reservations/77')).toMatchObject({ state: 'active' });
  await until('the reservation has expired', async () => {
    const { ending } = await gateway.request<{ ending: string | null }>('GET', '/api/v1/reservations/77');
    return ending === 'expired';
  });
  const { endedAt } = await gateway.request<{ endedAt: string }>('GET', '/api/v1/reservations/77');
  expect(Date.parse(endedAt)).toBeGreaterThan(Date.parse(expiryDate));
  expect(chargePoint.asked).toEqual(['ReserveNow']);
  expect(await gateway.stop()).toBe(0);
});

it('G7, G6: what waits for a reset or the end of a transaction outlives the death of the edge', async () => {
  const gateway = await startGateway();
  const answers = {
    ChangeConfiguration: { status: 'RebootRequired' },
    ChangeAvailability: { status: 'Scheduled' },
  };
  await connect(gateway, answers);
  await gateway.request('PUT', `${CP}/configuration/MeterValueSampleInterval`, { value: '60' });
  const change = await gateway.request<{ messageId: string }>('POST', `${CP}/calls/ChangeAvailability`, {
    connectorId: 1,
    type: 'Inoperative',
  });
  await gateway.request('POST', `${CP}/calls/Reset`, { type: 'Hard' });
  const { pid } = { pid: gateway.endpoints().processes['edge-0'] };
  gateway.kill('edge-0');
  await until('a new edge is there', () => {
    const next = gateway.endpoints().processes['edge-0'];
    return next !== undefined && next !== pid;
  });

  const again = await until('the charge point is back', () =>
    connect(gateway, answers).catch(() => undefined),
  );
  const configuration = async () =>
    (await gateway.request<{ items: Record<string, unknown>[] }>('GET', `${CP}/configuration`)).items[0];
  expect(await configuration()).toMatchObject({ value: '60', pending: null });
  expect(await gateway.request<Followed>('GET', `${CP}/commands/${change.messageId}`)).toMatchObject({
    followUp: 'awaited',
  });
  await again.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Unavailable' });
  expect(await gateway.request<Followed>('GET', `${CP}/commands/${change.messageId}?wait=10`)).toMatchObject({
    followUp: 'complete',
    consequences: [{ status: 'Unavailable' }],
  });
  expect(await gateway.request('GET', `${CP}/availability`)).toMatchObject({
    items: [{ connectorId: 0 }, { connectorId: 1, wanted: { type: 'Inoperative', state: 'effective' } }],
  });
  expect(again.asked).toEqual([]);
  expect(await gateway.stop()).toBe(0);
});

it('I1: a reservation whose answer died with the edge is there in doubt, and a start of its tag uses it', async () => {
  const gateway = await startGateway();
  const port = Number(new URL(gateway.ocpp).port);
  const before = await OcppClient.connect(port, 'CP-1');
  await before.boot();
  const asking = gateway.request(
    'POST',
    '/api/v1/reservations',
    {
      chargePointId: 'CP-1',
      connectorId: 1,
      idTag: 'CARD-7',
      expiryDate: new Date(Date.now() + 3_600_000).toISOString(),
      reservationId: 88,
    },
    502,
  );
  expect((await before.next())[2]).toBe('ReserveNow');
  const pid = gateway.endpoints().processes['edge-0'];
  gateway.kill('edge-0');
  await asking;
  expect(await gateway.request('GET', '/api/v1/reservations/88')).toMatchObject({
    state: 'doubtful',
    answer: '',
    endedAt: null,
  });
  await until('a new edge is there', () => {
    const next = gateway.endpoints().processes['edge-0'];
    return next !== undefined && next !== pid;
  });
  const again = await until('the charge point is back', () =>
    OcppClient.connect(port, 'CP-1').catch(() => undefined),
  );
  onTestFinished(() => again.vanish());
  await again.boot();
  const { transactionId } = await again.request('StartTransaction', {
    connectorId: 1,
    idTag: 'CARD-7',
    meterStart: 0,
    timestamp: new Date().toISOString(),
    reservationId: 88,
  });
  expect(await gateway.request('GET', '/api/v1/reservations/88')).toMatchObject({
    state: 'ended',
    ending: 'used',
    transactionId,
  });
  expect(await gateway.stop()).toBe(0);
});
