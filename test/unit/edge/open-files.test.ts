import { expect, test } from 'vitest';
import { checkOpenFiles, openFilesLimit } from '../../../src/edge/open-files.ts';
import { logTo } from '../../../src/telemetry/log.ts';

function linesFor(maxConnections: number, limit: number | undefined): string[] {
  const lines: string[] = [];
  checkOpenFiles(maxConnections, logTo({ write: (line) => void lines.push(line) }, 'info', 'edge-0'), limit);
  return lines;
}

test('a limit of open files below the configured connections is warned of in one line that says what to do', () => {
  const lines = linesFor(19_000, 1024);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('ulimit -n is 1024');
  expect(lines[0]).toContain('19200');
});

test('a limit that is high enough, or unknown, is not worth a word', () => {
  expect(linesFor(19_000, 20_000)).toEqual([]);
  expect(linesFor(19_000, Number.POSITIVE_INFINITY)).toEqual([]);
});

test('the limit of this process is known on Linux', () => {
  if (process.platform === 'linux') expect(openFilesLimit()).toBeGreaterThan(0);
});
