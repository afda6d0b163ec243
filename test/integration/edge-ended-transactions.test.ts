import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { OcppClient } from '../support/ocpp-client.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString();

const reading = (value: string, minute: number): object[] => [
  { timestamp: at(minute), sampledValue: [{ value }] },
];

/**
 * A StopTransaction whose confirmation is lost is sent again (OCPP 1.6 ed. 2 §3.7.1): its readings are the
 * same readings.
 */
describe.each([
  ['on worker threads', 'MeterValues,StopTransaction'],
  ['in place', ''],
])('readings of a transaction that has ended, read %s', (_, actions) => {
  let gateway: EdgeUnderTest;
  beforeEach(async () => {
    gateway = await startEdgeUnderTest({ flags: { 'edge-worker-actions': actions } });
  });
  afterEach(() => gateway.close());

  async function booted(): Promise<OcppClient> {
    const client = await OcppClient.connect(gateway.edge.port, 'CP-1');
    await client.boot();
    return client;
  }

  async function started(client: OcppClient, connectorId: number, minute = 0): Promise<number> {
    const start = { connectorId, idTag: 'CAFE01', meterStart: 0, timestamp: at(minute) };
    return (await client.request('StartTransaction', start)).transactionId as number;
  }

  const stop = (transactionId: number): object => ({
    transactionId,
    meterStop: 100,
    timestamp: at(30),
    transactionData: reading('100', 20),
  });

  /** Charge point, connector, transaction, value and flags of each row that was kept, without repetition. */
  const kept = (): unknown[] => [
    ...new Set(
      gateway
        .rows('meter_samples')
        .map((row) => JSON.stringify([row.connector_id, row.transaction_id, row.value, row.flags])),
    ),
  ];
  const once = (...row: unknown[]): string[] => [JSON.stringify(row)];

  test('belong to its connector, however often the stop is sent', async () => {
    const client = await booted();
    const transactionId = await started(client, 2);
    for (let sending = 0; sending < 3; sending++)
      await client.request('StopTransaction', stop(transactionId));
    expect(kept()).toEqual(once(2, transactionId, 100, []));
    expect(gateway.rows('meter_samples')).toHaveLength(3);
  });

  test('belong to its connector after a reconnect, and after another transaction has begun there', async () => {
    const client = await booted();
    const transactionId = await started(client, 2);
    await client.request('StopTransaction', stop(transactionId));
    client.close();
    const again = await booted();
    await started(again, 2, 40);
    await again.request('StopTransaction', stop(transactionId));
    expect(kept()).toEqual(once(2, transactionId, 100, []));
  });

  test('belong to its connector after a restart of the edge', async () => {
    const client = await booted();
    const transactionId = await started(client, 2);
    await client.request('StopTransaction', stop(transactionId));
    await gateway.stop();
    gateway = await startEdgeUnderTest({
      dataDir: gateway.dataDir,
      flags: { 'edge-worker-actions': actions },
    });
    await (await booted()).request('StopTransaction', stop(transactionId));
    expect(kept()).toEqual(once(2, transactionId, 100, []));
  });

  test('belong to it though a newer start on the connector came before the stop', async () => {
    const client = await booted();
    const transactionId = await started(client, 2);
    await started(client, 2, 40);
    await client.request('StopTransaction', stop(transactionId));
    expect(kept()).toEqual(once(2, transactionId, 100, []));
    expect(gateway.store.transactions.get(transactionId)?.flags).toEqual(['late-stop']);
  });

  test('of a charge point that never got the number belong to the transaction which its stop closed', async () => {
    const client = await booted();
    const transactionId = await started(client, 2);
    for (let sending = 0; sending < 2; sending++) await client.request('StopTransaction', stop(-1));
    expect(kept()).toEqual(once(2, transactionId, 100, ['transaction-inferred']));
    await started(client, 1, 40);
    await client.request('StopTransaction', stop(-1));
    expect(kept()).toHaveLength(1);
    expect(gateway.store.transactions.openOf('CP-1')).toHaveLength(1);
  });

  test('of another charge point, or of nobody, are kept and flagged', async () => {
    const client = await booted();
    await client.request('StopTransaction', stop(4711));
    expect(kept()).toEqual(once(0, 4711, 100, ['connector-unknown']));
  });

  test('that come as MeterValues after the stop stay with the transaction that they name', async () => {
    const client = await booted();
    const transactionId = await started(client, 2);
    const values = { connectorId: 2, transactionId, meterValue: reading('50', 10) };
    await client.request('MeterValues', values);
    await client.request('StopTransaction', stop(transactionId));
    await client.request('MeterValues', values);
    expect(kept()).toEqual([...once(2, transactionId, 50, []), ...once(2, transactionId, 100, [])]);
  });

  test('are logged and counted once for each frame', async () => {
    const client = await booted();
    const transactionId = await started(client, 2);
    for (let sending = 0; sending < 2; sending++)
      await client.request('StopTransaction', stop(transactionId));
    expect(gateway.metric('farad_calls_received_total', { action: 'StopTransaction' })).toBe(2);
  });
});
