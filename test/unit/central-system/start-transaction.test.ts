import { describe, expect, test } from 'vitest';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import { boot, counted, idOf, infoOf, NOON, setUp, start, stop } from './central-system-fixture.ts';

describe('the start of a transaction', () => {
  test.each(['Blocked', 'Expired', 'Invalid'])(
    'E1: a tag that is %s gets that status and an id',
    async (status) => {
      const stand = setUp();
      if (status !== 'Invalid') await stand.store.tokens.put({ idTag: 'TAG-1', status: status as 'Blocked' });
      const chargePoint = await stand.booted();
      const answer = await stand.send(chargePoint, 'StartTransaction', start());
      expect(infoOf(answer)).toEqual({ status });
      expect(idOf(answer)).toBeGreaterThan(0);
      expect(stand.store.transactions.get(idOf(answer))).toMatchObject({
        state: 'open',
        authorization: status,
        idTag: 'TAG-1',
        meterStart: 1000,
        startedAt: NOON,
        connectorId: 1,
        flags: [],
      });
    },
  );

  test('E2: the tag is checked again, however recently it was authorized', async () => {
    const stand = setUp();
    await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted' });
    const chargePoint = await stand.booted();
    expect(infoOf(await stand.send(chargePoint, 'Authorize', { idTag: 'TAG-1' })).status).toBe('Accepted');
    await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Blocked' });
    expect(infoOf(await stand.send(chargePoint, 'StartTransaction', start())).status).toBe('Blocked');
  });

  test('E2: no Authorize need come before', async () => {
    const stand = setUp();
    await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted' });
    const chargePoint = await stand.booted();
    expect(infoOf(await stand.send(chargePoint, 'StartTransaction', start())).status).toBe('Accepted');
  });

  test('E3: ids are positive and differ, also of starts in the same millisecond', async () => {
    const stand = setUp();
    const chargePoints = await Promise.all(
      Array.from({ length: 20 }, (_, index) => stand.booted(`CP-${index}`)),
    );
    const ids = await Promise.all(
      chargePoints.map(async (chargePoint) =>
        idOf(await stand.send(chargePoint, 'StartTransaction', start())),
      ),
    );
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(id).toBeGreaterThan(0);
  });

  test('E4: ids fit signed 32 bits and are not given twice over a restart', async () => {
    const first = setUp();
    const before = idOf(await first.send(await first.booted(), 'StartTransaction', start()));
    await first.close();
    const second = setUp({ dataDir: first.dataDir });
    const answer = await second.send(
      second.central.chargePoint('CP-1', ocpp16),
      'StartTransaction',
      start({ meterStart: 7 }),
    );
    expect(idOf(answer)).not.toBe(before);
    for (const id of [before, idOf(answer)]) {
      expect(Number.isInteger(id)).toBe(true);
      expect(id).toBeLessThanOrEqual(2 ** 31 - 1);
    }
  });

  const odd: [string, object, object][] = [
    [
      'a time in the future',
      { timestamp: '2031-01-01T00:00:00Z' },
      { flags: ['start-time-in-future'], startedAt: NOON },
    ],
    [
      'a time two hours ahead, as of a wrong time zone',
      { timestamp: '2026-03-01T14:00:00Z' },
      { flags: ['start-time-in-future'], startedAt: NOON + 7_200_000 },
    ],
    [
      'a dead clock',
      { timestamp: '1970-01-01T00:00:09Z' },
      { flags: ['start-time-implausible'], startedAt: NOON, startTimestamp: '1970-01-01T00:00:09Z' },
    ],
    [
      'a time that is none',
      { timestamp: 'yesterday' },
      { flags: ['salvaged', 'start-time-unreadable'], startedAt: NOON },
    ],
    [
      '29 February of a common year',
      { timestamp: '2022-02-29T00:00:00Z' },
      { flags: ['salvaged', 'start-time-unreadable'], startedAt: NOON },
    ],
    [
      'a year beyond the calendar',
      { timestamp: '9999-12-31T23:59:59Z' },
      { flags: ['start-time-out-of-range'], startedAt: NOON },
    ],
    ['no time', { timestamp: undefined }, { flags: ['salvaged', 'start-time-missing'], startedAt: NOON }],
    [
      'a time without zone',
      { timestamp: '2026-03-01T12:00:00' },
      { flags: ['timestamp: no-zone'], startedAt: NOON },
    ],
    ['connector 0', { connectorId: 0 }, { flags: ['connector-not-positive'], connectorId: 0 }],
    ['a connector never told of', { connectorId: 9 }, { flags: ['connector-unknown'], connectorId: 9 }],
    [
      'a connector beyond 32 bits',
      { connectorId: 5_000_000_000 },
      { flags: ['connector-out-of-range', 'connector-not-positive'], connectorId: 0 },
    ],
    [
      'no connector',
      { connectorId: undefined },
      { flags: ['salvaged', 'connector-missing', 'connector-not-positive'], connectorId: 0 },
    ],
    ['a negative register', { meterStart: -5 }, { flags: ['meter-start-negative'], meterStart: -5 }],
    [
      'a register with a fraction',
      { meterStart: 1000.4 },
      { flags: ['meterStart: rounded'], meterStart: 1000 },
    ],
    [
      'a register as text',
      { meterStart: '1000' },
      { flags: ['meterStart: text-for-number'], meterStart: 1000 },
    ],
    ['no register', { meterStart: null }, { flags: ['salvaged', 'meter-start-missing'], meterStart: null }],
    [
      'a register left out',
      { meterStart: undefined },
      { flags: ['salvaged', 'meter-start-missing'], meterStart: null },
    ],
    [
      'a register that is no number',
      { meterStart: 'empty' },
      { flags: ['salvaged', 'meter-start-unreadable'], meterStart: null },
    ],
    [
      'a register beyond 32 bits',
      { meterStart: 5_000_000_000 },
      { flags: ['meter-start-beyond-32-bits'], meterStart: 5_000_000_000 },
    ],
    [
      'a register of 64 bits',
      { meterStart: 2 ** 63 },
      { flags: ['meter-start-out-of-range'], meterStart: null },
    ],
    [
      'an over-long tag',
      { idTag: 'T'.repeat(40) },
      { flags: ['salvaged', 'id-tag-too-long'], idTag: 'T'.repeat(40) },
    ],
    ['no tag', { idTag: undefined }, { flags: ['salvaged', 'id-tag-missing'], idTag: '' }],
    ['a member too many', { colour: 'red' }, { flags: ['payload: unknown-member'] }],
    [
      'an unbelievable reservation',
      { reservationId: 1e15 },
      { flags: ['reservation-out-of-range'], reservationId: null },
    ],
  ];

  test.each(odd)('E5: a start with %s is stored, marked and answered', async (_, more, expected) => {
    for (const reader of ['lenient', 'strict'] as const) {
      const stand = setUp({ settings: { reader } });
      const chargePoint = await stand.booted();
      for (const connectorId of [1, 2]) {
        const status = { connectorId, errorCode: 'NoError', status: 'Available' };
        await stand.send(chargePoint, 'StatusNotification', status);
      }
      const request = start(more);
      const answer = await stand.send(chargePoint, 'StartTransaction', request);
      expect(answer.decision.kind).toBe('result');
      const stored = stand.store.transactions.get(idOf(answer));
      expect(stored).toMatchObject({ state: 'open', ...expected });
      expect(JSON.parse(stored?.rawStart ?? '')).toEqual(JSON.parse(JSON.stringify(request)));
      await stand.close();
    }
  });

  test.each([[5], ['x'], [[]], [null]])(
    'E5: a payload that is no object (%j) has nothing to store',
    async (payload) => {
      const stand = setUp();
      const chargePoint = await stand.booted();
      expect((await stand.send(chargePoint, 'StartTransaction', payload)).code).toBe('FormationViolation');
    },
  );

  test('E8, Q37: a repeated start gets the same id and the same status', async () => {
    const stand = setUp({ settings: { concurrentTx: 1 } });
    await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted' });
    const chargePoint = await stand.booted();
    const first = await stand.send(chargePoint, 'StartTransaction', start({ reservationId: 5 }));
    stand.now += 60_000;
    const again = await stand.send(
      chargePoint,
      'StartTransaction',
      start({ reservationId: 5, idTag: 'tag-1' }),
    );
    expect(again.payload).toEqual(first.payload);
    expect(infoOf(again).status).toBe('Accepted');
    expect(stand.store.transactions.list({ limit: 10 }).transactions).toHaveLength(1);
    expect(counted(stand.registry, 'farad_transactions_total', { event: 'start-repeated' })).toBe(1);
  });

  test('E8: the status of a repeat stays what it was, though the tag was blocked meanwhile', async () => {
    const stand = setUp();
    await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted' });
    const chargePoint = await stand.booted();
    await stand.send(chargePoint, 'StartTransaction', start());
    await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Blocked' });
    expect(infoOf(await stand.send(chargePoint, 'StartTransaction', start())).status).toBe('Accepted');
  });

  test('E8: the same start on two sockets in one tick is one transaction', async () => {
    const stand = setUp();
    const [one, other] = [await stand.booted(), stand.central.chargePoint('CP-1', ocpp16)];
    const answers = await Promise.all(
      [one, other].map((chargePoint) => stand.send(chargePoint, 'StartTransaction', start())),
    );
    expect(new Set(answers.map(idOf)).size).toBe(1);
    expect(stand.store.transactions.openOf('CP-1')).toHaveLength(1);
  });

  test('E8: a repeat after the stop, queued while offline, opens nothing anew', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const first = await stand.send(chargePoint, 'StartTransaction', start());
    await stand.send(chargePoint, 'StopTransaction', stop(idOf(first)));
    const again = await stand.send(chargePoint, 'StartTransaction', start());
    expect(idOf(again)).toBe(idOf(first));
    expect(chargePoint.openTransactions).toEqual([]);
  });

  test.each([
    ['connector', { connectorId: 2 }],
    ['tag', { idTag: 'TAG-2' }],
    ['time', { timestamp: '2026-03-01T12:00:01Z' }],
    ['register', { meterStart: 1001 }],
    ['reservation', { reservationId: 9 }],
  ])('E8: a start that differs in its %s is another one', async (_, more) => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const first = await stand.send(chargePoint, 'StartTransaction', start());
    const other = await stand.send(chargePoint, 'StartTransaction', start(more));
    expect(idOf(other)).not.toBe(idOf(first));
  });

  test('E8: with a dead clock, the same start after a stop is a new transaction and marked', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const dead = start({ timestamp: '1970-01-01T00:00:30Z', meterStart: 0 });
    const first = idOf(await stand.send(chargePoint, 'StartTransaction', dead));
    await stand.send(chargePoint, 'StopTransaction', stop(first));
    const second = idOf(await stand.send(chargePoint, 'StartTransaction', dead));
    expect(second).not.toBe(first);
    expect(stand.store.transactions.get(second)?.flags).toContain('start-time-implausible');
    expect(stand.store.transactions.get(second)?.flags.length).toBeGreaterThan(1);
  });

  test('E10: a start that comes late keeps its own time', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const late = start({ timestamp: '2026-02-20T08:15:00Z' });
    const id = idOf(await stand.send(chargePoint, 'StartTransaction', late));
    expect(stand.store.transactions.get(id)).toMatchObject({
      startedAt: Date.UTC(2026, 1, 20, 8, 15),
      receivedAt: NOON,
      flags: [],
    });
  });

  test('E10: start and stop of an offline session come back to back, without boot and status around them', async () => {
    const first = setUp();
    const chargePoint = await first.booted();
    first.central.forget(chargePoint);
    const reconnected = first.central.chargePoint('CP-1', ocpp16);
    const id = idOf(await first.send(reconnected, 'StartTransaction', start()));
    await first.send(reconnected, 'StopTransaction', stop(id));
    expect(first.store.transactions.get(id)).toMatchObject({
      state: 'stopped',
      meterStart: 1000,
      meterStop: 2500,
    });
  });

  describe('E15: ConcurrentTx', () => {
    test('is off by default', async () => {
      const stand = setUp();
      await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted' });
      for (const id of ['CP-1', 'CP-2', 'CP-3']) {
        const answer = await stand.send(await stand.booted(id), 'StartTransaction', start());
        expect(infoOf(answer).status).toBe('Accepted');
      }
    });

    test('E15: beyond the limit a start is answered ConcurrentTx, with an id', async () => {
      const stand = setUp({ settings: { concurrentTx: 1 } });
      await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted' });
      await stand.send(await stand.booted('CP-1'), 'StartTransaction', start());
      const second = await stand.send(await stand.booted('CP-2'), 'StartTransaction', start());
      expect(infoOf(second).status).toBe('ConcurrentTx');
      expect(idOf(second)).toBeGreaterThan(0);
    });

    test('E15: a tag may have a limit of its own', async () => {
      const stand = setUp({ settings: { concurrentTx: 1 } });
      await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted', maxConcurrent: 2 });
      await stand.store.tokens.put({ idTag: 'FLEET', status: 'Accepted', maxConcurrent: 0 });
      const statuses: unknown[] = [];
      for (const id of ['CP-1', 'CP-2', 'CP-3']) {
        const chargePoint = await stand.booted(id);
        for (const [index, idTag] of ['TAG-1', 'FLEET'].entries()) {
          const request = start({ idTag, connectorId: index + 1 });
          statuses.push(infoOf(await stand.send(chargePoint, 'StartTransaction', request)).status);
        }
      }
      expect(statuses).toEqual(['Accepted', 'Accepted', 'Accepted', 'Accepted', 'ConcurrentTx', 'Accepted']);
    });

    test('E15: a stale transaction on the same connector does not count', async () => {
      const stand = setUp({ settings: { concurrentTx: 1 } });
      await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted' });
      const chargePoint = await stand.booted();
      await stand.send(chargePoint, 'StartTransaction', start());
      const next = start({ timestamp: '2026-03-01T14:00:00Z', meterStart: 3000 });
      expect(infoOf(await stand.send(chargePoint, 'StartTransaction', next)).status).toBe('Accepted');
    });

    test('E15: a blocked tag is Blocked, not ConcurrentTx', async () => {
      const stand = setUp({ settings: { concurrentTx: 1 } });
      await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted' });
      await stand.send(await stand.booted('CP-1'), 'StartTransaction', start());
      await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Blocked' });
      expect(infoOf(await stand.send(await stand.booted('CP-2'), 'StartTransaction', start())).status).toBe(
        'Blocked',
      );
    });
  });

  test('E16: a new start on a connector closes what was open there as superseded; its late stop still counts', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const old = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
    const later = start({ timestamp: '2026-03-01T14:00:00Z', meterStart: 3000 });
    const young = idOf(await stand.send(chargePoint, 'StartTransaction', later));
    expect(stand.store.transactions.get(old)?.state).toBe('superseded');
    expect(chargePoint.openTransactions).toEqual([[1, young]]);

    expect((await stand.send(chargePoint, 'StopTransaction', stop(old))).payload).toEqual({});
    expect(stand.store.transactions.get(old)).toMatchObject({ meterStop: 2500 });
    expect(stand.store.transactions.get(young)?.state).toBe('open');
    expect(chargePoint.openTransactions).toEqual([[1, young]]);
  });

  test('E16: transactions on different connectors run side by side', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const one = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
    const two = idOf(await stand.send(chargePoint, 'StartTransaction', start({ connectorId: 2 })));
    expect(chargePoint.openTransactions).toEqual([
      [1, one],
      [2, two],
    ]);
    expect(stand.store.transactions.openOf('CP-1')).toHaveLength(2);
  });

  test('E17: a start without a connector of its own is marked, for connector 0 carries no transaction', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const id = idOf(await stand.send(chargePoint, 'StartTransaction', start({ connectorId: 0 })));
    expect(stand.store.transactions.get(id)?.flags).toEqual(['connector-not-positive']);
  });

  test('E18: the reservation that a start uses is recorded with it, 0 being one too', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const ids = [];
    for (const [index, reservationId] of [0, 77].entries()) {
      const request = start({ connectorId: index + 1, reservationId });
      ids.push(idOf(await stand.send(chargePoint, 'StartTransaction', request)));
    }
    expect(ids.map((id) => stand.store.transactions.get(id)?.reservationId)).toEqual([0, 77]);
  });

  test('E20: a start that could not be stored is answered InternalError, and the retry succeeds', async () => {
    let broken = true;
    const stand = setUp({
      store: (real) => ({
        transactions: Object.assign(Object.create(real.transactions), {
          start: (input: Parameters<typeof real.transactions.start>[0]) =>
            broken ? Promise.reject(new Error('disk full')) : real.transactions.start(input),
        }),
      }),
    });
    const chargePoint = await stand.booted();
    expect((await stand.send(chargePoint, 'StartTransaction', start())).code).toBe('InternalError');
    expect(chargePoint.openTransactions).toEqual([]);
    expect(stand.rows('authorizations')).toEqual([]);
    expect(stand.faults).toHaveLength(1);
    broken = false;
    expect(idOf(await stand.send(chargePoint, 'StartTransaction', start()))).toBeGreaterThan(0);
  });

  test('E20: an answer means that the transaction survives a restart', async () => {
    const first = setUp();
    const id = idOf(await first.send(await first.booted(), 'StartTransaction', start()));
    await first.close();
    const second = setUp({ dataDir: first.dataDir });
    const chargePoint = second.central.chargePoint('CP-1', ocpp16);
    expect(chargePoint.openTransactions).toEqual([[1, id]]);
    expect((await second.send(chargePoint, 'BootNotification', boot)).payload.status).toBe('Accepted');
    expect(idOf(await second.send(chargePoint, 'StartTransaction', start()))).toBe(id);
  });
});
