import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';

const HOUR = 3_600_000;
const DAY_START = Date.UTC(2026, 2, 1);

describe('transactions', () => {
  let control: ControlUnderTest;
  const ids: number[] = [];

  /** Ten transactions, one an hour, on two charge points by two tags; the first four are stopped. */
  beforeAll(async () => {
    control = await startControl();
    for (let hour = 0; hour < 10; hour++) {
      const startedAt = DAY_START + hour * HOUR;
      const { transaction } = await control.store.transactions.start({
        chargePointId: `CP-${hour % 2}`,
        connectorId: hour,
        idTag: hour % 5 === 0 ? 'Rare' : 'USUAL',
        timestamp: new Date(startedAt).toISOString(),
        startedAt,
        timestampPlausible: true,
        meterStart: 1000,
        reservationId: null,
        flags: [],
        rawStart: '{}',
        receivedAt: startedAt,
        authorize: () => ({ status: 'Accepted', parentIdTag: '' }),
      });
      ids.push(transaction.transactionId);
      if (hour >= 4) continue;
      await control.store.transactions.stop({
        chargePointId: `CP-${hour % 2}`,
        transactionId: transaction.transactionId,
        timestamp: new Date(startedAt + HOUR).toISOString(),
        stoppedAt: startedAt + HOUR,
        meterStop: 3500,
        idTag: '',
        reason: 'Local',
        flags: [],
        rawStop: '{}',
        receivedAt: startedAt + HOUR,
      });
    }
  });
  afterAll(() => control.close());

  /** Hours of the transactions that a listing gives, page by page. */
  async function hoursOf(query: Record<string, string>): Promise<number[]> {
    const hours: number[] = [];
    let cursor: string | null = null;
    do {
      const search = new URLSearchParams({ ...query, ...(cursor !== null && { cursor }) });
      const { body, status } = await control.send('GET', `/api/v1/transactions?${search}`);
      expect(status).toBe(200);
      expect(body.items.length).toBeLessThanOrEqual(Number(query.limit ?? 100));
      hours.push(
        ...body.items.map(({ transactionId }: { transactionId: number }) => ids.indexOf(transactionId)),
      );
      cursor = body.next;
    } while (cursor !== null);
    return hours;
  }

  test('are shown with their times, registers and state', async () => {
    const { body } = await control.send('GET', `/api/v1/transactions/${ids[0]}`);
    expect(body).toMatchObject({
      transactionId: ids[0],
      chargePointId: 'CP-0',
      connectorId: 0,
      idTag: 'Rare',
      parentIdTag: null,
      authorization: 'Accepted',
      startedAt: '2026-03-01T00:00:00.000Z',
      meterStart: 1000,
      stoppedAt: '2026-03-01T01:00:00.000Z',
      meterStop: 3500,
      stopReason: 'Local',
      state: 'stopped',
    });
    const open = await control.send('GET', `/api/v1/transactions/${ids[9]}`);
    expect(open.body).toMatchObject({ state: 'open', stoppedAt: null, meterStop: null, stopReason: null });
  });

  test('one is found by its number, or nothing is, and no filter goes with it', async () => {
    const find = (query: string) => control.send('GET', `/api/v1/transactions?${query}`);
    const [first] = ids;
    expect((await find(`transactionId=${first}`)).body).toMatchObject({
      items: [{ transactionId: first }],
      next: null,
    });
    expect((await find('transactionId=2147483647')).body).toEqual({ items: [], next: null });
    expect((await find('transactionId=2147483648')).status).toBe(400);
    expect((await find(`transactionId=${first}&state=open`)).status).toBe(400);
  });

  test('that nobody started are 404, and what is no number is 400', async () => {
    const unknown = await control.send('GET', '/api/v1/transactions/-1');
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'unknown_transaction']);
    expect((await control.send('GET', '/api/v1/transactions/abc')).status).toBe(400);
  });

  test.each<[Record<string, string>, number[]]>([
    [{}, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]],
    [{ limit: '3' }, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]],
    [{ chargePointId: 'CP-1' }, [9, 7, 5, 3, 1]],
    [{ state: 'stopped', limit: '1' }, [3, 2, 1, 0]],
    [{ idTag: 'rARE', limit: '1' }, [5, 0]],
    [{ from: '2026-03-01T02:00:00Z', to: '2026-03-01T06:00:00+01:00' }, [4, 3, 2]],
    [{ chargePointId: 'CP-0', state: 'open', idTag: 'usual' }, [8, 6, 4]],
    [{ chargePointId: 'CP-2' }, []],
  ])('are listed newest first, filtered by %j', async (query, hours) => {
    const found = await hoursOf(query);
    // Stopped ones were heard of last an hour after they started.
    expect(found.sort((a, b) => b - a)).toEqual(hours);
  });

  test('cannot be filtered by a state that does not exist', async () => {
    expect((await control.send('GET', '/api/v1/transactions?state=ended')).status).toBe(400);
  });
});
