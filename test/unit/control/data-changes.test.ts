import { appendFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { DataChanges } from '../../../src/control/data-changes.ts';
import { scratchDirectory } from '../journal/scratch.ts';

const AGES_AGO = new Date('2026-01-01T00:00:00Z');

/** Files of a data directory that nothing was written to for long. */
function quietFiles() {
  const dataDir = scratchDirectory();
  const files = ['state', 'directory'].map((name) => {
    mkdirSync(join(dataDir, name));
    return join(dataDir, name, 'data.mdb');
  });
  for (const file of files) {
    writeFileSync(file, 'x');
    utimesSync(file, AGES_AGO, AGES_AGO);
  }
  return { changes: new DataChanges(dataDir), files };
}

test('data that nothing was written to stays the same', () => {
  const { changes } = quietFiles();
  expect(changes.mark()).toBe(changes.mark());
});

test('a write to either file makes it other data', () => {
  for (const index of [0, 1]) {
    const { changes, files } = quietFiles();
    const before = changes.mark();
    appendFileSync(files[index] as string, 'x');
    expect(changes.mark()).not.toBe(before);
  }
});

test('data that was just written to never counts as the same: a further write might not show', () => {
  const { changes, files } = quietFiles();
  const now = new Date('2026-11-29T12:00:00Z');
  utimesSync(files[0] as string, now, now);
  vi.useFakeTimers({ toFake: ['Date'], now });
  onTestFinished(() => void vi.useRealTimers());
  expect(changes.mark()).not.toBe(changes.mark());
});
