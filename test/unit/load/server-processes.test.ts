import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { serverProcesses } from '../../../load/server-processes.ts';

/** A process named as those of Farad are, and a child of it that names itself as PostgreSQL's do. */
const PARENT = `
  process.title = 'farad edge-7';
  const child = require('node:child_process').spawn(process.execPath, ['-e',
    "process.title = 'postgres: writer'; console.log('named'); setInterval(() => undefined, 1e6)"]);
  child.stdout.on('data', () => console.log(child.pid));
  process.stdin.on('end', () => process.exit(child.kill() ? 0 : 1)).resume();
`;

test('a server is its processes and all that descend from them, each by its name', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    parent.stdin.end();
    await once(parent, 'exit');
  });
  const [text] = (await once(parent.stdout, 'data')) as [Buffer];
  const child = Number(text);
  expect(serverProcesses([parent.pid ?? 0])).toEqual({
    'edge-7': parent.pid,
    [`postgres-${child}`]: child,
  });
});

test('what has ended is left out', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  expect(serverProcesses([child.pid ?? 0])).toEqual({});
});
