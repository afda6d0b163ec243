import type { MeterContext } from '../protocol/meter-message.ts';
import type { IncomingCall } from '../protocol/reading.ts';
import type { SampleBuffer } from '../records/sample-buffer.ts';
import type { FrameVerdict } from './frame-batch.ts';

/** Reads the meter values that charge points of one version send. */
export interface MeterReader {
  /**
   * Reads the samples of a message and adds their rows to `packed`, all or, where it throws, none; the caller
   * flushes them before anyone is told the verdict. Messages about transactions are never refused for content
   * that can be stored.
   */
  decideMessage(call: IncomingCall, context: MeterContext, packed: SampleBuffer): FrameVerdict;
  /**
   * `decideMessage` for the frame at `bytes[start..end)`, straight from its bytes: undefined, and nothing is
   * added, where it is none as nearly all are. The verdict names no messageId: it is that of the frame's
   * head.
   */
  decideUsual(
    bytes: Buffer,
    start: number,
    end: number,
    context: MeterContext,
    packed: SampleBuffer,
  ): FrameVerdict | undefined;
  /**
   * Whether messages of this action bring nothing but samples: those are refused first where there is no
   * room.
   */
  isOnlySamples(action: string): boolean;
}
