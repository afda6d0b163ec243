import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, connect as secureConnect, type TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { fetchCopy } from '../../src/cluster/copy-fetch.ts';
import { COPY_FORMAT, DIGEST, TLS_OPTIONS } from '../../src/cluster/copy-file.ts';
import { CopyGiver } from '../../src/cluster/copy-giver.ts';
import type { CopyOffer } from '../../src/link/methods.ts';
import { openReplicated, type ReplicatedEnvironments } from '../../src/store/replicated.ts';
import { until } from '../support/until.ts';
import { scratchDirectory } from '../unit/journal/scratch.ts';

const IDENTITY = 'log-1';
const IDLE_MS = 300;

type Offer = Extract<CopyOffer, { ok: true }>;

function fetched(offer: Offer, folder = scratchDirectory()): Promise<void> {
  const { signal } = new AbortController();
  const onProgress = (): void => undefined;
  return fetchCopy({ offer, folder, identity: IDENTITY, onProgress, signal, idleMs: IDLE_MS });
}

/** A node that gives copies, and makes their files as `make` does. */
function giving(make: (copy: () => Promise<void>) => Promise<void> = (copy) => copy()) {
  const dataDir = scratchDirectory();
  const environments = openReplicated(dataDir);
  const slowed = (name: 'state' | 'directory'): ReplicatedEnvironments['state'] =>
    new Proxy(environments[name], {
      get: (environment, property) =>
        property === 'copyTo'
          ? (path: string) => make(() => environment.copyTo(path))
          : Reflect.get(environment, property, environment),
    });
  const giver = new CopyGiver({
    environments: { state: slowed('state'), directory: slowed('directory') },
    dataDir,
    copies: { host: '127.0.0.1', port: 0, address: '' },
    node: 'a',
    identity: IDENTITY,
    ownAddress: () => '127.0.0.1',
    problem: () => undefined,
    log: pino({ level: 'silent' }),
    idleMs: IDLE_MS,
  });
  onTestFinished(async () => {
    await giver.stop();
    await environments.close();
  });
  const offered = (): Promise<Offer> =>
    until('a copy is offered', async () => {
      const offer = await giver.offer(IDENTITY);
      return offer.ok && offer;
    });
  return { offered, given: join(dataDir, 'copies', 'given'), fill: fillOf(environments) };
}

const fillOf =
  ({ state }: ReplicatedEnvironments) =>
  (bytes: number): Promise<void> =>
    state.transact(() => {
      for (let number = 0; number < bytes / 1_000_000; number++)
        state.bytes('connectors').put(Buffer.from(`CP-${number}`), Buffer.alloc(1_000_000, number));
    });

/** Something that stands where a node would, and does what `answer` says with who connects. */
async function standing(answer: (socket: TLSSocket) => void): Promise<Offer> {
  const [id, token] = ['id', Buffer.alloc(32, 1)];
  const server = createServer({ ...TLS_OPTIONS, pskCallback: () => token }, (socket) => {
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    answer(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { ok: true, host: '127.0.0.1', port: (server.address() as AddressInfo).port, id, token };
}

function headerOf(sizes: { state: number; directory: number }): Buffer {
  const header = Buffer.from(JSON.stringify({ format: COPY_FORMAT, identity: IDENTITY, node: 'a', sizes }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.length);
  return Buffer.concat([length, header]);
}

const digestOf = (bytes: Buffer): Buffer => createHash(DIGEST).update(bytes).digest();

test('a copy whose files take long to make comes all the same, on a connection that is never silent', async () => {
  const { offered } = giving(async (copy) => {
    await new Promise((resolve) => setTimeout(resolve, 3 * IDLE_MS));
    await copy();
  });
  const folder = scratchDirectory();
  await fetched(await offered(), folder);
  expect(readdirSync(folder).sort()).toEqual(['directory', 'state']);
});

test('a node that falls silent is given up, before its header and behind it', async () => {
  const before = await standing(() => undefined);
  await expect(fetched(before)).rejects.toThrow('nothing comes any more');
  const behind = await standing((socket) => {
    socket.write(headerOf({ state: 5_000, directory: 5_000 }));
    socket.write(Buffer.alloc(3_000));
  });
  await expect(fetched(behind)).rejects.toThrow('nothing comes any more');
});

test('a node that dies in the middle, or whose bytes were damaged, is given up', async () => {
  const dying = await standing((socket) => {
    socket.write(headerOf({ state: 5_000, directory: 5_000 }));
    socket.write(Buffer.alloc(3_000), () => socket.destroy());
  });
  await expect(fetched(dying)).rejects.toThrow(/ended too early|ECONNRESET|aborted|closed/i);
  const damaging = await standing((socket) => {
    const bytes = Buffer.alloc(5_000);
    socket.write(headerOf({ state: 5_000, directory: 5_000 }));
    socket.write(Buffer.concat([Buffer.alloc(5_000, 1), digestOf(bytes), bytes, digestOf(bytes)]));
  });
  await expect(fetched(damaging)).rejects.toThrow('state was damaged on its way');
});

test('a copy for which this disk has no room is not begun', async () => {
  const folder = scratchDirectory();
  const huge = await standing((socket) => {
    socket.write(headerOf({ state: 2 ** 50, directory: 5_000 }));
    socket.write(Buffer.alloc(100_000));
  });
  await expect(fetched(huge, folder)).rejects.toThrow(
    /^this disk has \d+ bytes left, and the copy needs \d+$/,
  );
  expect(readdirSync(folder)).toEqual([]);
});

test('who takes nothing more loses the place to another one, and nothing is left of that copy', async () => {
  const { offered, given, fill } = giving();
  // More than fits between two sockets.
  await fill(40_000_000);
  const { host, port, id, token } = await offered();
  const idle = secureConnect({
    ...TLS_OPTIONS,
    host,
    port,
    pskCallback: () => ({ identity: id, psk: token }),
    checkServerIdentity: () => undefined,
  });
  onTestFinished(() => void idle.destroy());
  idle.on('error', () => undefined);
  await once(idle, 'secureConnect');
  await until('the files are made', () => existsSync(given));
  const next = await offered();
  expect(existsSync(given)).toBe(false);
  await fetched(next);
});

test('a node that cannot make its files lets go of who waits, and offers again', async () => {
  let isFull = true;
  const { offered, given } = giving(async (copy) => {
    if (isFull) throw new Error('no space left on device');
    await copy();
  });
  await expect(fetched(await offered())).rejects.toThrow('it ended too early');
  isFull = false;
  await fetched(await offered());
  await until('nothing is left of it', () => !existsSync(given));
});
