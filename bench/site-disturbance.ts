import { OwnGateway } from '../load/gateway.ts';
import { LatencyHistogram } from '../load/latency-histogram.ts';
import { poll } from '../load/poll.ts';
import { Simulators, shareOut } from '../load/simulators.ts';
import { ShiftingLimits } from '../load/site/shifting-limits.ts';
import type { Target } from '../load/target.ts';
import { importTokens } from '../src/simulator/provisioning.ts';
import { mainThreadCpuSeconds } from '../src/telemetry/process-metrics.ts';
import type { Bench, Reading } from './bench.ts';
import { TAGS, tag } from './frames/messages.ts';

const CHARGE_POINTS = 10_000;
const SITES = 100;
const AUTHORIZES_PER_SECOND = 500;
const METER_INTERVAL_MS = 30_000;
/** How long Authorize is listened to; about as long as 10,000 new shares take at the default rate. */
const WINDOW_MS = 15_000;
const RAMP_MS = 10_000;
const PATIENCE_MS = 90_000;
/** How long a round waits until what it has changed is sent. */
const BALANCE_MS = 30_000;
const BUSY_SHARES_PER_SECOND = 200;
const IDENTITY_PREFIX = 'SHARED-';

/** Whether planning for sites can be felt at a charge point. */
export const siteDisturbanceBench: Bench = {
  name: 'site-disturbance',
  question: `How long does Authorize take, from when it was due, while the limits of ${SITES} sites change and ${CHARGE_POINTS.toLocaleString('en-US')} running transactions are planned anew (open loop)?`,
  figures: [
    { key: 'p50', unit: 'ms', better: 'lower' },
    { key: 'p99', unit: 'ms', better: 'lower' },
    { key: 'p99.9', unit: 'ms', better: 'lower' },
    {
      key: 'planning',
      unit: 'ms of the planning thread to plan all sites once',
      better: 'lower',
    },
    { key: 'looking', unit: 'ms to look at all sites once, on the main thread of control', better: 'lower' },
    { key: 'shares', unit: 'sent per second', better: 'higher' },
    { key: 'edge', unit: 'cores, main thread', better: 'lower' },
    { key: 'control', unit: 'cores, main thread', better: 'lower' },
    { key: 'simulator late, p99', unit: 'ms that the simulator itself was behind', better: 'lower' },
  ],
  async prepare() {
    const gateway = await OwnGateway.start(1, []);
    const listener = new Listener();
    const deaths: string[] = [];
    const idTags = Array.from({ length: TAGS }, (_, index) => tag(index));
    const simulators = new Simulators(
      shareOut(
        {
          ocppUrl: gateway.target.ocppUrl,
          identityPrefix: IDENTITY_PREFIX,
          chargePoints: CHARGE_POINTS,
          idTags,
          seed: 1,
          samplesPerMeterValue: 7,
          meterIntervalMs: METER_INTERVAL_MS,
          sessionMs: 24 * 3_600_000,
          callTimeoutMs: 30_000,
          bootAfterReconnect: 'half',
          reconnectSpreadMs: 5_000,
        },
        1,
      ),
      ({ sinceDue, problemCounts }) => {
        listener.hear(sinceDue);
        for (const problem of Object.keys(problemCounts)) deaths.push(problem);
      },
      (reason) => deaths.push(reason),
    );
    const close = async (): Promise<void> => {
      await simulators.stop();
      await gateway.stop();
    };
    try {
      const limits = await charge(gateway.target, simulators, idTags);
      simulators.load(AUTHORIZES_PER_SECOND);
      const listen = async (disturb: () => Promise<void>): Promise<Reading> => {
        const reading = await listenWhile(gateway, listener, disturb);
        await balance(gateway.target);
        if (deaths.length > 0) throw new Error(deaths.slice(0, 5).join('; '));
        return reading;
      };
      let isLow = false;
      return {
        contenders: [
          { name: 'limits stay as they are', run: () => listen(async () => undefined) },
          {
            name: 'all limits change',
            run: () =>
              listen(() => {
                isLow = !isLow;
                return limits.set(isLow ? 'low' : 'high');
              }),
          },
        ],
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

/** Connects the charge points, has all of them charge, and shares the power of their sites. */
async function charge(
  target: Target,
  simulators: Simulators,
  idTags: readonly string[],
): Promise<ShiftingLimits> {
  await importTokens(
    { url: target.apiUrl, key: target.apiKey },
    idTags.map((idTag) => ({ idTag, status: 'Accepted' as const })),
  );
  await simulators.whenReady();
  simulators.ramp(RAMP_MS);
  const areCharging = (): true | undefined =>
    simulators.latest.reduce((sum, report) => sum + report.startedTransactions, 0) >= CHARGE_POINTS ||
    undefined;
  if (!(await poll(areCharging, RAMP_MS + PATIENCE_MS, 100))) throw new Error('not all charge points charge');
  const limits = new ShiftingLimits(target, {
    sites: SITES,
    chargePoints: CHARGE_POINTS,
    identityPrefix: IDENTITY_PREFIX,
  });
  await limits.create();
  const arePlanned = async (): Promise<true | undefined> => (await limits.arePlanned()) || undefined;
  if (!(await poll(arePlanned, PATIENCE_MS, 500))) throw new Error('not all transactions have a share');
  await balance(target);
  return limits;
}

/** Collects the latencies of what was answered since it was last told to begin anew. */
class Listener {
  #authorize = new LatencyHistogram();
  #lateness = new LatencyHistogram();

  hear({ Authorize, lateness }: Readonly<Record<string, Uint32Array>>): void {
    if (Authorize !== undefined) this.#authorize.addAll(Authorize);
    if (lateness !== undefined) this.#lateness.addAll(lateness);
  }

  begin(): void {
    this.#authorize = new LatencyHistogram();
    this.#lateness = new LatencyHistogram();
  }

  get heard() {
    return { authorize: this.#authorize.summary(), lateness: this.#lateness.summary() };
  }
}

async function listenWhile(
  gateway: OwnGateway,
  listener: Listener,
  disturb: () => Promise<void>,
): Promise<Reading> {
  const { 'edge-0': edge, control } = await gateway.pids();
  const { target } = gateway;
  const look = async () => ({
    at: performance.now(),
    edge: cpuOf(edge),
    control: cpuOf(control),
    ...(await plannerFigures(target)),
  });
  const before = await look();
  listener.begin();
  await disturb();
  await pause(Math.max(0, before.at + WINDOW_MS - performance.now()));
  const { authorize, lateness } = listener.heard;
  const after = await look();
  const seconds = (after.at - before.at) / 1000;
  const mean = (sum: 'planningSeconds' | 'lookSeconds', count: 'plannings' | 'looks'): number =>
    (1000 * (after[sum] - before[sum])) / Math.max(1, after[count] - before[count]);
  return {
    p50: authorize.p50,
    p99: authorize.p99,
    'p99.9': authorize.p999,
    planning: SITES * mean('planningSeconds', 'plannings'),
    looking: SITES * mean('lookSeconds', 'looks'),
    shares: (after.calls - before.calls) / seconds,
    edge: (after.edge - before.edge) / seconds,
    control: (after.control - before.control) / seconds,
    'simulator late, p99': lateness.p99,
  };
}

/** Waits until shares are sent for what vehicles do alone; they never do quite the same for long. */
async function balance(target: Target): Promise<void> {
  let calls = Number.NEGATIVE_INFINITY;
  const isBalanced = async (): Promise<true | undefined> => {
    const before = calls;
    ({ calls } = await plannerFigures(target));
    return calls - before < BUSY_SHARES_PER_SECOND || undefined;
  };
  await poll(isBalanced, BALANCE_MS, 1_000);
}

/** What the gateway counts about the planner, as totals. */
async function plannerFigures({ apiUrl, apiKey }: Target) {
  const response = await fetch(`${apiUrl}/metrics`, { headers: { authorization: `Bearer ${apiKey}` } });
  const text = await response.text();
  if (!response.ok) throw new Error(`/metrics: HTTP ${response.status}`);
  const total = (name: string): number =>
    [...text.matchAll(new RegExp(`^${name}(?:{[^}]*})? (\\S+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );
  return {
    planningSeconds: total('farad_site_planning_seconds_sum'),
    plannings: total('farad_site_planning_seconds_count'),
    lookSeconds: total('farad_site_look_seconds_sum'),
    looks: total('farad_site_look_seconds_count'),
    calls: total('farad_site_calls_total'),
  };
}

function cpuOf(pid: number | undefined): number {
  return (pid === undefined ? undefined : mainThreadCpuSeconds(pid)) ?? Number.NaN;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
