import { setTimeout as pause } from 'node:timers/promises';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../config/schema.ts';
import type { Uncopied } from '../journal/uncopied.ts';
import type { Degradation } from '../link/methods.ts';
import type { ReplicatedEnvironments } from '../store/replicated.ts';
import type { Log } from '../telemetry/log.ts';
import type { Counter, Registry } from '../telemetry/metrics.ts';
import { LmdbCopyView } from './lmdb-copy.ts';
import { type Held, LocalQueues } from './local-queues.ts';
import { placeOfChargePoint, stateStream } from './log-place.ts';
import { type Membership, writeMembership } from './membership.ts';
import { uncopiedInNewLog } from './new-log-rows.ts';
import { RowCopies } from './row-copies.ts';
import { type RowMark, writeRowMark } from './row-mark.ts';
import { recoverRows } from './row-recovery.ts';
import { rowStream, rowSubject } from './row-subject.ts';
import { ANSWER_WITHIN_MS } from './stream-ends.ts';

/** How often it looks what has left the queues, and what is to be copied late, ms. */
const LOOK_EVERY_MS = 1000;

/** How often it begins to find out what the streams need not hold any more, ms. */
const MARK_EVERY_MS = 5000;

/** Chunks that are read before the first of them is copied: there may be more than memory holds. */
const CHUNKS_AT_ONCE = 32;

/** Chunks that have not been copied for so long are worth telling, ms. */
const WORTH_TELLING_MS = 10_000;

export interface RowKeeperOptions {
  readonly connection: NatsConnection;
  readonly cluster: Config['cluster'];
  readonly dataDir: string;
  readonly membership: Membership;
  readonly environments: Pick<ReplicatedEnvironments, 'state' | 'outbox'>;
  readonly log: Log;
  readonly registry: Registry;
  readonly pace?: RowPace | undefined;
}

/** How often rows are looked after, ms. */
export interface RowPace {
  /** `LOOK_EVERY_MS` by default. */
  readonly lookEveryMs: number;
  /** `MARK_EVERY_MS` by default. */
  readonly markEveryMs: number;
}

/** What the streams held at some moment of what is on this node's disk, too. */
interface Pending {
  readonly held: Held;
  /** By partition: the last message of the stream. */
  readonly copies: ReadonlyMap<number, number>;
  /** The changes that this node's copy had. */
  readonly changes: RowMark;
}

/**
 * Takes care that rows of this node which are not in ClickHouse yet are in the streams, and no others: copies
 * late what could not be copied in time, purges what ClickHouse has, and recovers what a disk has lost.
 */
export class RowKeeper {
  private readonly options: RowKeeperOptions;
  private readonly pace: RowPace;
  private readonly queues: LocalQueues;
  private readonly view: LmdbCopyView;
  private readonly copies: RowCopies;
  private readonly inNewLog: Uncopied;
  private readonly recovered: Counter;
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  private pending: Pending | undefined;
  private lookedAt = Number.NEGATIVE_INFINITY;
  /** What was purged and written down last. */
  private readonly purged = new Map<number, number>();
  private marked = '';
  private uncopied = 0;
  private uncopiedSince = 0;
  private failing: { readonly since: number; readonly cause: string } | undefined;

  constructor(options: RowKeeperOptions) {
    this.options = options;
    const { cluster, connection, dataDir, environments, registry } = options;
    this.pace = options.pace ?? { lookEveryMs: LOOK_EVERY_MS, markEveryMs: MARK_EVERY_MS };
    this.queues = new LocalQueues({ dataDir, outbox: environments.outbox });
    this.view = new LmdbCopyView(environments.state);
    this.copies = new RowCopies({ cluster, reach: () => Promise.resolve(connection) });
    this.inNewLog = uncopiedInNewLog(environments.state);
    registry
      .gauge('farad_rows_unreplicated', 'Chunks of rows that only this node and not ClickHouse has.')
      .with()
      .readFrom(() => this.uncopied);
    this.recovered = registry
      .counter(
        'farad_rows_recovered_total',
        'Chunks of rows that were read from the streams for a lost disk.',
      )
      .with();
    this.running = this.run();
  }

  /** What does not work now. */
  degraded(): readonly Degradation[] {
    if (this.failing) return [{ name: 'rows', ...this.failing }];
    if (this.uncopied === 0 || Date.now() - this.uncopiedSince < WORTH_TELLING_MS) return [];
    const cause = `${this.uncopied} chunks of rows are only on this node`;
    return [{ name: 'rows', since: this.uncopiedSince, cause }];
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.queues.close();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let isRecovering = this.options.membership.recovery !== undefined;
    while (!signal.aborted) {
      try {
        if (isRecovering) await this.recover();
        isRecovering = false;
        await this.copyLate();
        await this.mark();
        this.failing = undefined;
      } catch (error) {
        if (!signal.aborted) this.meet(error);
      }
      await pause(this.pace.lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private meet(error: unknown): void {
    const cause = error instanceof Error ? error.message : String(error);
    if (!this.failing) this.options.log.warn({ cause }, 'rows cannot be cared for now, which is tried again');
    this.failing = { since: this.failing?.since ?? Date.now(), cause };
  }

  private async recover(): Promise<void> {
    const { membership, cluster, dataDir, connection, environments, log } = this.options;
    const { identity, node, recovery } = membership;
    if (!recovery) return;
    const { shards } = cluster.state;
    const chunks = await recoverRows({
      ...{ connection, identity, node, dataDir, recovery, log, view: this.view },
      partitions: cluster.rows.partitions,
      refresh: () => environments.state.endRead(),
      subjectOf: (scope) => placeOfChargePoint(scope, shards).subject,
      isOwn: (queue) => this.queues.isOwn(queue),
      signal: this.stopping.signal,
    });
    writeMembership(dataDir, { identity, node });
    this.recovered.inc(chunks);
    if (chunks > 0)
      log.info({ chunks }, 'rows that a former disk of this node had were read from the streams');
  }

  private async copyLate(): Promise<void> {
    const ofJournals = this.queues.journals().map((journal) => journal.uncopied());
    let left = 0;
    for (const uncopied of [...ofJournals, this.inNewLog]) left += await this.copyThose(uncopied);
    if (this.uncopied === 0) this.uncopiedSince = Date.now();
    this.uncopied = left;
  }

  /** Resolves with how many are still to be copied. */
  private async copyThose(uncopied: Uncopied): Promise<number> {
    const entries = uncopied.all();
    let left = entries.length;
    let isTaking = true;
    for (let from = 0; from < entries.length; from += CHUNKS_AT_ONCE) {
      this.stopping.signal.throwIfAborted();
      const some = entries.slice(from, from + CHUNKS_AT_ONCE);
      const found = await this.queues.find(some);
      const done = some.filter((entry) => !found.has(entry));
      for (const [entry, chunk] of found) {
        if (!isTaking) break;
        // It would keep back those behind it.
        if (!RowCopies.takes(chunk)) continue;
        isTaking = await this.copies.send(entry, chunk);
        if (isTaking) done.push(entry);
      }
      await uncopied.forget(done);
      left -= done.length;
    }
    return left;
  }

  /**
   * What is on the disk now will have reached ClickHouse once it has left the queues; then the streams need
   * not hold it any more, nor what was there before.
   */
  private async mark(): Promise<void> {
    if (!this.pending) {
      if (performance.now() - this.lookedAt < this.pace.markEveryMs) return;
      this.pending = await this.look();
      this.lookedAt = performance.now();
    }
    if (!this.queues.hasLeft(this.pending.held)) return;
    const { copies, changes } = this.pending;
    const { cluster, connection, membership } = this.options;
    const manager = await this.manager();
    for (const [partition, seq] of copies) {
      if (this.purged.get(partition) === seq) continue;
      const filter = rowSubject(partition, cluster.node);
      await manager.streams.purge(rowStream(partition), { filter, seq: seq + 1 });
      this.purged.set(partition, seq);
    }
    const written = JSON.stringify(changes);
    if (written !== this.marked) await writeRowMark(connection, cluster.node, membership.identity, changes);
    this.marked = written;
    this.pending = undefined;
  }

  /** What is in a stream is on the disk before, so the streams are looked at first. */
  private async look(): Promise<Pending> {
    const { cluster, environments } = this.options;
    const manager = await this.manager();
    const copies = new Map<number, number>();
    for (let partition = 0; partition < cluster.rows.partitions; partition++) {
      const { state } = await manager.streams.info(rowStream(partition));
      copies.set(partition, state.last_seq);
    }
    environments.state.endRead();
    const changes = Object.fromEntries(
      Array.from({ length: cluster.state.shards }, (_, shard) => stateStream(shard)).map((stream) => [
        stream,
        this.view.position(stream),
      ]),
    );
    return { held: this.queues.held(), copies, changes };
  }

  private manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.options.connection, { checkAPI: false, timeout: ANSWER_WITHIN_MS });
  }
}
