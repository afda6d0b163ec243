import { expect, test } from 'vitest';
import type { ConnectorStatusRow } from '../../../src/records/connector-status.ts';
import { outboxRows, scratchStore } from './scratch.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;

const report = (status: string, ts: number, rest: Partial<ConnectorStatusRow> = {}): ConnectorStatusRow => ({
  chargePointId: 'CP-1',
  connectorId: 1,
  status,
  errorCode: 'NoError',
  info: '',
  vendorId: '',
  vendorErrorCode: '',
  ts,
  receivedAt: ts,
  ...rest,
});

test('a status is the present one and goes to the outbox in the same transaction', async () => {
  const store = scratchStore();
  const { connector, current } = await store.connectors.report(report('Charging', NOON));

  expect(current).toBe(true);
  expect(store.connectors.get('CP-1', 1)).toEqual(connector);
  expect(connector).toMatchObject({ status: 'Charging', since: NOON });
  expect(outboxRows(store, 'connector_status')).toMatchObject([
    { charge_point_id: 'CP-1', status: 'Charging', ts: NOON },
  ]);
});

test('F10: a late report is stored but does not change the present status', async () => {
  const store = scratchStore();
  await store.connectors.report(report('Charging', NOON));
  const late = await store.connectors.report(
    report('Preparing', NOON - MINUTE, { receivedAt: NOON + MINUTE }),
  );

  expect(late).toMatchObject({ current: false, connector: { status: 'Charging' } });
  expect(store.connectors.get('CP-1', 1)?.status).toBe('Charging');
  expect(outboxRows(store, 'connector_status').map((row) => row.status)).toEqual(['Charging', 'Preparing']);
});

test('of two reports with the same time the later one received counts', async () => {
  const { connectors } = scratchStore();
  await connectors.report(report('Preparing', NOON));
  expect(await connectors.report(report('Charging', NOON))).toMatchObject({ current: true });
});

test('a clock that ran years ahead once does not freeze the status', async () => {
  const { connectors } = scratchStore();
  await connectors.report(report('Faulted', Date.UTC(2099, 0), { receivedAt: NOON }));
  expect(await connectors.report(report('Available', NOON + MINUTE))).toMatchObject({ current: true });
});

test('a clock that fell back to 1970 does not freeze the status', async () => {
  const { connectors } = scratchStore();
  await connectors.report(report('Charging', NOON));
  const afterReset = await connectors.report(report('Available', 5_000, { receivedAt: NOON + MINUTE }));
  expect(afterReset).toMatchObject({ current: true });
});

test('a status that is reported again keeps the time since when it has been so', async () => {
  const { connectors } = scratchStore();
  await connectors.report(report('Charging', NOON));
  await connectors.report(report('Charging', NOON + MINUTE, { info: 'still' }));
  expect(connectors.get('CP-1', 1)).toMatchObject({ since: NOON, ts: NOON + MINUTE, info: 'still' });
  await connectors.report(report('Finishing', NOON + 2 * MINUTE));
  expect(connectors.get('CP-1', 1)).toMatchObject({ since: NOON + 2 * MINUTE });
});

test('F7: connector 0 has a state of its own, and connectors come in order', async () => {
  const { connectors } = scratchStore();
  for (const connectorId of [10, 0, 2]) {
    await connectors.report(report(`S${connectorId}`, NOON, { connectorId }));
  }
  await connectors.report(report('Available', NOON, { chargePointId: 'CP-10' }));
  expect(connectors.of('CP-1').map(({ connectorId, status }) => [connectorId, status])).toEqual([
    [0, 'S0'],
    [2, 'S2'],
    [10, 'S10'],
  ]);
});
