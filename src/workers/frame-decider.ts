import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { SampleLane } from '../cluster/sample-lane.ts';
import { readFrame } from '../protocol/frame.ts';
import type { MeterContext } from '../protocol/meter-message.ts';
import type { IncomingCall } from '../protocol/reading.ts';
import { SAMPLES, SampleBuffer } from '../records/sample-buffer.ts';
import type { BatchVerdict, FrameBatch, FrameContext, FrameVerdict } from './frame-batch.ts';
import { METER_READERS } from './meter-readers.ts';

export interface FrameDeciderOptions {
  /** Where the decider keeps its samples. */
  readonly lane: SampleLane;
  /**
   * How full the journal is: at `no-samples` MeterValues are refused, so that the room left is kept for
   * transactions.
   */
  readonly level: () => 'normal' | 'no-messages' | 'no-samples';
  /** Epoch ms. */
  readonly clock?: () => number;
}

export interface FrameDecider {
  /**
   * Decides every frame of the batch; its samples are flushed as one chunk before this resolves. Does not
   * reject. `flushing` is called when only the disk is waited for.
   */
  decideBatch(batch: FrameBatch, flushing?: () => void): Promise<BatchVerdict>;
  /**
   * The same for one message that is already read, for an edge that decides meter values in place. Rejects if
   * they could not be flushed.
   */
  keep(call: IncomingCall, context: MeterContext): Promise<FrameVerdict>;
}

const JOURNAL_FULL = 'the journal is full: no meter values are taken until it has been drained';
const NOT_KEPT = 'the meter values could not be stored';
const NOT_READ = 'the message could not be processed';

/** Room for a usual batch; one that needs more grows. */
const FIRST_BYTES = 64 * 1024;

/** Room for a usual message. */
const MESSAGE_BYTES = 2048;

/** Buffers of batches are used again, where they are not larger than that, and not more than so many. */
const KEPT_BYTES = 1024 * 1024;
const KEPT_BUFFERS = 8;

/**
 * Reads frames with meter values and keeps their samples (OCPP 1.6 ed. 2 §4.7, §4.10). One per thread: it
 * owns the lane.
 */
export function createFrameDecider({ lane, level, clock = Date.now }: FrameDeciderOptions): FrameDecider {
  const free: Buffer[] = [];
  const append = async (packed: SampleBuffer): Promise<number> => {
    if (packed.rows === 0) return 0;
    const chunk = packed.finish(SAMPLES, clock());
    await lane.append(chunk);
    return chunk.length;
  };

  return {
    async decideBatch(batch, flushing) {
      const started = performance.now();
      const bytes = Buffer.from(batch.bytes);
      const packed = new SampleBuffer(free.pop() ?? Buffer.allocUnsafeSlow(FIRST_BYTES));
      const full = level() === 'no-samples';
      const faults: string[] = [];
      let verdicts = batch.frames.map((frame) => decideFrame(bytes, frame, packed, full, faults));
      const decided = performance.now();
      let journalBytes = 0;
      flushing?.();
      try {
        journalBytes = await append(packed);
      } catch (error) {
        faults.push(describe(error));
        verdicts = verdicts.map(notKept);
        packed.rows = 0;
      }
      const buffer = packed.roomFor(0);
      if (buffer.length <= KEPT_BYTES && free.length < KEPT_BUFFERS) free.push(buffer);
      // Where nothing is written, nothing else lets timers of this thread run, such as those that end LMDB's
      // snapshots.
      if (full) await endOfTurn();
      const figures = {
        rows: packed.rows,
        journalBytes,
        decideMs: decided - started,
        flushMs: performance.now() - decided,
      };
      return { verdicts, figures, faults };
    },

    async keep(call, context) {
      const reader = METER_READERS[context.version];
      if (reader.isOnlySamples(call.action) && level() === 'no-samples')
        return internalError(call, JOURNAL_FULL);
      const packed = new SampleBuffer(Buffer.allocUnsafe(MESSAGE_BYTES));
      const verdict = reader.decideMessage(call, context, packed);
      await append(packed);
      return verdict;
    },
  };
}

/**
 * A frame that trips the reader does not take the others of its batch with it: it alone is answered with an
 * error.
 */
function decideFrame(
  bytes: Buffer,
  frame: FrameContext,
  packed: SampleBuffer,
  full: boolean,
  faults: string[],
): FrameVerdict {
  const before = packed.mark();
  const end = frame.offset + frame.length;
  const reader = METER_READERS[frame.version];
  let call: { readonly messageId?: string; readonly action: string } = { action: '' };
  try {
    const usual = full ? undefined : reader.decideUsual(bytes, frame.offset, end, frame, packed);
    if (usual !== undefined) return usual;
    const reading = readFrame(bytes.toString('utf8', frame.offset, end));
    // What is no CALL is for the edge to answer, where it can be (OCPP-J 1.6 §4.1.3, §4.2.3), and to write
    // down.
    if (reading.type !== 'call') return { action: '', unhandled: true, samples: 0 };
    if (full && reader.isOnlySamples(reading.action)) return internalError(reading, JOURNAL_FULL);
    call = reading;
    return reader.decideMessage(reading, frame, packed);
  } catch (error) {
    packed.rewind(before);
    faults.push(`${frame.chargePointId}: ${describe(error)}`);
    return internalError(call, NOT_READ);
  }
}

/** Longest description of a fault, in characters: it may quote what was sent. */
const MAX_FAULT = 4096;

function describe(error: unknown): string {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return words.slice(0, MAX_FAULT);
}

/** Nothing is confirmed that did not reach the disk: the charge point will send it again. */
function notKept(verdict: FrameVerdict): FrameVerdict {
  return verdict.error !== undefined || verdict.unhandled ? verdict : internalError(verdict, NOT_KEPT);
}

function internalError(
  call: { readonly messageId?: string; readonly action: string },
  description: string,
): FrameVerdict {
  return {
    ...(call.messageId !== undefined && { messageId: call.messageId }),
    action: call.action,
    error: { code: 'InternalError', description },
    samples: 0,
  };
}
