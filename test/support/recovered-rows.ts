import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openJournal } from '../../src/journal/journal.ts';
import { isRecovered } from '../../src/journal/recovered-rows.ts';
import { unpackChunk } from '../../src/records/chunk.ts';
import { tableById } from '../../src/records/tables.ts';

/** Texts of the chunks that a node has recovered, or what they tell of transactions. */
export function recoveredIn(dataDir: string): string[] {
  const [name] = readdirSync(dataDir).filter(isRecovered);
  if (name === undefined) return [];
  const journal = openJournal({ path: join(dataDir, name), readOnly: true });
  onTestFinished(() => journal.close());
  const entries = journal.queue
    .ends()
    .flatMap(({ lane, seq }) => journal.queue.readSpan({ lane, from: 1, to: seq }));
  return entries.map(({ chunk }) => {
    const { tableId, lines } = unpackChunk(chunk);
    const text = lines.toString().trimEnd();
    return text.startsWith('[')
      ? `${tableById(tableId)?.name} ${(JSON.parse(text) as unknown[]).slice(0, 2).join(' ')}`
      : text;
  });
}
