import type { OwnGateway } from '../load/gateway.ts';
import { MachineWatch } from '../load/machine-use.ts';
import { ProcessWatch } from '../load/process-use.ts';
import type { Bench, Contender, Reading } from './bench.ts';
import { sizes } from './sizes.ts';
import { StandingFleet } from './standing-fleet.ts';

const CHARGE_POINTS = sizes.chargePoints(19_000);
const METER_INTERVAL_MS = sizes.meterIntervalMs(2_660);
const SAMPLES = 7;
const AUTHORIZES_PER_SECOND = 500;
/** Of each contender in each round. */
const SECONDS = sizes.seconds(6);

/** After a disturbance the fleet is given so long to be as it was. */
const REST_MS = 1_500;
/** How long after one query the next begins, ms. */
const QUERY_PAUSE_MS = 1_000;

const samplesPerSecond = Math.round((CHARGE_POINTS * SAMPLES * 1000) / METER_INTERVAL_MS);

/** Whether what operators and analysts do can be felt at a charge point. */
export const latencyBench: Bench = {
  name: 'latency',
  question: `How long does Authorize take, from when it was due, while ${samplesPerSecond.toLocaleString('en-US')} samples/s flow from ${CHARGE_POINTS.toLocaleString('en-US')} charge points (open loop)?`,
  figures: [
    { key: 'p50', unit: 'ms', better: 'lower' },
    { key: 'p99', unit: 'ms', better: 'lower' },
    { key: 'p99.9', unit: 'ms', better: 'lower' },
    { key: 'max', unit: 'ms', better: 'lower' },
    { key: 'MeterValues p99', unit: 'ms', better: 'lower' },
    { key: 'simulator late, p99', unit: 'ms that the simulator itself was behind', better: 'lower' },
    { key: 'edge runs', unit: "cores, of the edge's main thread", better: 'lower' },
    { key: 'edge waits', unit: 'cores that it was ready for and did not get', better: 'lower' },
    { key: 'machine', unit: 'cores that are busy, with whatever', better: 'lower' },
  ],
  async prepare() {
    const fleet = await StandingFleet.start({
      chargePoints: CHARGE_POINTS,
      meterIntervalMs: METER_INTERVAL_MS,
      samples: SAMPLES,
      authorizesPerSecond: AUTHORIZES_PER_SECOND,
    });
    return {
      contenders: [
        contender(fleet, 'samples alone', undefined),
        contender(fleet, 'an analyst queries', queryUntil),
        contender(fleet, 'analytics is restarted', (gateway) => gateway.kill('analytics')),
        contender(fleet, 'control is restarted', (gateway) => gateway.kill('control')),
      ],
      close: () => fleet.close(),
    };
  },
};

type Disturb = (gateway: OwnGateway, isOver: () => boolean) => Promise<unknown>;

/** One stretch of the same fleet's life, which `disturb` begins with. */
function contender(fleet: StandingFleet, name: string, disturb: Disturb | undefined): Contender {
  return {
    name,
    async run(): Promise<Reading> {
      await pause(REST_MS);
      const use = await useOfCores(fleet.gateway);
      let isOver = false;
      const disturbing = disturb?.(fleet.gateway, () => isOver);
      const seen = await fleet.observe(SECONDS);
      const cores = use();
      isOver = true;
      await disturbing;
      const authorize = seen.get('Authorize');
      if (authorize === undefined || authorize.count === 0) throw new Error('no Authorize was sent');
      return {
        p50: authorize.p50,
        p99: authorize.p99,
        'p99.9': authorize.p999,
        max: authorize.max,
        'MeterValues p99': seen.get('MeterValues')?.p99 ?? 0,
        'simulator late, p99': seen.get('lateness')?.p99 ?? 0,
        ...cores,
      };
    },
  };
}

/** Begins to watch the cores; whoever calls what it returns hears how they were used since. */
async function useOfCores(gateway: OwnGateway): Promise<() => Reading> {
  const { 'edge-0': edge } = await gateway.pids();
  if (edge === undefined) throw new Error('the gateway has no edge');
  const machine = new MachineWatch();
  const processes = new ProcessWatch();
  processes.look({ edge });
  return () => {
    const { edge: used } = processes.look({ edge });
    return {
      'edge runs': used?.mainThreadCpu ?? Number.NaN,
      'edge waits': used?.waiting ?? Number.NaN,
      machine: machine.elsewhere({}) ?? Number.NaN,
    };
  };
}

/** One query after the other. */
async function queryUntil(gateway: OwnGateway, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await query(gateway);
    await pause(QUERY_PAUSE_MS);
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
