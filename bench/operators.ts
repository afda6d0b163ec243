import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import type { FleetOrder, FleetReport } from '../load/fleet-messages.ts';
import { OwnGateway } from '../load/gateway.ts';
import { LatencyHistogram } from '../load/latency-histogram.ts';
import { poll } from '../load/poll.ts';
import { Simulators } from '../load/simulators.ts';
import type { Target } from '../load/target.ts';
import { writeCursor } from '../src/control/cursor.ts';
import { importTokens } from '../src/simulator/provisioning.ts';
import type { Bench, Contender, Given, Reading } from './bench.ts';
import { seedDirectory } from './seed/directory.ts';
import { seededId } from './seed/fleet.ts';
import { questionsAt } from './seed/questions.ts';

/** What is seeded where no directory is given. */
const SEEDED = {
  chargePoints: Number(process.env.FARAD_BENCH_CHARGE_POINTS ?? 50_000),
  samples: Number(process.env.FARAD_BENCH_SAMPLES ?? 1_000_000),
};

/** The fleet that is connected meanwhile, beside those that are only registered. */
const CONNECTED = 2_000;
const METER_INTERVAL_MS = 10_000;
const AUTHORIZES_PER_SECOND = 200;
const TOKENS = 1_000;
const RAMP_MS = 5_000;
const PATIENCE_MS = 30_000;
const ENERGY_PATIENCE_MS = 300_000;

const CONNECTIONS = 10;
const SECONDS = 6;
/** From the begin of the requests to that of the measurement, ms. */
const LEAD_MS = 1_000;

/** Parts of the map: the world, a country, a region, a town. */
const MAPS = [
  'west=-180&south=-85&east=180&north=85&zoom=2',
  'west=5&south=47&east=15&north=55&zoom=6',
  'west=9&south=48&east=11&north=50&zoom=9',
  'west=9.9&south=48.9&east=10.1&north=49.1&zoom=12',
].map((part) => `charge-point-clusters?${part}`);

/** Pages, searches and maps of charge points, each with paths that take turns. */
const LISTS: readonly (readonly [name: string, paths: readonly string[]])[] = [
  [
    'a page of all',
    [
      'charge-points?limit=50',
      `charge-points?limit=50&cursor=${writeCursor('charge-points', seededId(25_000))}`,
    ],
  ],
  [
    'sorted',
    ['lastSeenAt', '-lastSeenAt', 'vendor', '-firmware'].map((sort) => `charge-points?limit=50&sort=${sort}`),
  ],
  [
    'filtered',
    ['connected=true', 'connected=false', 'status=Charging', 'registration=Rejected'].map(
      (filter) => `charge-points?limit=50&sort=id&${filter}`,
    ),
  ],
  ['searched', texts().map((text) => `charge-points?limit=50&sort=id&text=${text}`)],
  ['searched, unsorted', texts().map((text) => `charge-points?limit=50&text=${text}`)],
  ['on a map', MAPS],
];

/** Needles of all kinds: one charge point, a thousand, all, none. */
function texts(): string[] {
  const ones = Array.from({ length: 40 }, (_, index) => `seed-0${(index * 1237) % 50_000}`);
  return [...ones, '0477', 'Model19', 'vendor3', '1.6', 'no-such-thing'];
}

/** Whether operators get their pages fast, and charge points their answers meanwhile. */
export const operatorsBench: Bench = {
  name: 'operators',
  question:
    'How long do lists, searches and overviews of a large fleet take, and how long does Authorize take meanwhile (open loop)?',
  figures: [
    { key: 'p50', unit: 'ms', better: 'lower' },
    { key: 'p95', unit: 'ms', better: 'lower' },
    { key: 'p99', unit: 'ms', better: 'lower' },
    { key: 'rate', unit: 'requests per second', better: 'higher' },
    { key: 'Authorize p50', unit: 'ms', better: 'lower' },
    { key: 'Authorize p99', unit: 'ms', better: 'lower' },
    { key: 'Authorize p99.9', unit: 'ms', better: 'lower' },
  ],
  async prepare(given) {
    const gateway = await OwnGateway.start(1, [], { dataDir: await filledDirectory(given) });
    const fleet = new Fleet(gateway.target);
    const close = async (): Promise<void> => {
      await fleet.stop();
      await gateway.stop();
    };
    try {
      await fleet.begin();
      await request(gateway.target, '/api/v1/charge-points?sort=id&limit=1');
      await energyIsWorkedOut(gateway.target);
    } catch (error) {
      await close();
      throw error;
    }
    const { target } = gateway;
    return {
      contenders: [
        quiet(fleet),
        ...LISTS.map(([name, paths]) => beside(fleet, name, (times) => requests(target, paths, times))),
        beside(fleet, 'overviews of one operator', (times) => overviews(target, 1, times)),
        beside(fleet, 'overviews of two operators', (times) => overviews(target, 2, times)),
      ],
      close,
    };
  },
};

async function filledDirectory({ dataDir }: Given): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'farad-bench-'));
  if (dataDir !== undefined) await cp(dataDir, directory, { recursive: true });
  else
    await seedDirectory(directory, SEEDED, (what, done, of) =>
      process.stderr.write(`\r${what} ${done} of ${of}  `),
    );
  return directory;
}

function quiet(fleet: Fleet): Contender {
  return {
    name: 'nobody asks',
    note: 'no requests',
    async run() {
      const authorize = await fleet.during(SECONDS * 1000);
      return { p50: Number.NaN, p95: Number.NaN, p99: Number.NaN, rate: Number.NaN, ...authorize };
    },
  };
}

/** `ask` goes on for SECONDS and LEAD_MS, and notes the time of each answer, ms. */
function beside(fleet: Fleet, name: string, ask: (times: number[]) => Promise<void>): Contender {
  return {
    name,
    async run() {
      const times: number[] = [];
      const asking = ask(times);
      await pause(LEAD_MS);
      times.length = 0;
      const [authorize] = await Promise.all([fleet.during(SECONDS * 1000), asking]);
      times.sort((a, b) => a - b);
      const at = (share: number): number => times[Math.ceil(times.length * share) - 1] ?? Number.NaN;
      return { p50: at(0.5), p95: at(0.95), p99: at(0.99), rate: times.length / SECONDS, ...authorize };
    },
  };
}

/** Requests over CONNECTIONS connections, each asking again when it is answered. */
async function requests(
  { apiUrl, apiKey }: Target,
  paths: readonly string[],
  times: number[],
): Promise<void> {
  const options: autocannon.Options = {
    url: apiUrl,
    connections: CONNECTIONS,
    duration: SECONDS + LEAD_MS / 1000,
    headers: { authorization: `Bearer ${apiKey}` },
    requests: paths.map((path) => ({ path: `/api/v1/${path}` })),
  };
  const { errors, non2xx } = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
    run.on('response', (_client, _status, _bytes, ms) => times.push(ms));
  });
  if (errors + non2xx > 0) throw new Error(`${errors} requests failed, ${non2xx} were refused`);
}

/** Operators whose overviews ask one question after the other. */
async function overviews(target: Target, operators: number, times: number[]): Promise<void> {
  const until = performance.now() + SECONDS * 1000 + LEAD_MS;
  const questions = pathsOfOverview();
  const operator = async (start: number): Promise<void> => {
    for (let turn = start; performance.now() < until; turn++) {
      const began = performance.now();
      await request(target, questions[turn % questions.length] as string);
      times.push(performance.now() - began);
    }
  };
  const starts = Array.from({ length: operators }, (_, index) =>
    Math.floor((index * questions.length) / operators),
  );
  await Promise.all(starts.map(operator));
}

function pathsOfOverview(): string[] {
  return questionsAt(Date.now()).map(([, name, { from, to, ...rest }]) => {
    const range = { from: new Date(Number(from)).toISOString(), to: new Date(Number(to)).toISOString() };
    return `/api/v1/analytics/${name}?${new URLSearchParams({ ...range, ...(rest as Record<string, string>) })}`;
  });
}

/** A gateway that finds a past of which it knows nothing works out its energy first. */
async function energyIsWorkedOut(target: Target): Promise<void> {
  let refusal = '';
  const answers = async (): Promise<true | undefined> => {
    for (const path of pathsOfOverview()) {
      const response = await ask(target, path);
      const text = await response.text();
      if (response.status !== 503) continue;
      refusal = `${path}: ${text}`;
      return undefined;
    }
    return true;
  };
  if ((await poll(answers, ENERGY_PATIENCE_MS, 500)) === undefined)
    throw new Error(`not worked out within ${ENERGY_PATIENCE_MS / 1000} s: ${refusal}`);
}

function ask({ apiUrl, apiKey }: Target, path: string): Promise<Response> {
  return fetch(`${apiUrl}${path}`, { headers: { authorization: `Bearer ${apiKey}` } });
}

async function request(target: Target, path: string): Promise<void> {
  const response = await ask(target, path);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${text}`);
}

/** A connected fleet that charges, and presents cards whether or not answers come. */
class Fleet {
  private readonly target: Target;
  private simulators: Simulators | undefined;
  private authorize = new LatencyHistogram();
  private death: string | undefined;

  constructor(target: Target) {
    this.target = target;
  }

  async begin(): Promise<void> {
    const { ocppUrl, apiUrl, apiKey } = this.target;
    const idTags = Array.from({ length: TOKENS }, (_, place) => `CARD${place}`);
    await importTokens(
      { url: apiUrl, key: apiKey },
      idTags.map((idTag) => ({ idTag, status: 'Accepted' as const })),
    );
    const order: FleetOrder = {
      type: 'order',
      ocppUrl,
      // Some of the registered ones, as `seededId` names them.
      identityPrefix: 'SEED-0',
      firstIndex: 10_000,
      chargePoints: CONNECTED,
      idTags,
      seed: 1,
      samplesPerMeterValue: 7,
      meterIntervalMs: METER_INTERVAL_MS,
      sessionMs: 300_000,
      callTimeoutMs: 30_000,
      bootAfterReconnect: 'half',
      reconnectSpreadMs: 5_000,
    };
    const simulators = new Simulators(
      [order],
      (report) => this.add(report),
      (reason) => {
        this.death = reason;
      },
    );
    this.simulators = simulators;
    await simulators.whenReady();
    simulators.ramp(RAMP_MS);
    const charging = await poll(
      async () =>
        simulators.latest.some(({ startedTransactions }) => startedTransactions >= CONNECTED) || undefined,
      RAMP_MS + PATIENCE_MS,
      100,
    );
    if (!charging) throw new Error('not all charge points are charging');
    simulators.load(AUTHORIZES_PER_SECOND);
  }

  /** How long Authorize took in the next `ms`, from when it was due. */
  async during(ms: number): Promise<Reading> {
    this.authorize = new LatencyHistogram();
    await pause(ms);
    if (this.death !== undefined) throw new Error(this.death);
    const { p50, p99, p999 } = this.authorize.summary();
    return { 'Authorize p50': p50, 'Authorize p99': p99, 'Authorize p99.9': p999 };
  }

  async stop(): Promise<void> {
    await this.simulators?.stop();
  }

  private add({ phase, sinceDue, problemCounts }: FleetReport): void {
    if (phase !== 'load') return;
    if (sinceDue.Authorize) this.authorize.addAll(sinceDue.Authorize);
    const [problem] = Object.keys(problemCounts);
    if (problem !== undefined) this.death ??= `a charge point met with ${problem}`;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
