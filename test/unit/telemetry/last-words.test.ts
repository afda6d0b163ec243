import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const module = new URL('../../../dist/telemetry/', import.meta.url);

/** Runs a process that has `endOnFault` and then does this; what it said on standard error. */
function lastWords(fault: string): { lines: string[]; status: number | null; signal: NodeJS.Signals | null } {
  const program = `
    import { createLog } from '${new URL('log.js', module).href}';
    import { endOnFault } from '${new URL('last-words.js', module).href}';
    endOnFault(createLog({ log: { level: 'info', format: 'json' } }, 'edge-7'));
    setInterval(() => undefined, 1000);
    ${fault}`;
  const { stderr, status, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  return { lines: stderr.trim().split('\n'), status, signal };
}

test.each([
  [
    'an exception',
    "setTimeout(function late() { throw new RangeError('too\\nmuch'); });",
    'RangeError: too much',
  ],
  ['a rejection', "Promise.reject(new TypeError('left alone'));", 'TypeError: left alone'],
  ['what is no error', "Promise.reject('just words');", 'just words'],
])('%s that nobody caught ends the process with its reason in one line', (_what, fault, reason) => {
  const { lines, signal } = lastWords(fault);
  expect(signal).toBe('SIGKILL');
  expect(lines).toHaveLength(1);
  const line = JSON.parse(lines[0] as string) as Record<string, unknown>;
  expect(line).toMatchObject({ level: 'fatal', process: 'edge-7' });
  expect(line.msg).toMatch(new RegExp(`^ends because of a fault: .*${reason}`));
});
