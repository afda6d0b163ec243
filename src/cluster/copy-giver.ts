import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, mkdirSync, rmSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Config } from '../config/schema.ts';
import { DISK_RESERVE, freeBytes } from '../journal/disk-space.ts';
import type { CopyOffer } from '../link/methods.ts';
import type { ReplicatedEnvironments } from '../store/replicated.ts';
import type { Log } from '../telemetry/log.ts';
import {
  bytesOf,
  COPIED,
  COPY_FORMAT,
  type CopyHeader,
  copiesFolder,
  DIGEST,
  fileOf,
  IDLE_MS,
  LENGTH_BYTES,
  SIGNS_OF_LIFE,
  TLS_OPTIONS,
} from './copy-file.ts';

/** An offer that nobody has come for is withdrawn after so long, ms. */
const OFFERED_FOR_MS = 30_000;

/** How long a handshake may take, ms. */
const HANDSHAKE_WITHIN_MS = 5000;

/** However slowly it is fetched, a copy is given up after so long, ms. */
const FETCHED_WITHIN_MS = 60 * 60_000;

/** Connections at a time, of which one can be the right one. */
const MAX_CONNECTIONS = 8;

const TOKEN_BYTES = 32;
const READ_BYTES = 1024 * 1024;

export interface CopyGiverOptions {
  readonly environments: Pick<ReplicatedEnvironments, 'state' | 'directory'>;
  readonly dataDir: string;
  readonly copies: Config['cluster']['copies'];
  readonly node: string;
  /** Of the log. */
  readonly identity: string;
  /** The address with which this node reaches NATS. */
  readonly ownAddress: () => string | undefined;
  /** Why this node has nothing that would help another one. */
  readonly problem: () => string | undefined;
  readonly log: Log;
  readonly offeredForMs?: number;
  readonly idleMs?: number;
}

/** Gives other nodes copies of what this one holds, one at a time. Its port is open only meanwhile. */
export class CopyGiver {
  private readonly options: CopyGiverOptions;
  private giving: Giving | undefined;
  private isAsked = false;
  private stopped = false;

  constructor(options: CopyGiverOptions) {
    this.options = options;
  }

  /** Lets whoever gets the answer fetch a copy. */
  async offer(identity: string): Promise<CopyOffer> {
    const problem = this.refusal(identity);
    if (problem !== undefined) return { ok: false, problem };
    this.isAsked = true;
    try {
      this.giving = await Giving.begin(this.options);
      void this.giving.ended.then(() => {
        this.giving = undefined;
      });
      if (this.stopped) this.giving.end();
      return this.giving.offer;
    } catch (error) {
      return { ok: false, problem: error instanceof Error ? error.message : String(error) };
    } finally {
      this.isAsked = false;
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.giving?.end();
    await this.giving?.ended;
  }

  private refusal(identity: string): string | undefined {
    const { dataDir, environments, problem } = this.options;
    if (this.stopped) return 'it is stopping';
    if (identity !== this.options.identity) return `it takes part in the log ${this.options.identity}`;
    if (this.giving || this.isAsked) return 'it gives a copy to another node already';
    const own = problem();
    if (own !== undefined) return own;
    const needed = DISK_RESERVE + COPIED.reduce((sum, name) => sum + sizeOf(environments[name].path), 0);
    const free = freeBytes(dataDir);
    return free >= needed ? undefined : `its disk has ${free} bytes left, and a copy needs ${needed}`;
  }
}

/** One copy from its offer until it was fetched, or was not. */
class Giving {
  readonly offer: Extract<CopyOffer, { ok: true }>;
  /** Resolves once nothing is left of it. Never rejects. */
  readonly ended: Promise<void>;
  private readonly options: CopyGiverOptions;
  private readonly server: Server;
  private readonly withdrawal: NodeJS.Timeout;
  private readonly sockets = new Set<Socket>();
  private sending: Promise<void> = Promise.resolve();

  private constructor(
    options: CopyGiverOptions,
    { server, offer }: { readonly server: Server; readonly offer: Extract<CopyOffer, { ok: true }> },
  ) {
    this.options = options;
    this.server = server;
    this.offer = offer;
    this.withdrawal = setTimeout(() => this.end(), options.offeredForMs ?? OFFERED_FOR_MS);
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('secureConnection', (socket) => {
      clearTimeout(this.withdrawal);
      this.sending = this.send(socket);
    });
    this.ended = once(server, 'close').then(async () => {
      clearTimeout(this.withdrawal);
      await this.sending;
      rmSync(copiesFolder(options.dataDir, 'given'), { recursive: true, force: true });
    });
  }

  /** Opens the port. Rejects with what the system says where that cannot be. */
  static async begin(options: CopyGiverOptions): Promise<Giving> {
    const { copies, ownAddress } = options;
    const [id, token] = [randomUUID(), randomBytes(TOKEN_BYTES)];
    let isUsed = false;
    const server = createServer({
      ...TLS_OPTIONS,
      handshakeTimeout: HANDSHAKE_WITHIN_MS,
      // One connection, whatever comes of it. That the key is right is compared by the handshake itself.
      pskCallback(_, identity) {
        if (isUsed || identity !== id) return null;
        isUsed = true;
        return token;
      },
    });
    server.maxConnections = MAX_CONNECTIONS;
    server.on('tlsClientError', ({ message }, socket) => {
      options.log.warn(
        { from: socket.remoteAddress, cause: message },
        'somebody without a token wanted a copy',
      );
    });
    const own = ownAddress();
    server.listen({ host: copies.host || own, port: copies.port });
    await once(server, 'listening');
    server.on('error', (error) => options.log.warn({ err: error }, 'nobody can come for a copy'));
    const { address, port } = server.address() as AddressInfo;
    const host = copies.address || own || address;
    return new Giving(options, { server, offer: { ok: true, host, port, id, token } });
  }

  end(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private async send(socket: TLSSocket): Promise<void> {
    const { log, idleMs = IDLE_MS } = this.options;
    const to = socket.remoteAddress;
    socket.setTimeout(idleMs, () => socket.destroy(new Error(`nothing was taken for ${idleMs} ms`)));
    const overdue = setTimeout(() => socket.destroy(new Error('it takes too long')), FETCHED_WITHIN_MS);
    // Its errors come out of the pipelines.
    socket.on('error', () => undefined);
    try {
      log.info({ to }, 'gives another node a copy');
      const sign = setInterval(() => socket.write(Buffer.alloc(LENGTH_BYTES)), idleMs / SIGNS_OF_LIFE);
      const folder = await this.copy().finally(() => clearInterval(sign));
      await this.sendFiles(socket, folder);
      log.info({ to }, 'another node has fetched a copy');
    } catch (error) {
      log.warn({ to, err: error }, 'a copy was not fetched');
    } finally {
      clearTimeout(overdue);
      socket.end();
      this.server.close();
    }
  }

  /** Makes the files; resolves with their folder. */
  private async copy(): Promise<string> {
    const { environments, dataDir } = this.options;
    const folder = copiesFolder(dataDir, 'given');
    rmSync(folder, { recursive: true, force: true });
    for (const name of COPIED) {
      mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
      await environments[name].copyTo(join(folder, name));
    }
    return folder;
  }

  private async sendFiles(socket: TLSSocket, folder: string): Promise<void> {
    const { identity, node } = this.options;
    const sizes = {
      state: bytesOf(fileOf(folder, 'state')),
      directory: bytesOf(fileOf(folder, 'directory')),
    };
    const header = Buffer.from(
      JSON.stringify({ format: COPY_FORMAT, identity, node, sizes } satisfies CopyHeader),
    );
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(header.length);
    socket.write(Buffer.concat([length, header]));
    for (const name of COPIED) {
      const digest = createHash(DIGEST);
      const hashing = new Transform({
        transform(chunk: Buffer, _, done) {
          digest.update(chunk);
          done(null, chunk);
        },
      });
      const file = createReadStream(fileOf(folder, name), { highWaterMark: READ_BYTES });
      await pipeline(file, hashing, socket, { end: false });
      socket.write(digest.digest());
    }
  }
}

function sizeOf(path: string): number {
  return bytesOf(join(path, 'data.mdb'));
}
