import { describe, expect, test } from 'vitest';
import { REASON_VALUES } from '../../../src/protocol/v16/generated/messages.ts';
import { counted, idOf, infoOf, NOON, setUp, start, stop } from './central-system-fixture.ts';

const STOPPED_AT = Date.UTC(2026, 2, 1, 12, 4);

const meterValue = (...values: string[]) => [
  { timestamp: '2026-03-01T12:03:00Z', sampledValue: values.map((value) => ({ value })) },
];

async function charging() {
  const stand = setUp();
  await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted' });
  const chargePoint = await stand.booted();
  const id = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
  return { stand, chargePoint, id };
}

describe('the end of a transaction', () => {
  test.each([
    ['a stop below its start', { meterStop: 500 }, { flags: ['meter-stop-below-start'], meterStop: 500 }],
    ['a negative register', { meterStop: -1 }, { flags: ['meter-stop-negative', 'meter-stop-below-start'] }],
    ['no register', { meterStop: undefined }, { flags: ['salvaged', 'meter-stop-missing'], meterStop: null }],
    [
      'a register of 64 bits',
      { meterStop: 2 ** 63 },
      { flags: ['meter-stop-out-of-range'], meterStop: null },
    ],
    ['a register with a fraction', { meterStop: 2500.5 }, { flags: ['meterStop: rounded'], meterStop: 2501 }],
    ['a time before its start', { timestamp: '2026-03-01T11:00:00Z' }, { flags: ['stop-before-start'] }],
    [
      'a time in the future',
      { timestamp: '2031-01-01T00:00:00Z' },
      { flags: ['stop-time-in-future'], stoppedAt: NOON },
    ],
    ['a time that is none', { timestamp: '29.02.' }, { flags: ['salvaged', 'stop-time-unreadable'] }],
    [
      'a reason that nobody knows',
      { reason: 'Boredom' },
      { flags: ['reason: unknown-value'], stopReason: 'Other' },
    ],
    [
      'a tag that is no text',
      { idTag: ['x'] },
      { flags: ['salvaged', 'stop-id-tag-unreadable'], stopIdTag: '' },
    ],
  ])('E5: a stop with %s is stored, marked and answered', async (_, more, expected) => {
    const { stand, chargePoint, id } = await charging();
    chargePoint.strict = true;
    const answer = await stand.send(chargePoint, 'StopTransaction', stop(id, more));
    expect(answer.decision.kind).toBe('result');
    const stored = stand.store.transactions.get(id);
    expect(stored).toMatchObject({ state: 'stopped', ...expected });
    expect(JSON.parse(stored?.rawStop ?? '')).toEqual(JSON.parse(JSON.stringify(stop(id, more))));
  });

  test.each([
    ['an empty object', {}],
    ['nothing but an unreadable id', { transactionId: 'seven' }],
  ])('E5: a stop of %s is answered and kept for review', async (_, payload) => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    expect((await stand.send(chargePoint, 'StopTransaction', payload)).payload).toEqual({});
    const [kept] = stand.store.transactions.list({ limit: 10 }).transactions;
    expect(kept).toMatchObject({ state: 'unmatched', rawStop: JSON.stringify(payload) });
  });

  test('E6: -1 ends the only transaction that it can mean', async () => {
    const { stand, chargePoint, id } = await charging();
    expect((await stand.send(chargePoint, 'StopTransaction', stop(-1))).payload).toEqual({});
    expect(stand.store.transactions.get(id)).toMatchObject({ state: 'stopped', meterStop: 2500 });
    expect(chargePoint.openTransactions).toEqual([]);
  });

  test('E6: -1 that may mean two transactions ends neither and is kept for review', async () => {
    const { stand, chargePoint, id } = await charging();
    const other = idOf(await stand.send(chargePoint, 'StartTransaction', start({ connectorId: 2 })));
    expect((await stand.send(chargePoint, 'StopTransaction', stop(-1))).payload).toEqual({});
    expect([id, other].map((open) => stand.store.transactions.get(open)?.state)).toEqual(['open', 'open']);
    const unmatched = stand.store.transactions.list({ state: 'unmatched', limit: 10 }).transactions;
    expect(unmatched).toHaveLength(1);
  });

  test('E7: an id that nobody gave is answered {} and kept for review', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    expect((await stand.send(chargePoint, 'StopTransaction', stop(123_456_789))).payload).toEqual({});
    const [kept] = stand.store.transactions.list({ limit: 10 }).transactions;
    expect(kept).toMatchObject({ state: 'unmatched', meterStop: 2500, stoppedAt: STOPPED_AT });
    expect(counted(stand.registry, 'farad_transactions_total', { event: 'unmatched' })).toBe(1);
  });

  test('E7: the id of another charge point ends nothing there', async () => {
    const { stand, id } = await charging();
    const stranger = await stand.booted('CP-2');
    const answer = await stand.send(stranger, 'StopTransaction', stop(id, { idTag: 'TAG-9' }));
    expect(infoOf(answer).status).toBe('Invalid');
    expect(stand.store.transactions.get(id)?.state).toBe('open');
    const [kept] = stand.store.transactions.list({ chargePointId: 'CP-2', limit: 10 }).transactions;
    expect(kept).toMatchObject({ state: 'unmatched', flags: ['transaction-id-unknown'] });
  });

  test('E7: a number beyond all ids is answered too', async () => {
    const { stand, chargePoint, id } = await charging();
    // As JSON.parse reads 9223372036854775807.
    const answer = await stand.send(chargePoint, 'StopTransaction', stop(2 ** 63));
    expect(answer.payload).toEqual({});
    expect(stand.store.transactions.get(id)?.state).toBe('open');
    expect(stand.store.transactions.list({ state: 'unmatched', limit: 10 }).transactions).toHaveLength(1);
  });

  test('E9: a repeated stop is answered again and counts once', async () => {
    const { stand, chargePoint, id } = await charging();
    const first = await stand.send(chargePoint, 'StopTransaction', stop(id, { idTag: 'TAG-1' }));
    const version = stand.store.transactions.get(id)?.version;
    const again = await stand.send(chargePoint, 'StopTransaction', stop(id, { idTag: 'TAG-1' }));
    expect(again.payload).toEqual(first.payload);
    expect(stand.store.transactions.get(id)?.version).toBe(version);
  });

  test('E9: a different stop does not overwrite the one held, and is kept for review', async () => {
    const { stand, chargePoint, id } = await charging();
    await stand.send(chargePoint, 'StopTransaction', stop(id));
    await stand.send(chargePoint, 'StopTransaction', stop(id, { meterStop: 9999 }));
    expect(stand.store.transactions.get(id)?.meterStop).toBe(2500);
    const kept = stand.store.transactions.list({ state: 'unmatched', limit: 10 }).transactions;
    expect(kept.map(({ meterStop }) => meterStop)).toEqual([9999]);
  });

  test('E10: a stop that comes days late keeps its own time, and statuses may have overtaken it', async () => {
    const { stand, chargePoint, id } = await charging();
    stand.now += 3 * 86_400_000;
    const available = { connectorId: 1, errorCode: 'NoError', status: 'Available' };
    await stand.send(chargePoint, 'StatusNotification', available);
    await stand.send(chargePoint, 'StopTransaction', stop(id));
    expect(stand.store.transactions.get(id)).toMatchObject({
      stoppedAt: STOPPED_AT,
      closedAt: stand.now,
      flags: [],
    });
  });

  test('E11: a transaction lives by its own messages, in whatever order statuses come', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const status = (status: string) =>
      stand.send(chargePoint, 'StatusNotification', { connectorId: 1, errorCode: 'NoError', status });
    await status('Charging');
    expect(stand.store.transactions.openOf('CP-1')).toEqual([]);
    const id = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
    await status('Finishing');
    await status('Available');
    expect(stand.store.transactions.get(id)?.state).toBe('open');
    await stand.send(chargePoint, 'StopTransaction', stop(id));
    expect(stand.store.transactions.get(id)?.state).toBe('stopped');
    expect(stand.store.connectors.get('CP-1', 1)?.status).toBe('Available');
  });

  test('E12: idTag and reason are optional; without a reason it was local', async () => {
    const { stand, chargePoint, id } = await charging();
    const answer = await stand.send(chargePoint, 'StopTransaction', stop(id));
    expect(answer.payload).toEqual({});
    expect(stand.store.transactions.get(id)).toMatchObject({ stopReason: 'Local', stopIdTag: '', flags: [] });
    expect(stand.rows('authorizations').some(({ action }) => action === 'StopTransaction')).toBe(false);
  });

  test('E13: a stop by a tag outside the group is recorded and answered about that tag', async () => {
    const { stand, chargePoint, id } = await charging();
    const answer = await stand.send(chargePoint, 'StopTransaction', stop(id, { idTag: 'STRANGER' }));
    expect(infoOf(answer)).toEqual({ status: 'Invalid' });
    expect(stand.store.transactions.get(id)).toMatchObject({
      state: 'stopped',
      stopIdTag: 'STRANGER',
      flags: ['stop-tag-outside-group'],
    });
  });

  test('E14: transactionData is kept as samples of the transaction, like MeterValues', async () => {
    const { stand, chargePoint, id } = await charging();
    await stand.send(chargePoint, 'MeterValues', {
      connectorId: 1,
      transactionId: id,
      meterValue: meterValue('1500'),
    });
    const request = stop(id, { transactionData: meterValue('1500', '2500') });
    const answer = await stand.send(chargePoint, 'StopTransaction', request);
    expect(answer.payload).toEqual({});
    expect(answer.decision).toMatchObject({ digest: { connectorId: 1, lastRegisterWh: 2500 } });
    expect(stand.samples()).toMatchObject([
      { source: 'MeterValues', connector_id: 1, transaction_id: id, value: 1500 },
      { source: 'StopTransaction', connector_id: 1, transaction_id: id, value: 1500 },
      { source: 'StopTransaction', connector_id: 1, transaction_id: id, value: 2500 },
    ]);
    expect(JSON.parse(stand.store.transactions.get(id)?.rawStop ?? '')).toEqual(stop(id));
  });

  test('E14: what a worker kept of the transactionData leaves the stop itself to be finished', async () => {
    const { stand, chargePoint, id } = await charging();
    const remainder = { request: stop(id, { idTag: 'TAG-1' }), flags: ['connector-unknown'] };
    const decision = await stand.central.finishStop(chargePoint, remainder, stand.now);
    expect(decision).toMatchObject({ kind: 'result', payload: { idTagInfo: { status: 'Accepted' } } });
    expect(stand.store.transactions.get(id)).toMatchObject({
      state: 'stopped',
      flags: ['connector-unknown'],
    });
  });

  test('E19: every reason of the standard is kept as it is', async () => {
    const stand = setUp({ settings: { reader: 'strict' } });
    const chargePoint = await stand.booted();
    const kept = [];
    for (const [index, reason] of REASON_VALUES.entries()) {
      const id = idOf(await stand.send(chargePoint, 'StartTransaction', start({ meterStart: index })));
      await stand.send(chargePoint, 'StopTransaction', stop(id, { reason }));
      kept.push(stand.store.transactions.get(id)?.stopReason);
    }
    expect(kept).toEqual(REASON_VALUES);
  });

  test('E20: a stop that could not be stored is answered InternalError; the transaction stays open', async () => {
    const stand = setUp({
      store: (real) => ({
        transactions: Object.assign(Object.create(real.transactions), {
          stop: () => Promise.reject(new Error('disk full')),
        }),
      }),
    });
    const chargePoint = await stand.booted();
    const id = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
    expect((await stand.send(chargePoint, 'StopTransaction', stop(id))).code).toBe('InternalError');
    const finished = await stand.central.finishStop(chargePoint, { request: stop(id), flags: [] }, stand.now);
    expect(finished).toMatchObject({ kind: 'error', code: 'InternalError' });
    expect(chargePoint.openTransactions).toEqual([[1, id]]);
    expect(stand.faults).toHaveLength(2);
  });
});
