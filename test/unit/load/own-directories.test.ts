import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeOwnDirectory, noteOwners, removeAbandoned } from '../../../load/own-directories.ts';
import { identify } from '../../../src/cli/process-identity.ts';

test('of what load runs left, only that goes whose owners have all ended', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'farad-own-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const make = async (name: string, owners?: string): Promise<string> => {
    await mkdir(join(parent, name));
    if (owners !== undefined) await writeFile(join(parent, name, 'load-owners.json'), owners);
    return name;
  };
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(child, 'spawn');
  const gone = identify(child.pid as number);

  const ownGateway = basename(await makeOwnDirectory(parent));
  const killed = await makeOwnDirectory(parent);
  await noteOwners(killed, [child.pid as number]);
  await writeFile(join(killed, 'rows'), 'many');
  const own = identify(process.pid) as { pid: number; startedAt: number };
  const stay = [
    ownGateway,
    await make('farad-load-gateway-still-stops', JSON.stringify([gone, own])),
    await make('farad-load-unknown'),
    await make('farad-load-being-written', '[{"pid":'),
    await make('farad-load-nobody', '[]'),
    await make('farad-load-odd', '[{"pid":"7"}]'),
    await make('somebody-elses', JSON.stringify([gone])),
  ];
  // Another process with the same number that began at another time.
  await make('farad-load-number-taken', JSON.stringify([{ ...own, startedAt: own.startedAt + 1 }]));
  await symlink(join(parent, 'somebody-elses'), join(parent, 'farad-load-link'));

  await removeAbandoned(parent);
  expect(await readdir(parent)).toContain(basename(killed));
  child.kill('SIGKILL');
  await once(child, 'exit');
  await removeAbandoned(parent);
  expect((await readdir(parent)).sort()).toEqual([...stay, 'farad-load-link'].sort());
  expect(await readdir(join(parent, 'somebody-elses'))).toEqual(['load-owners.json']);
});
