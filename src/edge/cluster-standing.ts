import type { NodeRefusal, StreamCopied } from '../link/cluster-status.ts';
import type { Link } from '../link/link.ts';
import { LinkError } from '../link/link-error.ts';
import type { Log } from '../telemetry/log.ts';
import type { Standing } from './handshake.ts';
import type { Sessions } from './sessions.ts';

/** How often sockets are closed while they are to go, and over how long in all, ms. */
const TICK_MS = 250;
const SHED_OVER_MS = 5_000;

/** How often the replica is asked, ms: often until this node has been up to date once. */
const ASK_EVERY_MS = 1000;
const ASK_FIRST_EVERY_MS = 100;
const ANSWER_WITHIN_MS = 3000;

/** Ends of sessions that are written down again at a time. */
const RELEASED_AT_ONCE = 500;

const GO_ELSEWHERE = 'this node cannot reach the others, connect again';

/** The log of the cluster, as this process has it. */
export interface SharedLog {
  /** The stream that the changes of a charge point are in. */
  streamOf(chargePointId: string): string;
  /** Whether changes of a stream are confirmed. */
  readonly reach: {
    start(): void;
    doubt(stream: string): void;
    isOut(stream: string): boolean;
    unconfirmedFor(stream: string): number;
    readonly streams: readonly string[];
  };
}

export interface ClusterStandingOptions {
  readonly sharedLog: SharedLog;
  readonly link: Pick<Link, 'call'>;
  readonly sessions: Pick<Sessions, 'size' | 'sendAway'>;
  /** Of the store; resolves with whether it was still held. */
  readonly release: (chargePointId: string, epoch: number) => Promise<boolean>;
  /** `cluster.whenAlone` */
  readonly whenAlone: 'shed' | 'keep';
  /** `cluster.maxLag`, ms. */
  readonly maxLag: number;
  readonly log: Log;
  /** Monotonic, ms. */
  readonly clock: () => number;
}

/**
 * Whether this node can serve charge points as one of a cluster: whether their changes are confirmed, and
 * whether its copy is up to date. Where nothing is confirmed for too long, it sends them away.
 */
export class ClusterStanding implements Standing {
  private readonly options: ClusterStandingOptions;
  private readonly timer: NodeJS.Timeout;
  private asking: NodeJS.Timeout | undefined;
  private stopped = false;
  /** The copy holds all that was in the log then, monotonic ms; undefined until that is known once. */
  private asOf: number | undefined;
  /** Why a stream is not applied any more. */
  private halts: readonly string[] = [];
  /** Sockets that there were when streams went out. */
  private toShed = 0;
  /** What the log says of it. */
  private told: NodeRefusal | undefined;
  /** Ends of sessions that could not be written down, with their epochs. */
  private readonly unreleased = new Map<string, number>();
  private releasing = false;

  constructor(options: ClusterStandingOptions) {
    this.options = options;
    options.sharedLog.reach.start();
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
    void this.ask();
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    clearTimeout(this.asking);
  }

  shortage(): NodeRefusal | undefined {
    const { reach } = this.options.sharedLog;
    if (reach.streams.every((stream) => reach.isOut(stream))) return 'log_away';
    return this.isBehind() ? 'behind' : undefined;
  }

  shortageFor(chargePointId: string): NodeRefusal | undefined {
    if (this.isOut(chargePointId)) return 'log_away';
    return this.isBehind() ? 'behind' : undefined;
  }

  /** Why this node cannot do what charge points need, one line each. */
  problems(): string[] {
    const { clock, sharedLog } = this.options;
    const { reach } = sharedLog;
    const lines = [...this.halts];
    if (reach.streams.every((stream) => reach.isOut(stream))) {
      const forMs = Math.min(...reach.streams.map((stream) => reach.unconfirmedFor(stream)));
      lines.push(`the log cannot be reached: no change has been confirmed for ${seconds(forMs)} s`);
    } else if (this.halts.length === 0 && this.isBehind()) {
      lines.push(
        this.asOf === undefined
          ? 'has not caught up with the log yet'
          : `the copy of the log is ${seconds(clock() - this.asOf)} s behind`,
      );
    }
    return lines;
  }

  /** The end of a session could not be written down: it is tried again once changes are confirmed. */
  owe(chargePointId: string, epoch: number): void {
    this.unreleased.set(chargePointId, epoch);
  }

  private isOut(chargePointId: string): boolean {
    const { sharedLog } = this.options;
    return sharedLog.reach.isOut(sharedLog.streamOf(chargePointId));
  }

  private isBehind(): boolean {
    const { clock, maxLag } = this.options;
    return this.halts.length > 0 || this.asOf === undefined || clock() - this.asOf > maxLag;
  }

  private tick(): void {
    this.tell();
    this.shed();
    void this.releaseOwed();
  }

  private shed(): void {
    const { sharedLog, sessions, whenAlone } = this.options;
    const { reach } = sharedLog;
    const out = new Set(reach.streams.filter((stream) => reach.isOut(stream)));
    if (out.size === 0 || whenAlone === 'keep') {
      this.toShed = 0;
      return;
    }
    this.toShed = Math.max(this.toShed, sessions.size);
    const isToGo = (chargePointId: string): boolean =>
      out.size === reach.streams.length || out.has(sharedLog.streamOf(chargePointId));
    sessions.sendAway(Math.ceil((this.toShed * TICK_MS) / SHED_OVER_MS), isToGo, GO_ELSEWHERE);
  }

  private async releaseOwed(): Promise<void> {
    if (this.releasing || this.unreleased.size === 0) return;
    const { release, log } = this.options;
    this.releasing = true;
    const some = [...this.unreleased].filter(([id]) => !this.isOut(id)).slice(0, RELEASED_AT_ONCE);
    await Promise.all(
      some.map(async ([chargePointId, epoch]) => {
        try {
          await release(chargePointId, epoch);
          if (this.unreleased.get(chargePointId) === epoch) this.unreleased.delete(chargePointId);
        } catch (error) {
          log.debug({ err: error, chargePoint: chargePointId }, 'the end of a session is not recorded yet');
        }
      }),
    );
    this.releasing = false;
  }

  /** Says in the log when it has changed whether this node takes charge points. */
  private tell(): void {
    const { log, sessions } = this.options;
    const shortage = this.shortage();
    if (shortage === this.told) return;
    this.told = shortage;
    const sockets = sessions.size;
    if (shortage === undefined) log.info({ sockets }, 'this node takes charge points');
    else log.warn({ sockets, causes: this.problems() }, 'this node takes no charge points now');
  }

  private async ask(): Promise<void> {
    const { link, sharedLog } = this.options;
    const { reach } = sharedLog;
    try {
      const { streams } = await link.call(
        'replica',
        'cluster.copy',
        { refuses: this.shortage() ?? null },
        { deadlineMs: ANSWER_WITHIN_MS },
      );
      this.learn(streams);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      for (const stream of reach.streams) reach.doubt(stream);
    }
    if (this.stopped) return;
    const everyMs = this.asOf === undefined ? ASK_FIRST_EVERY_MS : ASK_EVERY_MS;
    this.asking = setTimeout(() => void this.ask(), everyMs).unref();
  }

  private learn(streams: readonly StreamCopied[]): void {
    const { clock, sharedLog } = this.options;
    for (const { stream, trouble } of streams) if (trouble) sharedLog.reach.doubt(stream);
    const halts = streams.flatMap(({ trouble }) =>
      trouble?.reason === undefined ? [] : [`${trouble.reason}: ${trouble.cause}`],
    );
    this.halts = [...new Set(halts)];
    // A replica that has just begun knows nothing yet.
    if (streams.length === 0 || !streams.every(({ isSeen }) => isSeen)) return;
    this.asOf = clock() - 1000 * Math.max(...streams.map(({ lagSeconds }) => lagSeconds));
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}
