import { OwnGateway } from '../load/gateway.ts';
import type { LatencySummary } from '../load/latency-histogram.ts';
import { readOptions, type Target } from '../load/options.ts';
import { Progress } from '../load/progress.ts';
import { runLoad } from '../load/run.ts';
import type { Bench, Contender } from './bench.ts';

const CHARGE_POINTS = 2_000;
const METER_INTERVAL_SECONDS = 1;
const SAMPLES = 7;
const AUTHORIZES_PER_SECOND = 500;
const LOAD_SECONDS = 8;
const RAMP_SECONDS = 4;

/** How long after one disturbance the next begins, ms. */
const DISTURBANCE_PAUSE_MS = 1_000;

const samplesPerSecond = (CHARGE_POINTS * SAMPLES) / METER_INTERVAL_SECONDS;

/** Whether what operators and analysts do can be felt at a charge point. */
export const latencyBench: Bench = {
  name: 'latency',
  question: `How long does Authorize take, from when it was due, while ${samplesPerSecond.toLocaleString('en-US')} samples/s flow from ${CHARGE_POINTS.toLocaleString('en-US')} charge points (open loop)?`,
  figures: [
    { key: 'p50', unit: 'ms', better: 'lower' },
    { key: 'p99', unit: 'ms', better: 'lower' },
    { key: 'p99.9', unit: 'ms', better: 'lower' },
    { key: 'simulator late, p99', unit: 'ms that the simulator itself was behind', better: 'lower' },
  ],
  prepare: () => ({
    contenders: [
      contender('samples alone', async () => undefined),
      contender('an analyst queries', query),
      contender('analytics is killed', (gateway) => gateway.kill('analytics')),
      contender('control is killed', (gateway) => gateway.kill('control')),
    ],
  }),
};

/** A gateway of its own for each run; `disturb` is called again and again while the load lasts. */
function contender(name: string, disturb: (gateway: OwnGateway) => Promise<unknown>): Contender {
  return {
    name,
    async run() {
      const gateway = await OwnGateway.start(1, []);
      const ending = new AbortController();
      try {
        const disturbing = disturbUntil(ending.signal, () => disturb(gateway));
        const { actions, judgement } = await runLoad(
          loadOptions(gateway.target),
          new Progress(process.stderr),
          {
            signal: new AbortController().signal,
          },
        );
        ending.abort();
        await disturbing;
        if (judgement.failures.length > 0) throw new Error(`${name}: ${judgement.failures.join('; ')}`);
        const during = (action: string): LatencySummary | undefined =>
          actions.find((one) => one.phase === 'load' && one.action === action)?.sinceDue;
        const authorize = during('Authorize');
        if (authorize === undefined) throw new Error('no Authorize was sent');
        const late = during('lateness')?.p99 ?? 0;
        return {
          p50: authorize.p50,
          p99: authorize.p99,
          'p99.9': authorize.p999,
          'simulator late, p99': late,
        };
      } finally {
        ending.abort();
        await gateway.stop();
      }
    },
  };
}

function loadOptions({ ocppUrl, apiUrl, apiKey }: Target) {
  const options = readOptions([
    ...['--charge-points', String(CHARGE_POINTS), '--duration', `${LOAD_SECONDS}s`],
    ...['--ramp', `${RAMP_SECONDS}s`, '--wind-down', `${RAMP_SECONDS}s`],
    ...['--meter-interval', `${METER_INTERVAL_SECONDS}s`, '--samples-per-meter-value', String(SAMPLES)],
    ...['--authorize-per-second', String(AUTHORIZES_PER_SECOND), '--seed', '1'],
    ...['--ocpp-url', ocppUrl, '--api-url', apiUrl, '--api-key', apiKey],
  ]);
  if (options === undefined) throw new Error('no options');
  return options;
}

/** From the end of the ramp on, as long as messages are sent; the verification is left alone. */
async function disturbUntil(signal: AbortSignal, disturb: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + (RAMP_SECONDS + LOAD_SECONDS) * 1000;
  await pause(RAMP_SECONDS * 1000);
  while (!signal.aborted && performance.now() < until) {
    await disturb();
    await pause(DISTURBANCE_PAUSE_MS);
  }
}

/** The energy of every charge point, which reads all samples of its register. */
async function query({ target }: OwnGateway): Promise<void> {
  const day = 24 * 3600 * 1000;
  const range = {
    from: new Date(Date.now() - day).toISOString(),
    to: new Date(Date.now() + day).toISOString(),
  };
  const url = `${target.apiUrl}/api/v1/analytics/energy?${new URLSearchParams({ ...range, by: 'chargePoint' })}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${target.apiKey}` } });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`the query was answered with ${response.status}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
