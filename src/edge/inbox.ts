import type { ThrottledLog } from '../telemetry/log.ts';
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
  /** Bytes of all frames with the workers or waiting for them. */
  readonly inboxBytes: number;
  readonly metrics: EdgeMetrics;
  readonly log: ThrottledLog;
  /** A frame was decided by a worker. `bytes` are valid during the call, and empty but for a verdict that it is `unhandled`. */
  readonly decided: (frame: InboxFrame, verdict: FrameVerdict, bytes: Buffer) => void;
}

/**
 * Gathers frames for the frame workers into batches: whatever arrives in one turn of the event loop travels together, and more while the
 * workers are busy. When a worker dies of a batch, its frames are tried again one by one with nothing beside them, so that a poison frame
 * fails alone (design.md §5).
 */
export class Inbox {
  private readonly options: InboxOptions;
  private readonly batches: BatchPool;
  private gathering: FrameBatch;
  /** Full ones that no worker is free for. */
  private readonly full: FrameBatch[] = [];
  /** Of one frame each, from batches that a worker died of. */
  private readonly suspects: FrameBatch[] = [];
  private inFlight = 0;
  /** The one batch in flight is a suspect. */
  private alone = false;
  private flushing = false;
  private bytes = 0;
  private frames = 0;

  constructor(options: InboxOptions) {
    this.options = options;
    this.batches = new BatchPool(options.batchesInFlight + 2);
    this.gathering = this.batches.take();
    options.metrics.inboxBytes.readFrom(() => this.bytes);
    options.metrics.inboxFrames.readFrom(() => this.frames);
    options.metrics.batchesInFlight.readFrom(() => this.inFlight);
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
    else if (!this.flushing) {
      this.flushing = true;
      setImmediate(() => this.flush());
    }
    return true;
  }

  /** Frames that are not decided yet. */
  get size(): number {
    return this.frames;
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

  /** Gives the workers as much as they may have. */
  private dispatch(): void {
    while (this.inFlight < this.options.batchesInFlight && !this.alone) {
      const suspect = this.suspects[0];
      if (suspect !== undefined) {
        if (this.inFlight > 0) return;
        this.suspects.shift();
        this.alone = true;
        this.run(suspect);
        return;
      }
      const batch = this.full.shift() ?? this.takeGathering();
      if (batch === undefined) return;
      this.run(batch);
    }
  }

  private takeGathering(): FrameBatch | undefined {
    if (this.gathering.frames.length === 0) return undefined;
    const batch = this.gathering;
    this.gathering = this.batches.take();
    return batch;
  }

  private run(batch: FrameBatch): void {
    const { pool, metrics } = this.options;
    const startedAt = performance.now();
    this.inFlight++;
    metrics.batchFrames.observe(batch.frames.length);
    pool.run({ bytes: batch.memory, frames: batch.contexts() }).then(
      (verdict) => {
        metrics.batchSeconds.observe((performance.now() - startedAt) / 1000);
        this.finish(batch, verdict);
      },
      (error: unknown) => this.failed(batch, error),
    );
  }

  private finish(batch: FrameBatch, { verdicts, figures, faults }: BatchVerdict): void {
    const { metrics, log } = this.options;
    metrics.meterSamples.inc(figures.rows);
    for (const fault of faults) log.error({ fault }, 'a frame worker could not keep a message');
    this.landed();
    this.conclude(batch, (index) => verdicts[index] ?? failedAlone(batch.frames[index] as InboxFrame));
    this.dispatch();
  }

  private failed(batch: FrameBatch, error: unknown): void {
    const { metrics, log } = this.options;
    metrics.batchesFailed.inc();
    const wasAlone = this.alone;
    const frames = batch.frames.length;
    log.error({ err: error, frames, alone: wasAlone }, 'a frame worker died of a batch');
    this.landed();
    if (wasAlone) {
      metrics.framesFailed.inc();
      this.conclude(batch, (index) => failedAlone(batch.frames[index] as InboxFrame));
    } else {
      this.suspects.push(...batch.split());
      this.batches.giveBack(batch);
    }
    this.dispatch();
  }

  private landed(): void {
    this.inFlight--;
    this.alone = false;
  }

  private conclude(batch: FrameBatch, verdictOf: (index: number) => FrameVerdict): void {
    const { decided } = this.options;
    for (const [index, frame] of batch.frames.entries()) {
      this.frames--;
      this.bytes -= frame.length;
      const verdict = verdictOf(index);
      decided(frame, verdict, verdict.unhandled ? batch.bytesOf(frame) : NO_BYTES);
    }
    this.batches.giveBack(batch);
  }
}

const NO_BYTES = Buffer.alloc(0);

function failedAlone({ messageId, action }: InboxFrame): FrameVerdict {
  const description = 'the message could not be processed';
  return { messageId, action, error: { code: 'InternalError', description }, samples: 0 };
}
