import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { identify, lives, type ProcessIdentity } from '../../../src/cli/process-identity.ts';

test('a process that lives is itself, and a later one with its number is not', () => {
  const self = identify(process.pid) as ProcessIdentity;
  expect(lives(self)).toBe(true);
  expect(lives({ ...self, startedAt: self.startedAt - 1 })).toBe(false);
});

test('a process that has ended does not live', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const identity = identify(child.pid as number) as ProcessIdentity;
  expect(lives(identity)).toBe(true);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  expect(lives(identity)).toBe(false);
});

test('a process that only waits to be reaped does not live', async () => {
  // The shell becomes a sleep, which never reaps the child that the shell had; the child ends when it sees
  // that.
  const script = '(until grep -q sleep /proc/$$/comm; do :; done) & echo $!; exec sleep 30';
  const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)));
  const status = () => readFileSync(`/proc/${pid}/status`, 'utf8');
  await expect.poll(status, { timeout: 10_000 }).toMatch(/^State:\s+Z/m);
  expect(identify(pid)).toBeUndefined();
  parent.kill('SIGKILL');
});
