import { onTestFinished } from 'vitest';
import type { Entry } from '../../../src/journal/lane-queue.ts';
import { unpackChunk } from '../../../src/records/chunk.ts';
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
  return outboxEntries(store).flatMap(({ chunk }) => {
    const { tableId, lines } = unpackChunk(chunk);
    const table = tableById(tableId);
    if (table?.name !== tableName) return [];
    const cells = JSON.parse(lines.toString()) as unknown[];
    return [Object.fromEntries(table.columns.map(({ name }, index) => [name, cells[index]]))];
  });
}

/** As the sink does once ClickHouse has everything. */
export async function drainOutbox(store: Store): Promise<void> {
  await store.outbox.remove(outboxEntries(store).map(({ lane, seq }) => ({ lane, from: seq, to: seq })));
}

function outboxEntries({ outbox }: Store): Entry[] {
  return outbox.lanes().flatMap((lane) => outbox.read(lane, 0, { entries: 100_000, bytes: 100_000_000 }));
}
