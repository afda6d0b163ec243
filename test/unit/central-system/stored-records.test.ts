import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Environment } from '../../../src/journal/environment.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import { CONNECTOR_LAYOUTS } from '../../../src/store/connector-record.ts';
import { TRANSACTION_LAYOUTS } from '../../../src/store/transaction-record.ts';
import { idOf, setUp, start, stop } from './central-system-fixture.ts';

const STATE = ['transactions', 'closed-transactions', 'connectors'];

/** What a data directory holds of these tables, byte for byte. */
async function storedBytes(dataDir: string): Promise<string[]> {
  const environment = new Environment(join(dataDir, 'state'));
  const records = STATE.flatMap((name) =>
    Array.from(environment.bytes(name).getRange({}), ({ value }) => value.toString('latin1')),
  );
  await environment.close();
  return records;
}

test('what charge points write most is stored without the names of members', async () => {
  const stand = setUp();
  const chargePoint = await stand.booted();
  const connectorId = 1;
  const status = { connectorId, errorCode: 'NoError', status: 'Charging', timestamp: '2026-03-01T12:00:00Z' };
  await stand.send(chargePoint, 'StatusNotification', status);
  await stand.send(chargePoint, 'StatusNotification', {
    connectorId: 2,
    errorCode: 'NoError',
    status: 'Faulted',
  });
  const superseded = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
  const started = start({ timestamp: '2026-03-01T12:01:00Z' });
  const stopped = idOf(await stand.send(chargePoint, 'StartTransaction', started));
  await stand.send(chargePoint, 'StopTransaction', stop(superseded));
  await stand.send(chargePoint, 'StopTransaction', stop(stopped));
  await stand.send(chargePoint, 'StopTransaction', stop(12_345_678));
  idOf(await stand.send(chargePoint, 'StartTransaction', start({ connectorId: 2 })));
  await stand.close();

  const records = await storedBytes(stand.dataDir);
  expect(records).toHaveLength(4 + 3 + 2);
  // The requests as received are text of their own.
  for (const name of ['chargePointId', 'receivedAt', 'row', 'lane']) {
    expect(records.filter((record) => record.includes(name))).toEqual([]);
  }
});

test('what an older Farad stored with the names of members is read and written on', async () => {
  const old = setUp();
  const chargePoint = await old.booted();
  const id = idOf(await old.send(chargePoint, 'StartTransaction', start()));
  await old.send(chargePoint, 'StatusNotification', {
    connectorId: 1,
    errorCode: 'NoError',
    status: 'Charging',
  });
  const transaction = old.store.transactions.get(id);
  const connector = old.store.connectors.get(chargePoint.id, 1);
  await old.close();
  await asOfVersionOne(old.dataDir, id);

  const stand = setUp({ dataDir: old.dataDir });
  expect(stand.store.transactions.get(id)).toEqual(transaction);
  expect(stand.store.connectors.of(chargePoint.id)).toEqual([connector]);
  const same = stand.central.chargePoint(chargePoint.id, ocpp16);
  await stand.send(same, 'StopTransaction', stop(id));
  const { rawStart } = transaction ?? {};
  expect(stand.store.transactions.get(id)).toMatchObject({ rawStart, version: 2, state: 'stopped' });
  expect(idOf(await stand.send(same, 'StartTransaction', start({ connectorId: 2 })))).toBeGreaterThan(1_000);
  await stand.close();
  const state = new Environment(join(old.dataDir, 'state'));
  onTestFinished(() => state.close());
  expect([...state.records('transaction-id-blocks').getKeys({})]).toEqual([]);
});

/** Writes every record again as before there were layouts, when `id` was the last that an edge had given. */
async function asOfVersionOne(dataDir: string, id: number): Promise<void> {
  const [state, plain] = [new Environment(join(dataDir, 'state')), new Environment(join(dataDir, 'state'))];
  const tables = [
    ['transactions', TRANSACTION_LAYOUTS],
    ['connectors', CONNECTOR_LAYOUTS],
  ] as const;
  for (const [name, layouts] of tables) {
    const records = Array.from(state.records<object>(name, layouts as readonly never[][]).getRange({}));
    const table = plain.records<object>(name);
    plain.transactSync(() => {
      for (const { key, value } of records) table.put(key, { ...value });
    });
  }
  const versions = plain.records<number>('schema');
  await plain.transact(() => {
    for (const aggregate of ['transactions', 'connectors']) versions.put(Buffer.from(aggregate), 1);
    plain.records('transaction-id-blocks').put(Buffer.from('edge-0'), { next: id + 1, last: 1_000 });
  });
  await state.close();
  await plain.close();
  expect((await storedBytes(dataDir)).filter((record) => record.includes('receivedAt'))).toHaveLength(2);
}
