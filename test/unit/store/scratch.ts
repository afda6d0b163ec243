import { onTestFinished } from 'vitest';
import type { Entry } from '../../../src/journal/lane-queue.ts';
import { type Chunk, unpackChunk } from '../../../src/records/chunk.ts';
import { tableById } from '../../../src/records/tables.ts';
import { openStore, type Store, type StoreOptions } from '../../../src/store/store.ts';
import { scratchDirectory } from '../journal/scratch.ts';

export { scratchDirectory } from '../journal/scratch.ts';

/** A store that is closed after the test. */
export function scratchStore(options: Partial<StoreOptions> = {}): Store {
  const store = openStore({ dataDir: scratchDirectory(), role: 'setup', ...options });
  onTestFinished(() => store.close());
  return store;
}

/** What waits in the outbox: the rows of a table, by column. */
export function outboxRows(store: Store, tableName: string): Record<string, unknown>[] {
  return chunksOf(store, tableName).flatMap(({ tableId, lines }) =>
    lines
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => {
        const cells = JSON.parse(line) as unknown[];
        const columns = tableById(tableId)?.columns ?? [];
        return Object.fromEntries(columns.map(({ name }, index) => [name, cells[index]]));
      }),
  );
}

/** How many rows each chunk of a table has. */
export function outboxSizes(store: Store, tableName: string): number[] {
  return chunksOf(store, tableName).map(({ rows }) => rows);
}

function chunksOf(store: Store, tableName: string): Chunk[] {
  return outboxEntries(store)
    .map(({ chunk }) => unpackChunk(chunk))
    .filter(({ tableId }) => tableById(tableId)?.name === tableName);
}

/** As the sink does once ClickHouse has everything. */
export async function drainOutbox(store: Store): Promise<void> {
  await store.outbox.remove(outboxEntries(store).map(({ lane, seq }) => ({ lane, from: seq, to: seq })));
}

function outboxEntries({ outbox }: Store): Entry[] {
  return outbox.lanes().flatMap((lane) => outbox.read(lane, 0, { entries: 100_000, bytes: 100_000_000 }));
}
