import type { MeterContext, MeterVerdict } from '../protocol/meter-message.ts';
import type { IncomingCall } from '../protocol/reading.ts';

/**
 * Keeps the samples of a MeterValues or StopTransaction request, flushed before it resolves. The frame
 * workers' code implements it, so that a message decided in place and one decided in a worker are read in the
 * same way.
 */
export type KeepSamples = (call: IncomingCall, context: MeterContext) => Promise<MeterVerdict>;
