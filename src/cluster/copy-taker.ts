import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../config/schema.ts';
import type { CopyOffer, ForeignAnswer, ForeignCall } from '../link/methods.ts';
import { processName } from '../link/process-name.ts';
import { openEnvironment } from '../store/open-environment.ts';
import type { ReplicatedEnvironments } from '../store/replicated.ts';
import type { Log } from '../telemetry/log.ts';
import type { OtherNode } from './beats.ts';
import { type CopyProgress, fetchCopy } from './copy-fetch.ts';
import { copiesFolder } from './copy-file.ts';
import type { CopyInstall } from './copy-install.ts';
import type { InstallMessage } from './copy-install-process.ts';
import { LmdbCopyView } from './lmdb-copy.ts';
import { placeInDirectory, placeOfChargePoint } from './log-place.ts';
import { saveMissedRows } from './missed-rows.ts';

/** How long another node may take to say whether it gives a copy, ms. */
const OFFERED_WITHIN_MS = 5000;

/** Pause after no node gave a copy, ms. */
const TRY_AGAIN_MS = 2000;

const MIB = 1024 * 1024;

export interface CopyTakerOptions {
  readonly environments: ReplicatedEnvironments;
  readonly connection: NatsConnection;
  readonly cluster: Pick<Config['cluster'], 'node' | 'state'>;
  readonly dataDir: string;
  /** Of the log. */
  readonly identity: string;
  /** All streams of changes. */
  readonly streams: readonly string[];
  /** The other nodes that are there. */
  readonly others: () => readonly OtherNode[];
  readonly call: (call: ForeignCall) => Promise<ForeignAnswer>;
  /** As `MissedRowsOptions`. */
  readonly rowsAfter?: Readonly<Record<string, number>> | undefined;
  readonly log: Log;
}

/** Takes a copy of another node in the place of this node's own, which nothing else writes meanwhile. */
export class CopyTaker {
  private readonly options: CopyTakerOptions;
  private readonly aborting = new AbortController();
  private doing = 'looks for a node that gives it a copy';

  constructor(options: CopyTakerOptions) {
    this.options = options;
  }

  /** What it does now, or why it cannot. */
  get progress(): string {
    return this.doing;
  }

  /** Resolves with true once it has one, however long that takes; with false once it was stopped. */
  async take(): Promise<boolean> {
    const { log } = this.options;
    const { signal } = this.aborting;
    let last: string | undefined;
    while (!signal.aborted) {
      const problems: string[] = [];
      for (const { node } of this.candidates()) {
        const problem = await this.takeFrom(node);
        if (problem === undefined) return true;
        if (signal.aborted) return false;
        problems.push(`${node}: ${problem}`);
      }
      const cause = problems.length === 0 ? 'no other node is there' : problems.join('; ');
      this.doing = `no node gives it a copy (${cause})`;
      if (cause !== last) log.warn({ cause }, 'no node gives a copy now, which is tried again');
      last = cause;
      await pause(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
    return false;
  }

  stop(): void {
    this.aborting.abort();
  }

  /** Those first with which nothing is wrong, and of these whose copy is newest. */
  private candidates(): readonly OtherNode[] {
    const rank = ({ trouble, lagSeconds }: OtherNode): number =>
      (trouble === null ? 0 : 1e9) + (lagSeconds ?? 1e6);
    return [...this.options.others()].sort((a, b) => rank(a) - rank(b));
  }

  /** Resolves with why there is none from this node. */
  private async takeFrom(node: string): Promise<string | undefined> {
    const { dataDir, log } = this.options;
    const folder = copiesFolder(dataDir, 'taken');
    const begunAt = performance.now();
    try {
      const offer = await this.ask(node);
      if (!offer.ok) return offer.problem;
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      this.doing = `waits for a copy of ${node}`;
      log.info({ node, host: offer.host, port: offer.port }, 'takes a copy of another node');
      const bytes = await this.fetch(node, offer, folder);
      const fetchedAt = performance.now();
      const rows = await this.missedRows(folder);
      this.doing = `installs a copy of ${node}`;
      await this.install({ dataDir, folder, streams: this.options.streams, ...(rows && { rows }) });
      const [fetchMs, ms] = [fetchedAt - begunAt, performance.now() - begunAt].map(Math.round);
      log.info({ node, bytes, fetchMs, ms }, 'has the copy of another node');
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  private async ask(node: string): Promise<CopyOffer> {
    const { call, cluster, identity } = this.options;
    const answer = await call({
      to: processName({ node, process: 'replica' }),
      from: processName({ node: cluster.node, process: 'replica' }),
      method: 'cluster.offerCopy',
      request: { identity },
      deadlineMs: OFFERED_WITHIN_MS,
    });
    return answer.ok ? (answer.answer as CopyOffer) : { ok: false, problem: answer.message };
  }

  /** Resolves with its size. */
  private async fetch(
    node: string,
    offer: Extract<CopyOffer, { ok: true }>,
    folder: string,
  ): Promise<number> {
    let bytes = 0;
    const onProgress = ({ received, total }: CopyProgress): void => {
      bytes = total;
      this.doing = `takes a copy of ${node}: ${Math.floor(received / MIB)} of ${Math.ceil(total / MIB)} MiB`;
    };
    const { identity } = this.options;
    await fetchCopy({ offer, folder, identity, onProgress, signal: this.aborting.signal });
    return bytes;
  }

  /**
   * Resolves with a file of the rows that this node owes to ClickHouse for changes that it will not see come;
   * undefined for a node that begins: what a lost disk has sent is not known.
   */
  private async missedRows(folder: string): Promise<string | undefined> {
    const { connection, environments, cluster, identity, streams, rowsAfter } = this.options;
    environments.state.endRead();
    const before = new LmdbCopyView(environments.state);
    const ofState = streams.filter((stream) => stream !== placeInDirectory('main').stream);
    if (ofState.every((stream) => before.position(stream).seq === 0)) return undefined;
    this.doing = 'looks for rows of its own changes';
    const copied = openEnvironment(folder, 'state');
    try {
      const after = new LmdbCopyView(copied);
      // Places of another log say nothing about this one.
      if (after.origin() !== before.origin()) return undefined;
      const file = join(folder, 'rows');
      await saveMissedRows(file, {
        connection,
        identity,
        node: cluster.node,
        streams: ofState,
        subjectOf: (scope) => placeOfChargePoint(scope, cluster.state.shards).subject,
        before,
        after,
        rowsAfter,
        signal: this.aborting.signal,
      });
      return file;
    } finally {
      await copied.close();
    }
  }

  /** In a process of its own: it does one long transaction, and what is damaged ends it. */
  private async install(order: CopyInstall): Promise<void> {
    const { signal } = this.aborting;
    signal.throwIfAborted();
    const child = fork(installerFile(), [], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [],
    });
    const kill = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', kill);
    let outcome: InstallMessage | undefined;
    child.on('message', (message: InstallMessage) => {
      outcome = message;
    });
    child.send(order, () => undefined);
    const [code, ended] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    signal.removeEventListener('abort', kill);
    if (outcome?.kind === 'installed') return;
    if (outcome?.kind === 'refused') throw new Error(outcome.reason);
    throw new Error(`its installation ended with ${ended ?? `exit code ${code}`}`);
  }
}

/** The built file: from the sources (tests) Node could not load it. */
function installerFile(): string {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith('.ts')
    ? here.replace(/src([/\\])cluster([/\\])copy-taker\.ts$/, 'dist$1cluster$2copy-install-process.js')
    : here.replace(/copy-taker\.js$/, 'copy-install-process.js');
}
