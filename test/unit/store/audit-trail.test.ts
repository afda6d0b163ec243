import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Environment } from '../../../src/journal/environment.ts';
import { type AuditRecord, AuditTable } from '../../../src/store/audit-trail.ts';
import { WritePath } from '../../../src/store/write-path.ts';

const entry: AuditRecord = {
  at: 0,
  actor: 'a',
  role: 'admin',
  via: 'key',
  remoteAddress: '',
  operation: 'putToken',
  target: {},
  request: '',
  status: 200,
  outcome: 'ok',
  durationMs: 1,
};

function open(maxEntries: number): AuditTable {
  const path = mkdtempSync(join(tmpdir(), 'farad-audit-'));
  const environment = new Environment(path);
  onTestFinished(async () => {
    await environment.close();
    rmSync(path, { recursive: true, force: true });
  });
  return new AuditTable(new WritePath(environment, 'directory', true), maxEntries);
}

test('lists the newest first, goes on before an entry, and keeps no more than it may', async () => {
  const audit = open(5);
  for (let at = 1; at <= 12; at++) await audit.add({ ...entry, at });
  expect(audit.list({ limit: 3 }).map(({ seq, at }) => [seq, at])).toEqual([
    [12, 12],
    [11, 11],
    [10, 10],
  ]);
  expect(audit.list({ limit: 10, before: 10 }).map(({ seq }) => seq)).toEqual([9, 8]);
});
