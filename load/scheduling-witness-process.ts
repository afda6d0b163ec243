import { LatencyBuffer } from './latency-buffer.ts';

/**
 * Entry of a process that does nothing but sleep and wake, and tells how late it woke each time: what the
 * machine alone makes whoever becomes ready wait for a core.
 */

const EVERY_MS = 10;
const REPORT_EVERY_MS = 250;

const never = new Int32Array(new SharedArrayBuffer(4));
const late = new LatencyBuffer();
process.once('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);
watch();

function watch(): void {
  let dueAt = performance.now();
  const reportAt = dueAt + REPORT_EVERY_MS;
  while (dueAt < reportAt) {
    dueAt += EVERY_MS;
    // A timer of the event loop would count whole milliseconds only.
    Atomics.wait(never, 0, 0, dueAt - performance.now());
    const now = performance.now();
    late.add(now - dueAt);
    // What was slept through is not made up for: the next wake is due after a whole sleep.
    if (now - dueAt > EVERY_MS) dueAt = now;
  }
  const microseconds = late.take();
  // Whom it tells may have been killed while it slept; then the end of the channel is seen next.
  if (microseconds !== undefined) process.send?.(microseconds, undefined, undefined, () => undefined);
  setImmediate(watch);
}
