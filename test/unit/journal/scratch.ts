import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Environment } from '../../../src/journal/environment.ts';
import { type Journal, type JournalOptions, openJournal } from '../../../src/journal/journal.ts';
import { packChunk } from '../../../src/records/chunk.ts';

/** A directory that is gone after the test. */
export function scratchDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'farad-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** An environment that is closed after the test. */
export function scratchEnvironment(path = scratchDirectory()): Environment {
  const environment = new Environment(path);
  onTestFinished(() => environment.close());
  return environment;
}

/** A journal that is closed after the test. */
export function scratchJournal(options: Partial<JournalOptions> = {}): Journal & { readonly path: string } {
  const path = options.path ?? scratchDirectory();
  const journal = openJournal({ ...options, path });
  onTestFinished(() => journal.close());
  return { ...journal, path };
}

/** A chunk whose only line is `text`. */
export function chunkOf(text: string, writtenAt = 1_000): Buffer {
  return packChunk(1, 1, writtenAt, `${text}\n`);
}
