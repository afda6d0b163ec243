import { parseArgs } from 'node:util';
import { readDuration } from '../src/config/quantities.ts';
import { MAX_SAMPLES_PER_METER_VALUE } from '../src/simulator/meter-values.ts';
import type { Disturbance } from './chaos.ts';
import { type CutPart, isCutPart, isKilledPart } from './cluster/cluster-chaos.ts';
import { NODE_NAMES } from './cluster/node-names.ts';
import { OptionError } from './option-error.ts';
import { readPem, readSecurity, type SecurityOptions } from './security/security-options.ts';
import { type CentralSystem, isFarad, type Target } from './target.ts';
import type { Aspect } from './verify.ts';

export interface LoadOptions {
  readonly chargePoints: number;
  /** Processes that simulate; each holds at most 19,000 sockets. */
  readonly processes: number;
  readonly durationMs: number;
  readonly rampMs: number;
  readonly windDownMs: number;
  readonly meterIntervalMs: number;
  readonly samplesPerMeterValue: number;
  readonly authorizePerSecond: number;
  /** Sites that share the charge points out among them; 0: none. */
  readonly sites: number;
  readonly sessionMs: number;
  /** Sessions that end all over the fleet during the load, on top of those that end after `sessionMs`. */
  readonly sessionsPerSecond: number;
  readonly tokens: number;
  readonly callTimeoutMs: number;
  readonly bootAfterReconnect: 'all' | 'half' | 'none';
  readonly reconnectSpreadMs: number;
  readonly drainTimeoutMs: number;
  readonly verify: Aspect;
  readonly seed: number;
  readonly report: string | undefined;
  /** Of a cluster that the tool starts; undefined: it starts a gateway on its own. */
  readonly nodes: number | undefined;
  readonly kill: readonly string[];
  /** Of the cluster: what does nothing for a while. */
  readonly cut: readonly CutPart[];
  /** Undefined: for some seconds. */
  readonly cutForMs: number | undefined;
  /** One of these at random, each time. */
  readonly disturb: readonly Disturbance[];
  readonly killEveryMs: number;
  /** Path of libfaketime; undefined: where it is usually installed. */
  readonly faketime: string | undefined;
  /** Undefined: the tool starts a gateway of its own. */
  readonly target: CentralSystem | Target | undefined;
  /** Beginning of all identities; undefined: a new one in each run. */
  readonly identityPrefix: string | undefined;
  /** Processes of the server that runs already; those that descend from them belong to it, too. */
  readonly serverPids: readonly number[];
  readonly security: SecurityOptions;
  /** Flags for the gateway that the tool starts. */
  readonly gatewayFlags: readonly string[];
}

const DISTURBANCES: ReadonlySet<string> = new Set<Disturbance>(['kill', 'pause', 'disk', 'clock']);

/** One socket is one open file, and 20,000 is a usual hard limit. */
const SOCKETS_PER_PROCESS = 19_000;
/** 4,000 come from each address of 127.0.0.2 to 127.0.0.252. */
const MOST_CHARGE_POINTS = 1_000_000;
/** Identities have a number of up to six digits behind it, and many servers keep 20 characters. */
const IDENTITY_PREFIX = /^[A-Za-z0-9_-]{1,14}$/;

/** What only Farad's own API can do: it has to be known where that is. */
const NEEDS_API = ['sites', 'verify', 'drain-timeout', 'security-profile'] as const;

/** What a cluster is not started for. */
const NOT_WITH_NODES = [
  'disturb',
  'sites',
  'security-profile',
  'ocpp-url',
  'api-url',
  'api-key',
  'server-pids',
] as const;

const FLAGS = {
  'charge-points': ['N', 'simulated charge points (1000)'],
  duration: ['60s', 'how long the load is held once all are connected (60s)'],
  ramp: ['10s', 'all connect within this time (1000 a second)'],
  'wind-down': ['10s', 'all transactions end within this time (1000 a second)'],
  'meter-interval': ['10s', 'between two MeterValues of a charge point (10s)'],
  'samples-per-meter-value': ['N', 'sampled values in each (7)'],
  sites: [
    'N',
    'charge points share power in so many sites, whose limits all change every 5 s (0); needs the API',
  ],
  'authorize-per-second': ['R', 'cards presented all over the fleet, on top of the sessions (100)'],
  session: ['5m', 'mean length of a session (5m)'],
  'sessions-per-second': ['R', 'sessions that end all over the fleet, on top of those that last so long (0)'],
  tokens: ['N', 'cards LOADCARD000000 and so on, imported beforehand through the API (1000)'],
  'identity-prefix': ['TEXT', 'charge points are TEXT0, TEXT1 and so on (a new text in each run)'],
  'call-timeout': ['30s', 'a CALL without answer for so long is unanswered (30s)'],
  'boot-after-reconnect': ['all|half|none', 'which charge points boot again after a reconnect (half)'],
  'reconnect-spread': ['5s', 'first attempts to reconnect are spread over this time (5s)'],
  'drain-timeout': [
    '2m',
    'how long ClickHouse may go without coming nearer to what was confirmed (2m); needs the API',
  ],
  verify: [
    'rows|energy',
    'compare rows, or also the energy that is worked out from them (energy); needs the API',
  ],
  processes: ['N', 'simulating processes (one per 19000 charge points)'],
  seed: ['N', 'of the pseudo-randomness; printed, so that a run can be repeated'],
  report: ['DIR', 'write report.json and index.html there'],
  nodes: [
    'N',
    'start a cluster of so many nodes, with NATS, ClickHouse and a balancer, instead of a gateway',
  ],
  kill: [
    'NAMES',
    'SIGKILL these processes of the own gateway: control,analytics or edge-0; of a cluster one node, one with its disk, or nats',
  ],
  cut: ['NAMES', '... of a cluster: SIGSTOP all of one node, nats or all-nats for 9 to 15 s'],
  'cut-for': ['60s', '... for so long instead'],
  disturb: ['KINDS', 'at random, by the seed: kill, pause (SIGSTOP), disk (a full one; needs root), clock'],
  faketime: ['FILE', 'libfaketime for `clock` (where it is usually installed)'],
  'kill-every': ['15s', '... this often during the load (15s)'],
  'security-profile': [
    '0|1|2|3',
    'nothing, a password, a password over TLS, a client certificate; keys and certificates are made (0); needs the API',
  ],
  'tls-resumption': ['yes|no', 'whether TLS sessions are resumed after a reconnect (yes)'],
  'ocpp-url': [
    'URL',
    'a server that runs: ws://127.0.0.1:9220/ocpp, of any make; without it a gateway is started',
  ],
  'api-url': [
    'URL',
    "... Farad's API, http://127.0.0.1:9221; without it nothing is compared with ClickHouse",
  ],
  'api-key': ['KEY', '... and an admin key for it; without a URL, the key of the gateway that is started'],
  'server-pids': [
    'PIDS',
    '... processes of it on this machine, whose use is shown with that of their descendants',
  ],
  ca: ['FILE', '... the root of its certificates, PEM'],
  'client-ca': ['FILE', '... for profile 3, one of its client CAs with a key on P-256, PEM'],
  'client-ca-key': ['FILE', '... and the private key of that, PEM'],
} as const;
type Flag = keyof typeof FLAGS;

export const HELP = `npm run load -- [flags] [-- flags for the gateway that is started]

Simulated charge points against a gateway, open loop: messages are due by a schedule, so a slow answer is measured from when it
was due. Ends with a table, and with an error if a CALL stayed unanswered, an answer broke its schema, a socket dropped, or
ClickHouse differs from what was confirmed.

--scenario NAME as the first flag runs another story (each has a --help): site, vehicles that share the power of a site; fuzz, charge
points that send hostile frames beside a witness.

${Object.entries(FLAGS)
  .map(([flag, [value, help]]) => `  ${`--${flag} ${value}`.padEnd(38)}${help}`)
  .join('\n')}
`;

/**
 * Reads the command line. Undefined: only help was asked for.
 * @throws OptionError naming the flag.
 */
export function readOptions(argv: readonly string[]): LoadOptions | undefined {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const values = parse(own);
  if (values.help === true) return undefined;
  const text = (flag: Flag): string | undefined => values[flag] as string | undefined;
  const whole = (flag: Flag, fallback: number, least: number, most = Number.MAX_SAFE_INTEGER): number => {
    const value = Number(text(flag) ?? fallback);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new OptionError(
      `--${flag} must be a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}, not ${text(flag)}`,
    );
  };
  const duration = (flag: Flag, fallback: number): number => {
    const given = text(flag);
    if (given === undefined) return fallback;
    const ms = readDuration(given);
    if (ms === undefined)
      throw new OptionError(`--${flag} must be a duration such as 10s or 500ms, not ${given}`);
    return ms;
  };
  const chargePoints = whole('charge-points', 1_000, 1, MOST_CHARGE_POINTS);
  const atLeastProcesses = Math.ceil(chargePoints / SOCKETS_PER_PROCESS);
  const kill = (text('kill') ?? '').split(',').filter((name) => name !== '');
  const apiKey = text('api-key');
  const target = readTarget(text('ocpp-url'), text('api-url'), apiKey, text('ca'));
  if (target !== undefined && !isFarad(target)) {
    const flag = NEEDS_API.find((name) => text(name) !== undefined);
    if (flag !== undefined)
      throw new OptionError(`--${flag} needs Farad's API: name --api-url and --api-key, too`);
  }
  const gatewayFlags = end < 0 ? [] : argv.slice(end + 1);
  const security = readSecurity(text, target, gatewayFlags);
  const ownKey = target === undefined && apiKey !== undefined ? ['--api-key', apiKey] : [];
  if ((kill.length > 0 || text('disturb') !== undefined) && target !== undefined) {
    throw new OptionError('--kill and --disturb are only for a gateway that the load tool starts itself');
  }
  const nodes = text('nodes') === undefined ? undefined : whole('nodes', 3, 2, NODE_NAMES.length);
  const unfit = nodes === undefined ? undefined : NOT_WITH_NODES.find((flag) => text(flag) !== undefined);
  if (unfit !== undefined) throw new OptionError(`--${unfit} does not go with --nodes`);
  const unknown = kill.find((name) =>
    nodes === undefined ? !/^(control|analytics|edge-\d+)$/.test(name) : !isKilledPart(name),
  );
  if (unknown !== undefined) {
    const known = nodes === undefined ? 'control, analytics and edge-N' : 'node, disk and nats with --nodes';
    throw new OptionError(`--kill knows ${known}, not ${unknown}`);
  }
  const cut = (text('cut') ?? '').split(',').filter((name) => name !== '');
  if (cut.length > 0 && nodes === undefined) throw new OptionError('--cut needs --nodes');
  if (!cut.every(isCutPart)) throw new OptionError(`--cut knows node, nats and all-nats, not ${text('cut')}`);
  if (cut.length === 0 && text('cut-for') !== undefined) throw new OptionError('--cut-for needs --cut');
  const disturb = (text('disturb') ?? '').split(',').filter((kind) => kind !== '');
  const unknownKind = disturb.find((kind) => !DISTURBANCES.has(kind));
  if (unknownKind !== undefined)
    throw new OptionError(`--disturb knows kill, pause and disk, not ${unknownKind}`);
  const bootAfterReconnect = text('boot-after-reconnect') ?? 'half';
  if (bootAfterReconnect !== 'all' && bootAfterReconnect !== 'half' && bootAfterReconnect !== 'none') {
    throw new OptionError(`--boot-after-reconnect must be all, half or none, not ${bootAfterReconnect}`);
  }
  const aspect = text('verify') ?? 'energy';
  if (aspect !== 'rows' && aspect !== 'energy')
    throw new OptionError(`--verify must be rows or energy, not ${aspect}`);
  const rate = (flag: Flag, fallback: number): number => {
    const value = Number(text(flag) ?? fallback);
    if (value >= 0 && value < 1e6) return value;
    throw new OptionError(`--${flag} must be a number, not ${text(flag)}`);
  };
  const identityPrefix = text('identity-prefix');
  if (identityPrefix !== undefined && !IDENTITY_PREFIX.test(identityPrefix))
    throw new OptionError(`--identity-prefix must be 1 to 14 letters, digits, - or _, not ${identityPrefix}`);
  return {
    chargePoints,
    processes: whole('processes', atLeastProcesses, atLeastProcesses, 64),
    durationMs: duration('duration', 60_000),
    rampMs: duration('ramp', Math.max(1_000, chargePoints)),
    windDownMs: duration('wind-down', Math.max(1_000, chargePoints)),
    meterIntervalMs: duration('meter-interval', 10_000),
    samplesPerMeterValue: whole('samples-per-meter-value', 7, 1, MAX_SAMPLES_PER_METER_VALUE),
    authorizePerSecond: rate('authorize-per-second', 100),
    sites: whole('sites', 0, 0, chargePoints),
    sessionMs: duration('session', 300_000),
    sessionsPerSecond: rate('sessions-per-second', 0),
    tokens: whole('tokens', 1_000, 1, 1_000_000),
    callTimeoutMs: duration('call-timeout', 30_000),
    bootAfterReconnect,
    reconnectSpreadMs: duration('reconnect-spread', 5_000),
    verify: aspect,
    drainTimeoutMs: duration('drain-timeout', 120_000),
    seed: whole('seed', Math.floor(Math.random() * 1_000_000), 0),
    report: text('report'),
    nodes,
    kill,
    cut,
    cutForMs: text('cut-for') === undefined ? undefined : duration('cut-for', 0),
    disturb: disturb as Disturbance[],
    killEveryMs: duration('kill-every', 15_000),
    faketime: text('faketime'),
    target,
    identityPrefix,
    serverPids: readPids(text('server-pids'), target),
    security,
    gatewayFlags: [...ownKey, ...gatewayFlags],
  };
}

function parse(argv: readonly string[]): Record<string, string | boolean | undefined> {
  const options: Record<string, { type: 'string' | 'boolean' }> = { help: { type: 'boolean' } };
  for (const flag of Object.keys(FLAGS)) options[flag] = { type: 'string' };
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: false }).values as Record<
      string,
      string | boolean
    >;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}

function readTarget(
  ocppUrl?: string,
  apiUrl?: string,
  apiKey?: string,
  ca?: string,
): CentralSystem | Target | undefined {
  if (ocppUrl === undefined && apiUrl === undefined) return undefined;
  const hasApi = apiUrl !== undefined || apiKey !== undefined;
  if (ocppUrl === undefined || (hasApi && (apiUrl === undefined || apiKey === undefined))) {
    throw new OptionError("a running server needs --ocpp-url, and Farad's API both --api-url and --api-key");
  }
  const url = withoutSlash(ocppUrl);
  if (!URL.canParse(url) || !/^wss?:$/.test(new URL(url).protocol))
    throw new OptionError(`--ocpp-url must be a URL with ws or wss, not ${ocppUrl}`);
  const trust = ca !== undefined && { ca: readPem('ca', ca) };
  if (apiUrl === undefined || apiKey === undefined) return { ocppUrl: url, ...trust };
  return { ocppUrl: url, apiUrl: withoutSlash(apiUrl), apiKey, ...trust };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function readPids(text: string | undefined, target: CentralSystem | undefined): number[] {
  if (text === undefined) return [];
  if (target === undefined) throw new OptionError('--server-pids is only for a server that runs already');
  const pids = text.split(',').map(Number);
  if (pids.every((pid) => Number.isInteger(pid) && pid > 0)) return pids;
  throw new OptionError(`--server-pids must be numbers with commas between them, not ${text}`);
}
