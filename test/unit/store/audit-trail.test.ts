import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Environment } from '../../../src/journal/environment.ts';
import { type AuditRecord, AuditTable } from '../../../src/store/audit-trail.ts';
import { DirectoryPath } from '../../../src/store/directory-path.ts';

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

function open(kept = { changes: 5, refusals: 5, strangers: 3 }): AuditTable {
  const path = mkdtempSync(join(tmpdir(), 'farad-audit-'));
  const environment = new Environment(path);
  onTestFinished(async () => {
    await environment.close();
    rmSync(path, { recursive: true, force: true });
  });
  return new AuditTable(new DirectoryPath(environment, true), kept);
}

test('lists the newest first, goes on before an entry, and keeps no more than it may', async () => {
  const audit = open();
  for (let at = 1; at <= 12; at++) await audit.add({ ...entry, at });
  expect(audit.list({ limit: 3 }).map(({ seq, at }) => [seq, at])).toEqual([
    [12, 12],
    [11, 11],
    [10, 10],
  ]);
  expect(audit.list({ limit: 10, before: 10 }).map(({ seq }) => seq)).toEqual([9, 8]);
});

test('finds where a time lies, also where what took long was written down late', async () => {
  const audit = open({ changes: 40, refusals: 5, strangers: 3 });
  const minute = 60_000;
  const hour = 60 * minute;
  for (let at = 1; at <= 50; at++) await audit.add({ ...entry, at: at * hour + (at % 2 ? 0 : -50 * minute) });
  for (const asked of [0, 10, 11, 29.9, 30, 44.2, 50, 99]) {
    const number = audit.numberAfter(asked * hour);
    const after = audit.list({ limit: 100 }).filter(({ seq }) => seq >= number);
    expect(after.filter(({ at }) => at <= asked * hour)).toEqual([]);
    // And not much too high.
    const inTime = audit.list({ limit: 100 }).filter(({ at }) => at > (asked + 2) * hour);
    expect(inTime.filter(({ seq }) => seq < number)).toEqual([]);
  }
});

test('strangers push out no key, refusals no changes, and a key that floods only its own', async () => {
  const audit = open();
  const of = async (actor: string) =>
    audit.list({ limit: 100 }).filter((listed) => listed.actor === actor).length;
  for (let index = 0; index < 4; index++) await audit.add({ ...entry, actor: 'admin' });
  for (let index = 0; index < 2; index++) await audit.add({ ...entry, actor: 'admin', status: 403 });
  for (let index = 0; index < 50; index++) {
    await audit.add({ ...entry, actor: '', role: '', via: 'none', status: 401 });
    await audit.add({ ...entry, actor: 'looker', role: 'viewer', status: 403 });
    await audit.add({ ...entry, actor: 'looker', role: 'viewer', status: 204 });
  }
  expect(await of('admin')).toBe(6);
  expect(await of('')).toBe(3);
  expect(await of('looker')).toBe(3);
  for (let index = 0; index < 50; index++) await audit.add({ ...entry, actor: 'shift' });
  expect(await of('admin')).toBeGreaterThanOrEqual(4);
});

test('what an earlier process left counts, and an entry may stand for many', async () => {
  const path = mkdtempSync(join(tmpdir(), 'farad-audit-'));
  const environment = new Environment(path);
  onTestFinished(async () => {
    await environment.close();
    rmSync(path, { recursive: true, force: true });
  });
  const kept = { changes: 5, refusals: 5, strangers: 3 };
  const before = new AuditTable(new DirectoryPath(environment, true), kept);
  for (let at = 1; at <= 5; at++) await before.add({ ...entry, at });
  const audit = new AuditTable(new DirectoryPath(environment, true), kept);
  const seq = await audit.add({ ...entry, at: 6 });
  await audit.count(seq, 17);
  await audit.count(1, 17);
  expect(audit.list({ limit: 10 }).map(({ at, count }) => [at, count])).toEqual([
    [6, 17],
    [5, undefined],
    [4, undefined],
    [3, undefined],
    [2, undefined],
  ]);
});
