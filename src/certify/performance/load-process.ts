import { LoadChargePoint, type Tally } from './load-charge-point.ts';
import type { LoadMessage, LoadOrder } from './load-plan.ts';

/**
 * A process of its own that makes the load, so that the one that measures has its event loop to itself. It
 * gets a LoadOrder, then `count` any number of times, then `stop`; it ends with its parent.
 */

/** How many charge points connect at a time. */
const CONNECTING_AT_ONCE = 25;

/** A little more than was asked for, so that a lost beat does not make it less. */
const MARGIN = 1.04;

/** How often the charge points whose turn it is report, ms. */
const TICK_MS = 10;

const tally: Tally = { confirmedSamples: 0, skipped: 0, refused: 0, lost: 0 };
const chargePoints: LoadChargePoint[] = [];
let timer: NodeJS.Timeout | undefined;

process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
process.on('message', (message: LoadOrder | 'count' | 'stop') => {
  if (message === 'count') say({ type: 'counted', counts: { ...tally } });
  else if (message === 'stop') void stop().then(() => process.exit(0));
  else start(message).then(() => say({ type: 'ready' }), fail);
});

async function start({ ocppUrl, prefix, idTag, ...plan }: LoadOrder): Promise<void> {
  const samples = Math.max(1, Math.round(plan.samplesPerSecond / plan.chargePoints));
  for (let index = 0; index < plan.chargePoints; index++) {
    const url = `${ocppUrl}/${encodeURIComponent(`${prefix}${index + 1}`)}`;
    chargePoints.push(new LoadChargePoint({ url, idTag, samples, tally }));
  }
  const waiting = [...chargePoints];
  const connect = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await next.start();
  };
  await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, connect));
  report((plan.samplesPerSecond * MARGIN) / samples);
}

/** Has the charge points report in turn, spread evenly, at this many MeterValues a second. */
function report(perSecond: number): void {
  const startedAt = performance.now();
  let sent = 0;
  timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond);
    for (; sent < due; sent++) chargePoints[sent % chargePoints.length]?.report();
  }, TICK_MS);
}

async function stop(): Promise<void> {
  clearInterval(timer);
  await Promise.all(chargePoints.map((chargePoint) => chargePoint.stop()));
}

function fail(error: Error): void {
  say({ type: 'failed', reason: error.message });
}

function say(message: LoadMessage): void {
  process.send?.(message);
}
