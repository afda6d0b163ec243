import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { type ScriptedEdge, scriptedEdge } from '../support/scripted-edge.ts';
import { until } from '../support/until.ts';
import { start } from '../unit/store/starts-and-stops.ts';

const MINUTE = 60_000;
const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE).toISOString();

describe('closing a transaction', () => {
  let control: ControlUnderTest;
  let edge: ScriptedEdge;
  let count = 0;
  let id: number;
  let startedAt: string;

  beforeAll(async () => {
    control = await startControl();
    edge = scriptedEdge(control);
    await edge.boot('CP-1');
    await control.store.tokens.put({ idTag: 'DRIVER', status: 'Accepted', maxConcurrent: 1 });
  });
  afterAll(() => control.close());

  /** Each test has an open transaction of its own, half an hour old, at 1000 Wh. */
  beforeEach(async () => {
    startedAt = ago(30);
    await edge.send('CP-1', 'StartTransaction', {
      connectorId: ++count,
      idTag: 'DRIVER',
      meterStart: 1000,
      timestamp: startedAt,
    });
    id = control.store.transactions.openOn('CP-1', count)?.transactionId ?? 0;
  });

  const close = (json: unknown, headers: Record<string, string> = {}) =>
    control.send('POST', `/api/v1/transactions/${id}/close`, { json, headers });

  test('ends it with what is said, by whom and why', async () => {
    const time = ago(10);
    const { status, body } = await close({ meterStop: 3000, time, reason: 'cable was cut' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      state: 'closed',
      stoppedAt: time,
      meterStop: 3000,
      energyWh: 2000,
      energySource: 'registers',
      stopReason: null,
      closure: {
        cause: 'operator',
        by: 'bootstrap',
        reason: 'cable was cut',
        stoppedAt: time,
        meterStop: 3000,
      },
    });
    expect((await control.send('GET', `/api/v1/transactions/${id}`)).body).toEqual(body);
    const { body: audit } = await control.send('GET', '/api/v1/audit?limit=1');
    expect(audit.items[0]).toMatchObject({
      operation: 'closeTransaction',
      target: { transactionId: id },
      outcome: 'ok',
    });
  });

  test('ends it now where nothing is said, with the energy that its readings tell', async () => {
    const before = Date.now();
    const { body } = await close({});
    expect(Date.parse(body.stoppedAt)).toBeGreaterThanOrEqual(before);
    expect(body).toMatchObject({ state: 'closed', meterStop: null, energyWh: null, toReview: true });
  });

  test('is done once; the same Idempotency-Key gets the same answer', async () => {
    const key = { 'idempotency-key': `close-${id}` };
    const first = await close({ meterStop: 2000 }, key);
    const repeated = await close({ meterStop: 2000 }, key);
    expect([repeated.status, repeated.body]).toEqual([200, first.body]);
    const again = await close({ meterStop: 2000 });
    expect([again.status, again.body.error.code, again.body.error.details]).toEqual([
      409,
      'transaction_ended',
      { state: 'closed' },
    ]);
  });

  test('of a stopped one is refused, and of one that nobody knows', async () => {
    await edge.send('CP-1', 'StopTransaction', { transactionId: id, meterStop: 1500, timestamp: ago(1) });
    expect((await close({})).body.error).toMatchObject({
      code: 'transaction_ended',
      details: { state: 'stopped' },
    });
    id = 999_999;
    expect((await close({})).body.error.code).toBe('unknown_transaction');
  });

  test.each([
    ['a register below its start', () => ({ meterStop: 999 }), '/meterStop'],
    ['a negative register', () => ({ meterStop: -1 }), '/meterStop'],
    ['a register that is no whole number', () => ({ meterStop: 1000.5 }), '/meterStop'],
    ['a time before its start', () => ({ time: ago(31) }), '/time'],
    ['a time in the future', () => ({ time: ago(-5) }), '/time'],
    ['a time that is none', () => ({ time: 'yesterday' }), '/time'],
    ['a reason that is too long', () => ({ reason: 'x'.repeat(501) }), '/reason'],
  ])('with %s is refused and changes nothing', async (_, body, path) => {
    const { status, body: answer } = await close(body());
    expect([status, answer.error.code, answer.error.details.problems[0].path]).toEqual([
      422,
      'invalid_body',
      path,
    ]);
    expect(control.store.transactions.get(id)?.state).toBe('open');
  });

  test('at its very start, with its own register, is possible', async () => {
    expect((await close({ meterStop: 1000, time: startedAt })).body).toMatchObject({
      state: 'closed',
      energyWh: 0,
    });
  });

  test('takes an operator', async () => {
    const { body: key } = await control.send('POST', '/api/v1/api-keys', {
      json: { id: `viewer-${id}`, role: 'viewer' },
    });
    const refused = await close({}, { authorization: `Bearer ${key.key}` });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'forbidden']);
    expect(API_KEY).not.toBe(key.key);
  });
});

test('without an edge nothing is closed', async () => {
  const control = await startControl();
  try {
    const { transaction } = await control.store.transactions.start(start());
    const id = transaction.transactionId;
    const { status, body } = await control.send('POST', `/api/v1/transactions/${id}/close`, { json: {} });
    expect([status, body.error.code]).toEqual([503, 'process_unavailable']);
    control.store.refresh();
    expect(control.store.transactions.get(id)?.state).toBe('open');
  } finally {
    await control.close();
  }
});

test('deleting a charge point closes its open transactions', async () => {
  const control = await startControl();
  try {
    const edge = scriptedEdge(control);
    await edge.boot('CP-1');
    const request = { connectorId: 1, idTag: 'X', meterStart: 0, timestamp: ago(5) };
    await edge.send('CP-1', 'StartTransaction', request);
    const id = control.store.transactions.openOn('CP-1', 1)?.transactionId;
    expect((await control.send('DELETE', '/api/v1/charge-points/CP-1')).status).toBe(204);
    const { body } = await control.send('GET', `/api/v1/transactions/${id}`);
    expect(body).toMatchObject({
      state: 'closed',
      closure: { cause: 'charge-point-deleted', by: 'bootstrap', meterStop: null },
    });
  } finally {
    await control.close();
  }
});

test('open transactions whose stop is overdue are listed with the reasons', async () => {
  const control = await startControl();
  try {
    const edge = scriptedEdge(control);
    const begin = async (chargePointId: string, status: string): Promise<void> => {
      await edge.boot(chargePointId);
      const request = { connectorId: 1, idTag: 'X', meterStart: 0, timestamp: ago(5) };
      await edge.send(chargePointId, 'StartTransaction', request);
      const report = { connectorId: 1, errorCode: 'NoError', status };
      await until('the clock goes on', () => Date.now() > started(chargePointId));
      await edge.send(chargePointId, 'StatusNotification', report);
    };
    const started = (id: string): number => control.store.transactions.openOn(id, 1)?.receivedAt ?? 0;
    await begin('CP-1', 'Available');
    await begin('CP-2', 'Charging');
    await begin('CP-3', 'Charging');
    await begin('CP-4', 'Available');
    await control.store.chargePoints.remove('CP-3');
    const list = async (query: string): Promise<unknown[]> => {
      const found: unknown[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const { status, body } = await control.send('GET', `/api/v1/transactions?${query}${more}`);
        expect(status).toBe(200);
        for (const { chargePointId, suspicions } of body.items) {
          found.push([chargePointId, ...suspicions.map(({ reason }: { reason: string }) => reason)]);
        }
        cursor = body.next;
      }
      return found;
    };
    const suspects = [
      ['CP-1', 'connector-available'],
      ['CP-3', 'charge-point-gone'],
      ['CP-4', 'connector-available'],
    ];
    expect(await list('suspect=true')).toEqual(suspects);
    expect(await list('suspect=true&limit=1')).toEqual(suspects);
    expect(await list('suspect=true&chargePointId=CP-4')).toEqual([suspects[2]]);
    expect(await list('suspect=true&state=stopped')).toEqual([]);
    expect(await list('suspect=false')).toEqual([['CP-2']]);
    expect(await list('state=open&limit=2')).toHaveLength(4);
    const { body } = await control.send('GET', '/api/v1/transactions?suspect=true&limit=1');
    const foreign = await control.send('GET', `/api/v1/transactions?cursor=${body.next}`);
    expect([foreign.status, foreign.body.error.code]).toEqual([400, 'invalid_parameter']);
  } finally {
    await control.close();
  }
});
