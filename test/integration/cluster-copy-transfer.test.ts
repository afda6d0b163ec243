import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { type CopyFetchOptions, fetchCopy } from '../../src/cluster/copy-fetch.ts';
import { CopyGiver, type CopyGiverOptions } from '../../src/cluster/copy-giver.ts';
import { type CopyInstall, installCopy } from '../../src/cluster/copy-install.ts';
import { LmdbCopyView } from '../../src/cluster/lmdb-copy.ts';
import type { CopyOffer } from '../../src/link/methods.ts';
import { openReplicated } from '../../src/store/replicated.ts';
import { until } from '../support/until.ts';
import { scratchDirectory } from '../unit/journal/scratch.ts';

const IDENTITY = 'log-1';
const STREAM = 'farad-state-0';
const INSTALLER = fileURLToPath(new URL('../../dist/cluster/copy-install-process.js', import.meta.url));

/** Tables of which one is replaced long after the other. */
const FIRST = 'connectors';
const LAST = 'shown-certificates-by-charge-point';

type Offer = Extract<CopyOffer, { ok: true }>;

/**
 * A data directory that is at a place of the log, with so many connectors of one charge point: one of each
 * `step`.
 */
async function dataDirectory(position: number, connectors: number, step = 1): Promise<string> {
  const dataDir = scratchDirectory();
  const { state, directory, close } = openReplicated(dataDir);
  await state.transact(() => {
    for (const table of [FIRST, LAST].map((name) => state.bytes(name)))
      for (let number = 0; number < connectors; number++)
        table.put(Buffer.from(`CP-1/${number * step}`), Buffer.alloc(200, position));
    state.records('log-positions').put(Buffer.from(STREAM), [position, `change-${position}`]);
    state.records('meta').put(Buffer.from('installation'), dataDir);
  });
  await directory.transact(() => {
    directory.bytes('tokens').put(Buffer.from('T-1'), Buffer.from(`token at ${position}`));
    directory.records('meta').put(Buffer.from('changes'), position);
    directory.records('meta').put(Buffer.from('installation'), dataDir);
  });
  await close();
  return dataDir;
}

/** What a data directory holds of the log, and of its machine. */
async function holds(dataDir: string) {
  const { state, directory, close } = openReplicated(dataDir);
  const values = new Set(
    [FIRST, LAST].flatMap((name) => [...state.bytes(name).getRange({})]).map(({ value }) => value[0]),
  );
  const found = {
    connectors: state.bytes(FIRST).getCount({}),
    values: [...values],
    position: new LmdbCopyView(state).position(STREAM).seq,
    token: directory.bytes('tokens').get(Buffer.from('T-1'))?.toString(),
    changes: directory.records('meta').get(Buffer.from('changes')),
    machines: [state, directory].map((one) => one.records('meta').get(Buffer.from('installation'))),
  };
  await close();
  return found;
}

function giverOf(dataDir: string, options: Partial<CopyGiverOptions> = {}): CopyGiver {
  const environments = openReplicated(dataDir);
  const giver = new CopyGiver({
    environments,
    dataDir,
    copies: { host: '127.0.0.1', port: 0, address: '' },
    node: 'a',
    identity: IDENTITY,
    ownAddress: () => '127.0.0.1',
    problem: () => undefined,
    log: pino({ level: 'silent' }),
    ...options,
  });
  onTestFinished(async () => {
    await giver.stop();
    await environments.close();
  });
  return giver;
}

/** As soon as it does not give another one. */
function offered(giver: CopyGiver): Promise<Offer> {
  return until('a copy is offered', async () => {
    const offer = await giver.offer(IDENTITY);
    return offer.ok && offer;
  });
}

/** Resolves with the folder that the copy is in. */
async function fetched(offer: Offer, options: Partial<CopyFetchOptions> = {}): Promise<string> {
  const folder = scratchDirectory();
  const { signal } = new AbortController();
  await fetchCopy({ offer, folder, identity: IDENTITY, onProgress: () => undefined, signal, ...options });
  return folder;
}

test('a copy is fetched with its token and once, and nothing of it is left where it was made', async () => {
  const dataDir = await dataDirectory(7, 1700, 2);
  const giver = giverOf(dataDir);
  const offer = await offered(giver);
  expect(await giver.offer(IDENTITY)).toEqual({
    ok: false,
    problem: 'it gives a copy to another node already',
  });
  expect(await giver.offer('log-2')).toMatchObject({ problem: `it takes part in the log ${IDENTITY}` });
  const received: number[] = [];
  const folder = await fetched(offer, { onProgress: (progress) => received.push(progress.received) });
  expect(received.at(-1)).toBeGreaterThan(1700 * 200);
  await expect(fetched(offer)).rejects.toThrow();

  const target = await dataDirectory(3, 1300, 3);
  await installCopy({ dataDir: target, folder, streams: [STREAM] });
  expect(await holds(target)).toEqual({
    connectors: 1700,
    values: [7],
    position: 7,
    token: 'token at 7',
    changes: 7,
    machines: [target, target],
  });
  const second = await offered(giver);
  expect(existsSync(join(dataDir, 'copies', 'given'))).toBe(false);
  await fetched(second);
});

test('who has no token gets nothing, and a token is good for one connection and a short time', async () => {
  const giver = giverOf(await dataDirectory(7, 5));
  const offer = await offered(giver);
  const plain = connect({ host: offer.host, port: offer.port });
  let bytes = 0;
  plain.on('data', (chunk) => {
    bytes += chunk.length;
  });
  plain.on('error', () => undefined);
  plain.write('GET / HTTP/1.1\r\n\r\n');
  await once(plain, 'close');
  // The alert of the handshake: seven bytes.
  expect(bytes).toBeLessThanOrEqual(7);
  await expect(fetched({ ...offer, id: 'another' })).rejects.toThrow(/unknown psk identity/i);
  await expect(fetched({ ...offer, token: Buffer.alloc(32) })).rejects.toThrow(/bad record mac/i);
  // Somebody has tried a wrong one, so the right one is worth nothing any more.
  await expect(fetched(offer)).rejects.toThrow(/unknown psk identity/i);

  const hasty = giverOf(await dataDirectory(7, 5), { offeredForMs: 1 });
  const late = await offered(hasty);
  await pause(50);
  await expect(fetched(late)).rejects.toThrow(/ECONNREFUSED/);
  expect((await hasty.offer(IDENTITY)).ok).toBe(true);
});

test('a copy of another log, and one that is behind, change nothing', async () => {
  const giver = giverOf(await dataDirectory(7, 5));
  await expect(fetched(await offered(giver), { identity: 'log-2' })).rejects.toThrow(
    `it is a copy of the log ${IDENTITY}`,
  );
  const folder = await fetched(await offered(giver));
  const ahead = await dataDirectory(9, 3);
  const before = await holds(ahead);
  await expect(installCopy({ dataDir: ahead, folder, streams: [STREAM] })).rejects.toThrow(
    `it is at 7 of ${STREAM}, and this node at 9 already`,
  );
  expect(await holds(ahead)).toEqual(before);
});

test('whenever it is killed while a copy is installed, a node holds all of the old one or all of the new', async () => {
  const folder = await dataDirectory(7, 20_000);
  const begunAt = performance.now();
  await kill(60_000, { dataDir: await dataDirectory(3, 10_000), folder, streams: [STREAM] });
  const usualMs = performance.now() - begunAt;
  const target = await dataDirectory(3, 10_000);
  const seen = new Set<number>();
  for (let part = 0.2; !seen.has(7); part *= 1.15) {
    expect(await kill(part * usualMs, { dataDir: target, folder, streams: [STREAM] })).toBe(true);
    const { connectors, values, position, machines } = await holds(target);
    expect([connectors, values]).toEqual(position === 7 ? [20_000, [7]] : [10_000, [3]]);
    expect([3, 7]).toContain(position);
    expect(machines).toEqual([target, target]);
    seen.add(position);
  }
  expect(seen).toContain(3);
  expect(readdirSync(target).sort()).toEqual(['directory', 'state']);
});

/** Begins to install and kills that after so long; resolves with true unless it failed by itself. */
async function kill(waitMs: number, order: CopyInstall): Promise<boolean> {
  const child = fork(INSTALLER, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
  child.send(order);
  const timer = setTimeout(() => child.kill('SIGKILL'), waitMs);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return code === 0 || signal === 'SIGKILL';
}
