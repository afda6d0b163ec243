import type { Registry } from '../telemetry/metrics.ts';

/** How often the streams are looked at, ms. */
const LOOK_EVERY_MS = 250;

/**
 * Looks that lie further apart, or by half of `shedAfter`, mean that this process did not run in between, as
 * after SIGSTOP: what was not confirmed meanwhile could not be, ms.
 */
const GAP_MS = 5000;

export interface LogReachOptions {
  readonly streams: readonly string[];
  /** `cluster.shedAfter`, ms. */
  readonly shedAfter: number;
  /** Whether this process has a connection to a NATS server. */
  readonly isConnected: () => boolean;
  /** Has a change of this stream confirmed that changes nothing. Calls `begin` and `end` as others do. */
  readonly probe: (stream: string) => void;
  readonly registry: Registry;
  /** Monotonic, ms. */
  readonly clock?: () => number;
}

/** What is known of a stream. */
interface Stream {
  /** Changes of this process that wait until they are confirmed. */
  waiting: number;
  /** Since when nothing was confirmed although something waited, or is in doubt; monotonic ms. */
  since: number | undefined;
}

/**
 * Whether changes of this process are confirmed: appended to a stream of the log, and come back out of it
 * into this node's copy. Only that counts, whatever the reason is where it does not happen. While a stream is
 * in doubt and no change waits, one is sent that changes nothing.
 */
export class LogReach {
  readonly streams: readonly string[];
  private readonly options: LogReachOptions;
  private readonly clock: () => number;
  private readonly known: ReadonlyMap<string, Stream>;
  private lookedAt: number;
  private resumedAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: LogReachOptions) {
    this.options = options;
    this.clock = options.clock ?? (() => performance.now());
    this.streams = options.streams;
    this.known = new Map(options.streams.map((stream) => [stream, { waiting: 0, since: undefined }]));
    this.lookedAt = this.clock();
  }

  /** Looks at the streams until `stop`. */
  start(): void {
    this.timer ??= setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    const unconfirmed = this.options.registry.gauge(
      'farad_log_unconfirmed_seconds',
      'For how long no change of charge points was confirmed that should have been, by stream.',
      ['stream'],
    );
    for (const stream of this.streams)
      unconfirmed.with({ stream }).readFrom(() => this.unconfirmedFor(stream) / 1000);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** A change is on its way. */
  begin(stream: string): void {
    const known = this.known.get(stream);
    if (!known) return;
    known.waiting++;
    known.since ??= this.clock();
  }

  /** What was begun is over: the change is in the copy, taken or refused, or nobody knows. */
  end(stream: string, isConfirmed: boolean): void {
    const known = this.known.get(stream);
    if (!known) return;
    known.waiting--;
    if (isConfirmed) known.since = known.waiting > 0 ? this.clock() : undefined;
  }

  /** Something else says that nothing of this stream may be confirmed now. */
  doubt(stream: string): void {
    const known = this.known.get(stream);
    if (known) known.since ??= this.clock();
  }

  /** Nothing of the stream has been confirmed for `cluster.shedAfter`, as of the last look. */
  isOut(stream: string): boolean {
    return this.unconfirmedFor(stream) >= this.options.shedAfter;
  }

  /** For how long nothing has been confirmed that should have been, as of the last look, ms. */
  unconfirmedFor(stream: string): number {
    const since = this.known.get(stream)?.since;
    return since === undefined ? 0 : Math.max(0, this.lookedAt - Math.max(since, this.resumedAt));
  }

  look(): void {
    const { isConnected, probe, shedAfter } = this.options;
    const now = this.clock();
    if (now - this.lookedAt > Math.min(GAP_MS, shedAfter / 2)) this.resumedAt = now;
    this.lookedAt = now;
    for (const [stream, known] of this.known) {
      if (!isConnected()) known.since ??= now;
      if (known.since !== undefined && known.waiting === 0) probe(stream);
    }
  }
}
