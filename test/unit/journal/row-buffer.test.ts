import { expect, test, vi } from 'vitest';
import { type ChunkSink, RowBuffer } from '../../../src/journal/row-buffer.ts';
import { type AuthorizationRow, authorizations } from '../../../src/records/authorizations.ts';
import { unpackChunk } from '../../../src/records/chunk.ts';
import { connections } from '../../../src/records/connections.ts';
import { EXCHANGES } from '../../../src/records/exchanges.ts';
import { metrics } from '../../../src/telemetry/metrics.ts';
import { scratchJournal } from './scratch.ts';

const authorization = (idTag: string): AuthorizationRow => ({
  chargePointId: 'CP-1',
  idTag,
  parentIdTag: '',
  status: 'Accepted',
  action: 'Authorize',
  receivedAt: 1_000,
});

const opened = {
  chargePointId: 'CP-1',
  event: 'opened',
  epoch: 1,
  remoteAddress: '',
  code: null,
  reason: '',
  durationMs: null,
  receivedAt: 1_000,
} as const;

/** A sink that keeps chunks and, while `stuck`, finishes no append. */
function collector({ failing = false } = {}) {
  const chunks: { tableId: number; rows: number; lines: string }[] = [];
  const waiting: (() => void)[] = [];
  const sink: ChunkSink & { stuck: boolean } = {
    stuck: false,
    async append(chunk) {
      if (failing) throw new Error('disk full');
      const { tableId, rows, lines } = unpackChunk(Buffer.from(chunk));
      chunks.push({ tableId, rows, lines: lines.toString() });
      if (sink.stuck) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
  const release = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  return { sink, chunks, release };
}

function lost(table: string, reason: string): number {
  const family = metrics.collect().find(({ name }) => name === 'farad_journal_rows_lost_total');
  if (family?.type !== 'counter') return 0;
  return family.samples.find(({ labels }) => labels.table === table && labels.reason === reason)?.value ?? 0;
}

test('rows of one turn become one chunk per table, in the order in which they came', async () => {
  const { sink, chunks } = collector();
  const buffer = new RowBuffer(sink, { maxRows: 100, maxDelayMs: 0 });
  buffer.add(authorizations, authorization('A'));
  buffer.add(connections, opened);
  buffer.add(authorizations, authorization('B'));
  await vi.waitFor(() => expect(chunks).toHaveLength(2));

  expect(chunks).toEqual([
    {
      tableId: authorizations.id,
      rows: 2,
      lines: '["CP-1","A","","Accepted","Authorize",1000]\n["CP-1","B","","Accepted","Authorize",1000]\n',
    },
    { tableId: connections.id, rows: 1, lines: '["CP-1","opened",1,"",null,"",null,1000]\n' },
  ]);
});

test('a full chunk is written at once, the rest when the delay is over', async () => {
  const { sink, chunks } = collector();
  const buffer = new RowBuffer(sink, { maxRows: 2, maxDelayMs: 5 });
  for (const tag of ['A', 'B', 'C']) buffer.add(authorizations, authorization(tag));

  expect(chunks.map(({ rows }) => rows)).toEqual([2]);
  await vi.waitFor(() => expect(chunks.map(({ rows }) => rows)).toEqual([2, 1]));
});

test('flush resolves when the rows can be read from the journal', async () => {
  const journal = scratchJournal();
  const lane = journal.openLane();
  const buffer = new RowBuffer(lane, { maxRows: 100, maxDelayMs: 60_000 });
  buffer.add(authorizations, authorization('A'));
  await buffer.flush();

  expect(journal.queue.read(lane.number, 0, { entries: 10, bytes: 1_000 })).toHaveLength(1);
});

test('rows that cannot be written are counted and logged, and the caller sees nothing of it', async () => {
  const log = { warn: vi.fn(), error: vi.fn() };
  const before = lost('authorizations', 'write');
  const buffer = new RowBuffer(collector({ failing: true }).sink, { maxRows: 100, maxDelayMs: 0, log });
  buffer.add(authorizations, authorization('A'));
  buffer.add(authorizations, authorization('B'));
  await buffer.flush();

  expect(lost('authorizations', 'write') - before).toBe(2);
  expect(log.error).toHaveBeenCalledTimes(1);
});

test('a journal that hangs does not fill the memory: rows over the bound are lost and counted until it moves again', async () => {
  const { sink, chunks, release } = collector();
  const before = lost('authorizations', 'full');
  const buffer = new RowBuffer(sink, { maxRows: 2, maxDelayMs: 0, maxPending: 4 });
  sink.stuck = true;
  for (const tag of ['A', 'B', 'C', 'D', 'E', 'F']) buffer.add(authorizations, authorization(tag));
  expect(lost('authorizations', 'full') - before).toBe(2);

  sink.stuck = false;
  release();
  await buffer.flush();
  buffer.add(authorizations, authorization('G'));
  await buffer.flush();

  expect(chunks.map(({ rows }) => rows)).toEqual([2, 2, 1]);
  expect(lost('authorizations', 'full') - before).toBe(2);
});

test('bytes of a chunk that the journal has not read yet are not written over by later rows', async () => {
  const appended: Uint8Array[] = [];
  const waiting: (() => void)[] = [];
  const append = (chunk: Uint8Array): Promise<void> => {
    appended.push(chunk);
    return new Promise((resolve) => waiting.push(resolve));
  };
  const buffer = new RowBuffer({ append }, { maxRows: 1, maxDelayMs: 0 });
  for (const idTag of ['A', 'B', 'C']) buffer.add(authorizations, authorization(idTag));

  const lines = appended.map((chunk) => unpackChunk(Buffer.from(chunk)).lines.toString());
  expect(lines.map((line) => JSON.parse(line)[1])).toEqual(['A', 'B', 'C']);
  for (const resolve of waiting.splice(0)) resolve();
  await buffer.flush();

  buffer.add(authorizations, authorization('D'));
  const [first, , , last] = appended as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  expect(JSON.parse(unpackChunk(Buffer.from(last)).lines.toString())[1]).toBe('D');
  expect([appended[1], appended[2], first].map((chunk) => chunk?.buffer)).toContain(last.buffer);
  for (const resolve of waiting.splice(0)) resolve();
});

test('long rows are written before they are many', async () => {
  const { sink, chunks } = collector();
  const buffer = new RowBuffer(sink, { maxRows: 1_000, maxDelayMs: 60_000 });
  for (let row = 0; row < 60; row++) buffer.add(authorizations, authorization('x'.repeat(10_000)));
  await vi.waitFor(() => expect(chunks).toHaveLength(1));
  expect(chunks[0]?.rows).toBeLessThan(60);
  await buffer.flush();
  expect(chunks.reduce((sum, { rows }) => sum + rows, 0)).toBe(60);
});

test('exchanges are kept in chunks of their own, and count as the two rows of the message log that each becomes', async () => {
  const exchange = {
    chargePointId: 'CP-1',
    messageId: '1',
    action: 'Authorize',
    frame: Buffer.from('[2,"1","Authorize",{"idTag":"A"}]'),
    answer: '{}',
    receivedAt: 1,
    answeredAt: 2,
  };
  const { sink, chunks, release } = collector();
  sink.stuck = true;
  const buffer = new RowBuffer(sink, { maxRows: 4, maxDelayMs: 60_000, maxPending: 4 });
  const before = lost('messages', 'full');
  for (let count = 0; count < 3; count++) buffer.exchange(exchange);
  await vi.waitFor(() => expect(chunks).toHaveLength(1));
  release();
  await buffer.flush();

  expect(chunks.map(({ tableId, rows }) => [tableId, rows])).toEqual([[EXCHANGES, 4]]);
  expect(lost('messages', 'full') - before).toBe(2);
});
