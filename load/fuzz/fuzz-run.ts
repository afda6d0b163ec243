import { importTokens } from '../../src/simulator/provisioning.ts';
import { Random } from '../../src/simulator/random.ts';
import { OwnGateway } from '../gateway.ts';
import { poll } from '../poll.ts';
import { ProcessWatch } from '../process-use.ts';
import { count, type Progress } from '../progress.ts';
import { askApi, StoredTotals } from '../stored-totals.ts';
import type { Target } from '../target.ts';
import type { FuzzOptions } from './fuzz-options.ts';
import { HostileChargePoint } from './hostile-charge-point.ts';
import { Witness } from './witness.ts';

export interface FuzzOutcome {
  readonly frames: number;
  readonly answers: number;
  readonly sessions: number;
  /** Calls of an operator that the hostile charge points answered in their way. */
  readonly commands: number;
  /** RssAnon of the edge, bytes: after a third of the frames and at the end. */
  readonly memory: readonly [number, number];
  readonly failures: readonly string[];
}

const WITNESS = 'WITNESS';
const TICK_MS = 500;
const DRAIN_TIMEOUT_MS = 60_000;
/**
 * The edge may grow by this much after a third of the frames: its heap and its pages of LMDB are no flat
 * line.
 */
const GROWTH = { factor: 1.3, bytes: 48 * 1024 * 1024 };
/** Commands that an operator sends to the hostile charge points, one after the other. */
const COMMANDS: readonly (readonly [action: string, payload: object])[] = [
  ['GetConfiguration', {}],
  ['DataTransfer', { vendorId: 'com.example' }],
  ['GetCompositeSchedule', { connectorId: 1, duration: 60 }],
  ['TriggerMessage', { requestedMessage: 'Heartbeat' }],
  ['UnlockConnector', { connectorId: 1 }],
];
const COMMAND_EVERY_MS = 100;
/** What a command may be answered with: a result, no connection, too many, lost, no answer in time. */
const COMMAND_STATUSES: ReadonlySet<number> = new Set([200, 409, 429, 502, 504]);

/** Runs the scenario against a gateway of its own. @throws Error if that does not come up or ends badly. */
export async function runFuzz(
  options: FuzzOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<FuzzOutcome> {
  progress.say(`seed ${options.seed}, ${count(options.frames)} frames on ${options.transport}`);
  const gateway = await OwnGateway.start(1, [
    ...['--ocpp-transport', options.transport, '--ocpp-call-timeout', '1s'],
    ...['--ocpp-frames-per-second', '1000000', '--ocpp-frame-burst', '1000000'],
  ]);
  try {
    return await fuzz(options, gateway, progress, signal);
  } finally {
    await gateway.stop();
  }
}

async function fuzz(
  { frames, chargePoints, seed }: FuzzOptions,
  gateway: OwnGateway,
  progress: Progress,
  signal: AbortSignal,
): Promise<FuzzOutcome> {
  const { target } = gateway;
  await importTokens({ url: target.apiUrl, key: target.apiKey }, [
    { idTag: 'CAFE01', status: 'Accepted' },
    { idTag: 'BLOCKED', status: 'Blocked' },
  ]);
  const failures: string[] = [];
  const isOver = (): boolean => signal.aborted || failures.length > 0;
  const hostile = Array.from(
    { length: chargePoints },
    (_, index) =>
      new HostileChargePoint(`HOSTILE-${index}`, Random.forPart(seed, index), (what) => failures.push(what)),
  );
  const witness = new Witness(WITNESS);
  const before = await gateway.pids();
  const watch = new ProcessWatch();
  const sent = (): number => hostile.reduce((sum, each) => sum + each.sent, 0);
  let early = 0;
  let done = false;
  let commands = 0;
  const edgeMemory = (): number => watch.look({ 'edge-0': before['edge-0'] ?? 0 })['edge-0']?.memory ?? 0;
  edgeMemory();
  const ticking = setInterval(() => {
    const share = sent() / frames;
    progress.show(
      'fuzz',
      share,
      `${count(sent())} frames, ${witness.testimony.transactions} sessions of the witness`,
    );
    if (early === 0 && share > 1 / 3) early = edgeMemory();
  }, TICK_MS);
  try {
    await Promise.all([witness, ...hostile].map((each) => each.connect(target.ocppUrl)));
    const charging = (async () => {
      while (!done && !isOver()) await witness.charge();
    })().catch((error: unknown) => failures.push(String(error)));
    const operating = (async () => {
      for (; !done && !isOver(); commands++) await command(target, commands, chargePoints, failures);
    })().catch((error: unknown) => failures.push(`a command failed: ${String(error)}`));
    await Promise.all(hostile.map((each) => each.run(Math.ceil(frames / chargePoints))));
    done = true;
    await Promise.all([charging, operating]);
    const late = edgeMemory();
    if (early > 0 && late > early * GROWTH.factor + GROWTH.bytes) {
      failures.push(`the edge grew from ${count(early / 1e6)} to ${count(late / 1e6)} MB`);
    }
    const after = await gateway.pids();
    for (const [name, pid] of Object.entries(before)) {
      if (after[name] !== pid) failures.push(`${name} was restarted`);
    }
    if (!isOver()) failures.push(...(await differences(target, witness)));
    return {
      frames: sent(),
      answers: hostile.reduce((sum, each) => sum + each.answered, 0),
      sessions: witness.testimony.transactions,
      commands,
      memory: [early, late],
      failures: signal.aborted ? [...failures, 'interrupted'] : failures,
    };
  } finally {
    clearInterval(ticking);
    for (const each of [witness, ...hostile]) each.close();
  }
}

async function command(
  target: Target,
  number: number,
  chargePoints: number,
  failures: string[],
): Promise<void> {
  const [action, payload] = COMMANDS[number % COMMANDS.length] as (typeof COMMANDS)[number];
  const url = `${target.apiUrl}/api/v1/charge-points/HOSTILE-${number % chargePoints}/calls/${action}`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${target.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(payload),
    signal: AbortSignal.timeout(30_000),
  });
  const body = await response.text();
  if (!COMMAND_STATUSES.has(response.status)) {
    failures.push(`${action} was answered HTTP ${response.status} ${body.slice(0, 200)}`);
  }
  await new Promise((resolve) => setTimeout(resolve, COMMAND_EVERY_MS));
}

/**
 * Returns how ClickHouse differs from what was confirmed to the witness, once it has had time to catch up.
 */
async function differences(target: Target, { testimony }: Witness): Promise<string[]> {
  const totals = new StoredTotals(askApi(target));
  const isEqual = async (): Promise<string[]> => {
    const samples = (await totals.samples(WITNESS, false)).get(WITNESS);
    const transactions = (await totals.transactions(WITNESS)).get(WITNESS);
    const stored = [samples?.samples, samples?.sum, transactions?.stopped, transactions?.energyWh];
    const confirmed = [testimony.samples, testimony.sampleSum, testimony.transactions, testimony.energyWh];
    return JSON.stringify(stored) === JSON.stringify(confirmed)
      ? []
      : [
          `the witness was confirmed ${confirmed} (samples, their sum, transactions, Wh), ClickHouse has ${stored}`,
        ];
  };
  const settled = async () => ((await isEqual()).length === 0 ? true : undefined);
  return (await poll(settled, DRAIN_TIMEOUT_MS, 500)) ? [] : isEqual();
}
