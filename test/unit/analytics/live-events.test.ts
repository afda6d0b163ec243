import { expect, test } from 'vitest';
import { LiveEvents } from '../../../src/analytics/live-events.ts';
import type { EventsRequest } from '../../../src/link/methods.ts';
import { authorizations } from '../../../src/records/authorizations.ts';
import { packChunk, unpackChunk } from '../../../src/records/chunk.ts';
import { connectorStatus } from '../../../src/records/connector-status.ts';
import { meterSamples } from '../../../src/records/meter-samples.ts';
import { securityEvents } from '../../../src/records/security-events.ts';
import { encodeRow } from '../../../src/records/table.ts';
import { transactions } from '../../../src/records/transactions.ts';
import { transactionRow } from '../../support/analytics-rows.ts';

const noon = Date.UTC(2026, 4, 4, 12);

const status = (...chargePointIds: string[]) =>
  unpackChunk(
    packChunk(
      connectorStatus.id,
      chargePointIds.length,
      noon,
      chargePointIds
        .map((chargePointId) => {
          const row = {
            chargePointId,
            connectorId: 1,
            status: 'Charging',
            errorCode: 'NoError',
            info: '',
            vendorId: '',
            vendorErrorCode: '',
            ts: noon,
            receivedAt: noon + 5,
          };
          return `${encodeRow(connectorStatus, row)}\n`;
        })
        .join(''),
    ),
  );

const ask = (change: Partial<EventsRequest> = {}): EventsRequest => ({
  topics: ['status', 'transactions', 'connections', 'authorizations', 'security'],
  limit: 100,
  waitMs: 0,
  ...change,
});

/** Where a reader begins that wants everything from now on. */
const now = async (events: LiveEvents) => (await events.read(ask())).cursor;

const changed = (change: Parameters<typeof transactionRow>[0]) =>
  unpackChunk(packChunk(transactions.id, 1, noon, `${encodeRow(transactions, transactionRow(change))}\n`));

test.each([
  ['is open', { state: 'open' }, { energyWh: null, energySource: 'none', energyReason: null }],
  [
    'has ended',
    { state: 'stopped', meterStop: 3_500 },
    { energyWh: 2_500, energySource: 'registers', energyReason: null },
  ],
  [
    'was closed',
    { state: 'closed', meterStop: 2_000 },
    { energyWh: 1_000, energySource: 'registers', energyReason: null },
  ],
  [
    'has a stop below its start',
    { state: 'stopped', meterStop: 10 },
    { energyWh: null, energySource: 'none', energyReason: 'readings_unavailable' },
  ],
  [
    'is a stop without a start',
    { state: 'unmatched', meterStart: null, meterStop: 10 },
    { energyWh: null, energySource: 'none', energyReason: 'unmatched' },
  ],
] as const)(
  'the event of a transaction that %s tells the energy that its registers determine',
  async (_, row, told) => {
    const events = new LiveEvents();
    const after = await now(events);
    const stoppedAt = row.state === 'open' ? null : noon + 3_600_000;
    events.add(changed({ transactionId: 7, startedAt: noon, meterStart: 1_000, stoppedAt, ...row }));
    const { events: read } = await events.read(ask({ after }));
    expect(read[0]?.data).toMatchObject(told);
  },
);

test('a transaction that changed twice in one write is told once, as it is in the end', async () => {
  const events = new LiveEvents();
  const after = await now(events);
  const rows = [
    { transactionId: 7, version: 2, state: 'closed' },
    { transactionId: 8, version: 2, state: 'superseded' },
    { transactionId: 7, version: 3, state: 'stopped' },
  ] as const;
  const lines = rows.map(
    (row) => `${encodeRow(transactions, transactionRow({ startedAt: noon, meterStart: 1, ...row }))}\n`,
  );
  events.add(unpackChunk(packChunk(transactions.id, rows.length, noon, lines.join(''))));
  const { events: read, cursor } = await events.read(ask({ after }));
  expect(read.map(({ data }) => [data.transactionId, data.version])).toEqual([
    [8, 2],
    [7, 3],
  ]);
  expect((await events.read(ask({ after: cursor }))).events).toEqual([]);
  // What was told in a write before stays told.
  events.add(changed({ transactionId: 7, startedAt: noon, meterStart: 1, version: 4, state: 'stopped' }));
  expect((await events.read(ask({ after: cursor }))).events).toHaveLength(1);
});

test('a reader gets what happens after it came, with times and names as the API shows them', async () => {
  const events = new LiveEvents();
  events.add(status('before'));
  const after = await now(events);
  events.add(status('CP-1'));
  const { events: read, missed } = await events.read(ask({ after }));
  expect(missed).toBe(false);
  expect(read.map(({ topic, data }) => ({ topic, data }))).toEqual([
    {
      topic: 'status',
      data: {
        chargePointId: 'CP-1',
        connectorId: 1,
        status: 'Charging',
        errorCode: 'NoError',
        info: '',
        vendorId: '',
        vendorErrorCode: '',
        ts: '2026-05-04T12:00:00.000Z',
        receivedAt: '2026-05-04T12:00:00.005Z',
      },
    },
  ]);
});

test('what a charge point sent raw does not travel with the events of its transactions', async () => {
  const events = new LiveEvents();
  const after = await now(events);
  const row = transactionRow({ transactionId: 5, startedAt: noon, meterStart: 10 });
  events.add(unpackChunk(packChunk(transactions.id, 1, noon, `${encodeRow(transactions, row)}\n`)));
  const [event] = (await events.read(ask({ after }))).events;
  expect(event?.data).toMatchObject({
    transactionId: 5,
    startedAt: '2026-05-04T12:00:00.000Z',
    stoppedAt: null,
  });
  expect(Object.keys(event?.data ?? {})).not.toContain('rawStart');
});

test('a waiting reader is answered as soon as something fits, and not by what does not', async () => {
  const events = new LiveEvents();
  const after = await now(events);
  const waiting = events.read(ask({ after, topics: ['status'], chargePointId: 'CP-2', waitMs: 10_000 }));
  events.add(
    unpackChunk(packChunk(authorizations.id, 1, noon, '["CP-2","T","","Accepted","Authorize",0]\n')),
  );
  events.add(status('CP-1'));
  await new Promise((resolve) => setImmediate(resolve));
  events.add(status('CP-2'));
  const page = await waiting;
  expect(page.events.map(({ data }) => data.chargePointId)).toEqual(['CP-2']);
  expect(BigInt(page.cursor) - BigInt(after)).toBe(3n);
});

test('pages go on where the page before ended, in the middle of a chunk as well', async () => {
  const events = new LiveEvents();
  let after = await now(events);
  events.add(status('a', 'b', 'c'));
  events.add(status('d'));
  const seen: unknown[] = [];
  for (let page = 0; page < 3; page++) {
    const read = await events.read(ask({ after, limit: 2 }));
    seen.push(read.events.map(({ data }) => data.chargePointId));
    after = read.cursor;
  }
  expect(seen).toEqual([['a', 'b'], ['c', 'd'], []]);
});

test('the oldest are dropped first, and a reader that was too slow is told', async () => {
  const events = new LiveEvents({ events: 3 });
  const after = await now(events);
  for (const name of ['a', 'b', 'c', 'd', 'e']) events.add(status(name));
  const page = await events.read(ask({ after }));
  expect([page.missed, page.events.map(({ data }) => data.chargePointId)]).toEqual([true, ['c', 'd', 'e']]);
  const next = await events.read(ask({ after: page.cursor }));
  expect([next.missed, next.events]).toEqual([false, []]);
});

test('bytes are bounded, too', async () => {
  const size = status('x').lines.length;
  const events = new LiveEvents({ bytes: size * 2 });
  const after = await now(events);
  for (const name of ['a', 'b', 'c']) events.add(status(name));
  const page = await events.read(ask({ after }));
  expect(page.events.map(({ data }) => data.chargePointId)).toEqual(['b', 'c']);
});

test('ids rise over restarts, and whoever comes with an older one has missed something', async () => {
  const before = new LiveEvents({}, noon);
  before.add(status('a'));
  const { cursor } = await before.read(ask());
  const events = new LiveEvents({}, noon + 1);
  events.add(status('b'));
  const page = await events.read(ask({ after: cursor }));
  expect([page.missed, page.events.map(({ data }) => data.chargePointId)]).toEqual([true, ['b']]);
  expect(BigInt(page.cursor)).toBeGreaterThan(BigInt(cursor));
});

test.each(['99999999999999999999999', 'not a number', ''])(
  'an id that cannot be (%j) starts at the present',
  async (after) => {
    const events = new LiveEvents();
    events.add(status('a'));
    expect(await events.read(ask({ after }))).toMatchObject({ missed: true, events: [] });
  },
);

test('rows are not parsed while nobody listens, and other tables not at all', async () => {
  const events = new LiveEvents();
  const after = await now(events);
  let looked = 0;
  const lines = new Proxy(status('a').lines, {
    get(target, name) {
      if (name === 'toString') looked++;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  events.add({ tableId: connectorStatus.id, rows: 1, writtenAt: 0, lines });
  events.add({ tableId: meterSamples.id, rows: 1, writtenAt: 0, lines: Buffer.from('not even JSON\n') });
  expect(looked).toBe(0);
  expect((await events.read(ask({ after }))).events).toHaveLength(1);
  await events.read(ask({ after }));
  expect(looked).toBe(1);
});

test('a row that is no row makes no event, and the ones around it do', async () => {
  const events = new LiveEvents();
  const after = await now(events);
  const [good] = status('good').lines.toString().split('\n');
  events.add(unpackChunk(packChunk(connectorStatus.id, 3, 0, `{broken\n${good}\n"text"\n`)));
  expect((await events.read(ask({ after }))).events.map(({ data }) => data.chargePointId)).toEqual(['good']);
});

test('close lets waiting readers go', async () => {
  const events = new LiveEvents();
  const waiting = events.read(ask({ waitMs: 30_000 }));
  events.close();
  expect((await waiting).events).toEqual([]);
});

test('a security event says true or false, or that nobody knows, whether it is critical', async () => {
  const events = new LiveEvents();
  const after = await now(events);
  const row = (critical: boolean | null) =>
    `${encodeRow(securityEvents, {
      chargePointId: 'CP-1',
      source: 'charge-point',
      type: 'X',
      critical,
      reason: '',
      techInfo: '',
      remoteAddress: '',
      reportedAt: noon,
      rawTimestamp: '',
      receivedAt: noon,
    })}\n`;
  events.add(unpackChunk(packChunk(securityEvents.id, 3, noon, [true, false, null].map(row).join(''))));
  const page = await events.read(ask({ after, topics: ['security'] }));
  expect(page.events.map(({ topic, data }) => [topic, data.critical, data.reportedAt])).toEqual([
    ['security', true, '2026-05-04T12:00:00.000Z'],
    ['security', false, '2026-05-04T12:00:00.000Z'],
    ['security', null, '2026-05-04T12:00:00.000Z'],
  ]);
});
