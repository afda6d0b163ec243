import type { LineBuffer } from '../records/line-buffer.ts';
import type { FrameContext, FrameVerdict } from './frame-batch.ts';

/** A CALL with meter values out of its envelope; the payload is unchecked. */
export interface MeterCall {
  readonly messageId: string;
  readonly action: string;
  readonly payload: unknown;
  /** The frame as received, where it is nested too deeply: `payload` is without what lies too deep. */
  readonly deepFrame?: string;
}

/** What must be known about the charge point. */
export interface MessageContext extends Omit<FrameContext, 'offset' | 'length'> {
  /**
   * The transaction that the message ends or has ended, null where there is none; absent where nobody has
   * looked it up.
   */
  readonly ended?: FrameContext['openTransactions'][number] | null;
}

/** Reads the meter values that charge points of one version send. */
export interface MeterReader {
  /**
   * Reads the samples of a message and adds their rows to `lines`, all or, where it throws, none; the caller
   * flushes them before anyone is told the verdict. Messages about transactions are never refused for content
   * that can be stored.
   */
  decideMessage(call: MeterCall, context: MessageContext, lines: LineBuffer): FrameVerdict;
  /**
   * `decideMessage` for the frame at `bytes[start..end)`, straight from its bytes: undefined, and nothing is
   * added, where it is none as nearly all are. The verdict names no messageId: it is that of the frame's
   * head.
   */
  decideUsual(
    bytes: Buffer,
    start: number,
    end: number,
    context: MessageContext,
    lines: LineBuffer,
  ): FrameVerdict | undefined;
  /**
   * Whether messages of this action bring nothing but samples: those are refused first where there is no
   * room.
   */
  isOnlySamples(action: string): boolean;
}
