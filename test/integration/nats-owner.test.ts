import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isAlive } from '../support/gateway.ts';
import { NATS } from '../support/nats-server.ts';
import { until } from '../support/until.ts';

const OWNER = fileURLToPath(new URL('./programs/nats-owner.mjs', import.meta.url));

describe.runIf('file' in NATS)('a NATS server that a program started', () => {
  test('ends when the program is killed', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'farad-nats-owner-'));
    onTestFinished(() =>
      rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
    );
    const owner = fork(OWNER, ['file' in NATS ? NATS.file : '', directory]);
    onTestFinished(() => void owner.kill('SIGKILL'));
    const [{ pid }] = (await once(owner, 'message')) as [{ pid: number }];
    expect(isAlive(pid)).toBe(true);
    owner.kill('SIGKILL');
    await until('the server has ended', () => !isAlive(pid));
  });
});
