import type { ThrottledLog } from '../telemetry/log.ts';
import { watchman } from '../telemetry/watchman.ts';
import type { BatchVerdict, FrameVerdict } from '../workers/frame-batch.ts';
import type { FramePool } from '../workers/frame-pool.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import { BatchPool, type FrameBatch, type InboxFrame } from './frame-batches.ts';
import type { Session } from './session.ts';

export interface InboxOptions {
  readonly pool: Pick<FramePool, 'run'>;
  /** Frames per batch, at most. */
  readonly batchFrames: number;
  /** Batches that the workers have at a time. */
  readonly batchesInFlight: number;
  /** ms between two batches that are not full, at least. */
  readonly batchWait: number;
  /** ms without a verdict after which a batch counts as one that its worker died of, in whole seconds. */
  readonly batchTimeout: number;
  /** Bytes of all frames with the workers or waiting for them. */
  readonly inboxBytes: number;
  readonly metrics: EdgeMetrics;
  readonly log: ThrottledLog;
  /** A frame was decided by a worker. `bytes` are valid during the call, and empty where it was kept. */
  readonly decided: (frame: InboxFrame, verdict: FrameVerdict, bytes: Buffer) => void;
  /** `decided` threw. */
  readonly broken: (frame: InboxFrame, error: unknown) => void;
}

const underWay = watchman.workOf({ name: 'frame workers', waitsFor: 'the verdict on a batch' });

/** A batch that a worker has. */
interface Flight {
  readonly batch: FrameBatch;
  /** It is a suspect, and nothing is beside it. */
  readonly alone: boolean;
  /** Monotonic, ms. */
  readonly startedAt: number;
  /** Seconds that it has been under way. */
  ticks: number;
  /** Aborted when nobody waits for the verdict any more. */
  readonly lost: AbortController;
}

/** Most seconds that a frame may take alone: everybody waits meanwhile. */
const ALONE_SECONDS = 3;

/**
 * Most seconds that a suspect waits for its turn: then it is answered without having been tried, so that
 * nobody waits for long.
 */
const SUSPECT_SECONDS = 20;

/**
 * Gathers frames for the frame workers into batches: whatever arrives in one turn of the event loop travels
 * together, and more while the workers are busy or the last batch has only just gone. When a worker dies of a
 * batch, its frames are tried again one by one with nothing beside them, so that a poison frame fails alone
 * (docs/decisions/what-a-frame-may-break.md).
 */
export class Inbox {
  private readonly options: InboxOptions;
  private readonly batches: BatchPool;
  private gathering: FrameBatch;
  /** Full ones that no worker is free for. */
  private readonly full: FrameBatch[] = [];
  /** Of one frame each, from batches that a worker died of. */
  private readonly suspects: FrameBatch[] = [];
  private readonly flights = new Set<Flight>();
  /** What is gathered waits for the end of the turn, or of the time between two batches. */
  private flushing = false;
  /** When a batch was last handed over, monotonic ms. */
  private dispatchedAt = Number.NEGATIVE_INFINITY;
  private bytes = 0;
  private frames = 0;

  constructor(options: InboxOptions) {
    this.options = options;
    this.batches = new BatchPool(options.batchesInFlight + 2);
    this.gathering = this.batches.take();
    options.metrics.inboxBytes.readFrom(() => this.bytes);
    options.metrics.inboxFrames.readFrom(() => this.frames);
    options.metrics.batchesInFlight.readFrom(() => this.flights.size);
  }

  /** Takes a copy of the frame; false where there is no room for it. */
  add(
    session: Session,
    messageId: string,
    action: string,
    bytes: Uint8Array,
    receivedAt: number,
    startedAt: number,
  ): boolean {
    if (this.bytes + bytes.length > this.options.inboxBytes) {
      this.options.metrics.inboxOverflows.inc();
      this.options.log.warn(
        { bytes: this.bytes, frames: this.frames },
        'the frame workers cannot keep up, the inbox is full',
      );
      return false;
    }
    this.bytes += bytes.length;
    this.frames++;
    this.gathering.add(session, messageId, action, bytes, receivedAt, startedAt);
    if (this.gathering.frames.length >= this.options.batchFrames) this.seal();
    else if (!this.flushing) this.flushLater();
    return true;
  }

  /** When the oldest batch that a worker has was handed over, monotonic ms; undefined where none has any. */
  get oldestBatchAt(): number | undefined {
    const [oldest] = this.flights;
    return oldest?.startedAt;
  }

  /** Frames that are not decided yet. */
  get size(): number {
    return this.frames;
  }

  private flushLater(): void {
    this.flushing = true;
    const { batchWait } = this.options;
    const wait = batchWait === 0 ? 0 : this.dispatchedAt + batchWait - performance.now();
    if (wait > 0) setTimeout(() => this.flush(), wait);
    else setImmediate(() => this.flush());
  }

  private flush(): void {
    this.flushing = false;
    this.dispatch();
  }

  private seal(): void {
    this.full.push(this.gathering);
    this.gathering = this.batches.take();
    this.dispatch();
  }

  /**
   * To be called once a second: counts the seconds of what is under way, and gives up what takes too long.
   * Counted in calls rather than read off a clock, so that time in which this process was stopped, or busy,
   * is nobody's fault.
   */
  tick(): void {
    const { batchTimeout, metrics } = this.options;
    const seconds = Math.ceil(batchTimeout / 1000);
    while (this.suspects[0] !== undefined && this.suspects[0].ticks >= SUSPECT_SECONDS) {
      this.giveUp(this.suspects.shift() as FrameBatch);
    }
    for (const suspect of this.suspects) suspect.ticks++;
    for (const flight of [...this.flights]) {
      flight.ticks++;
      const most = flight.alone ? Math.min(seconds, ALONE_SECONDS) : seconds;
      if (flight.ticks <= most) continue;
      metrics.batchesLost.inc();
      const error = new Error(`no verdict within ${most} s`);
      flight.lost.abort(error);
      this.failed(flight, error);
    }
  }

  /** Gives the workers as much as they may have. */
  private dispatch(): void {
    while (this.flights.size < this.options.batchesInFlight) {
      const suspect = this.suspects[0];
      if (suspect !== undefined) {
        if (this.flights.size > 0) return;
        this.suspects.shift();
        this.run(suspect, true);
        return;
      }
      for (const { alone } of this.flights) if (alone) return;
      const batch = this.full.shift() ?? this.takeGathering();
      if (batch === undefined) return;
      this.run(batch);
    }
  }

  private takeGathering(): FrameBatch | undefined {
    if (this.flushing || this.gathering.frames.length === 0) return undefined;
    const batch = this.gathering;
    this.gathering = this.batches.take();
    return batch;
  }

  private run(batch: FrameBatch, alone = false): void {
    const { metrics } = this.options;
    const flight: Flight = {
      batch,
      alone,
      startedAt: performance.now(),
      ticks: 0,
      lost: new AbortController(),
    };
    this.flights.add(flight);
    this.dispatchedAt = flight.startedAt;
    metrics.batchFrames.observe(batch.frames.length);
    this.ask(flight).then(
      (verdict) => this.finish(flight, verdict),
      (error: unknown) => this.failed(flight, error),
    );
  }

  /**
   * Rejects where the verdict is none. Only what was read here is looked at later: what a worker sends may be
   * anything.
   */
  private async ask({ batch, lost }: Flight): Promise<BatchVerdict> {
    const { pool } = this.options;
    const packed = { bytes: batch.memory, frames: batch.contexts() };
    const given = await underWay.during(() => pool.run(packed, lost.signal));
    const verdicts = batch.frames.map((_, index) => readVerdict(given.verdicts[index]));
    if (!Number.isFinite(given.figures.rows)) throw new TypeError(NO_VERDICT);
    return { verdicts, figures: given.figures, faults: given.faults.map(String) };
  }

  private finish(flight: Flight, { verdicts, figures, faults }: BatchVerdict): void {
    if (!this.flights.delete(flight)) return;
    const { metrics, log } = this.options;
    metrics.batchSeconds.observe((performance.now() - flight.startedAt) / 1000);
    metrics.meterSamples.inc(figures.rows);
    for (const fault of faults) log.error({ fault }, 'a frame worker could not keep a message');
    this.conclude(flight.batch, (index) => verdicts[index] as FrameVerdict);
    this.batches.giveBack(flight.batch);
    this.dispatch();
  }

  /** The worker died of the batch, has sent no verdict that can be read, or none in time. */
  private failed(flight: Flight, error: unknown): void {
    if (!this.flights.delete(flight)) return;
    const { batch, alone, lost } = flight;
    const { metrics, log } = this.options;
    metrics.batchesFailed.inc();
    log.error({ err: error, frames: batch.frames.length, alone }, 'a frame worker failed on a batch');
    if (alone) this.giveUp(batch);
    else this.suspects.push(...batch.split());
    // A worker that hangs may still look at the bytes of a lost one.
    if (!lost.signal.aborted) this.batches.giveBack(batch);
    this.dispatch();
  }

  private giveUp(batch: FrameBatch): void {
    this.options.metrics.framesFailed.inc(batch.frames.length);
    this.conclude(batch, (index) => failedAlone(batch.frames[index] as InboxFrame));
  }

  private conclude(batch: FrameBatch, verdictOf: (index: number) => FrameVerdict): void {
    const { decided, broken } = this.options;
    for (const [index, frame] of batch.frames.entries()) {
      this.frames--;
      this.bytes -= frame.length;
      const verdict = verdictOf(index);
      try {
        decided(frame, verdict, isUsual(verdict) ? NO_BYTES : batch.bytesOf(frame));
      } catch (error) {
        broken(frame, error);
      }
    }
  }
}

const NO_BYTES = Buffer.alloc(0);

/** Whether nobody needs to look at the frame again. */
function isUsual({ unhandled, error }: FrameVerdict): boolean {
  return unhandled === undefined && error === undefined;
}

const NO_VERDICT = 'a frame worker has sent what is no verdict';

/** Throws TypeError for what is no verdict. */
function readVerdict(given: FrameVerdict | undefined): FrameVerdict {
  if (typeof given?.action !== 'string' || typeof given.samples !== 'number') {
    throw new TypeError(NO_VERDICT);
  }
  return given;
}

function failedAlone({ messageId, action }: InboxFrame): FrameVerdict {
  const description = 'the message could not be processed';
  return { messageId, action, error: { code: 'InternalError', description }, samples: 0 };
}
