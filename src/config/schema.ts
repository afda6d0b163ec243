import { alarmSettings } from './alarm-settings.ts';
import { clickhouseSettings, retentionSettings, sinkSettings } from './clickhouse-settings.ts';
import { clusterSettings } from './cluster-settings.ts';
import { ocppSettings } from './ocpp-settings.ts';
import { oidcSettings } from './oidc-settings.ts';
import { reportSettings } from './report-settings.ts';
import { securitySettings } from './security-settings.ts';
import {
  duration,
  flag,
  host,
  integer,
  list,
  oneOf,
  port,
  type Setting,
  size,
  text,
  timeZone,
} from './setting.ts';
import { apiTls } from './tls-settings.ts';

/**
 * Every setting of Farad. Flags (`--ocpp-port`), environment names (`FARAD_OCPP_PORT`), the keys of the YAML
 * file, `farad config` and docs/settings.md all come from this structure and the groups that it names.
 */
export const schema = {
  dataDir: text(
    './data',
    'Where Farad keeps everything it must not lose. One running gateway per directory.',
    {
      pattern: /\S/,
      allowed: 'a path',
    },
  ),

  trustedProxies: list(
    [],
    'Addresses and networks (10.0.0.0/8) of proxies in front of Farad, of charge points and of the API. What they say of the other end is believed: by the PROXY protocol where a port speaks it, else by headers: X-Forwarded-For, X-Forwarded-Proto and, of charge points, Farad-Client-Certificate and Farad-Client-Verify.',
  ),

  ocpp: ocppSettings,

  auth: {
    concurrentTx: integer(0, 'Most transactions that one idTag may have open at once; 0 sets no limit.'),
    unknownTags: oneOf(
      ['invalid', 'accept'],
      'invalid',
      'What Authorize answers for an idTag that nobody provisioned.',
    ),
  },

  security: securitySettings,

  messageLog: {
    enabled: flag(true, 'Keeps the frames of every charge point for GET /charge-points/{id}/messages.'),
    excluded: list(
      ['Heartbeat', 'MeterValues'],
      'Actions that the message log leaves out, frames apart that cannot be read or are refused.',
    ),
    maxPayload: size('16KiB', 'Longer payloads are cut in the message log.', { max: '1MiB' }),
  },

  edge: {
    processes: integer(1, 'Edge processes; they share the OCPP port.', { min: 1, max: 64 }),
    frameWorkers: integer(1, 'Threads per edge process that validate and flatten meter values.', {
      min: 1,
      max: 64,
    }),
    batchFrames: integer(256, 'Most frames in one batch for a frame worker.', { min: 1, max: 4096 }),
    batchesInFlight: integer(8, 'Most batches that the frame workers of one edge have at a time.', {
      min: 1,
      max: 256,
    }),
    batchWait: duration(
      '0s',
      'Shortest time between two batches that are not full: with many edges on few cores, 20ms lets several meter values share a flush.',
      { max: '1s' },
    ),
    batchTimeout: duration(
      '10s',
      'Longest that a frame worker may take for a batch; then it is replaced, and the frames are tried one by one.',
      { min: '1s', max: '5m' },
    ),
    inboxBytes: size('64MiB', 'Most bytes of frames that wait for the frame workers of one edge.', {
      min: '1MiB',
    }),
    waitingBytes: size(
      '256MiB',
      'Most memory of the waiting frames of all charge points of one edge. As it fills, the most that one of them may have falls: an eighth of what is left.',
      { min: '4MiB' },
    ),
    workerActions: list(
      ['MeterValues', 'StopTransaction'],
      'Actions that are decided by the frame workers.',
      {
        words: ['MeterValues', 'StopTransaction'],
      },
    ),
  },

  journal: {
    budget: size(
      '4GiB',
      'Disk space for rows that ClickHouse has not got yet. The message log stops at 70 %.',
      {
        min: '16MiB',
      },
    ),
  },

  transactions: {
    retention: duration('30d', 'How long a closed transaction stays in the operational store.', {
      min: '1h',
    }),
    forgotten: oneOf(
      ['keep', 'ignore', 'close'],
      'keep',
      'What becomes of an open transaction whose stop is overdue (GET /api/v1/transactions?suspect=true), once it has been for transactions.forgottenAfter. keep: people decide, and it counts for ConcurrentTx. ignore: it stays open, and does not count. close: Farad closes it, and it does not count; a stop that comes later is kept.',
    ),
    forgottenAfter: duration(
      '1d',
      'How long a charge point with an open transaction may be away and silent before the transaction is suspect, and how long one has to be suspect before transactions.forgotten holds.',
      { min: '10m' },
    ),
  },

  reservations: {
    retention: duration('30d', 'How long a reservation that is over stays in the operational store.', {
      min: '1h',
    }),
    expirySlack: duration(
      '30s',
      'How long after its expiry date a reservation counts as held: clocks of charge points differ, and their word comes first.',
      { max: '1h' },
    ),
  },

  operations: {
    listSyncsAtOnce: integer(
      8,
      'Most charge points whose local list is brought up to date at a time, for lists that are set to `sync: automatic`.',
      { min: 1, max: 500 },
    ),
    campaignsKept: integer(100, 'Ended campaigns that are kept with their results.', { min: 1, max: 10_000 }),
    jobSilence: duration(
      '2d',
      'How long nothing may be heard of a firmware update or an upload before Farad gives up waiting for its end.',
      { min: '1h' },
    ),
  },

  smartCharging: {
    nominalVoltage: integer(
      230,
      'Volts between phase and neutral, by which limits in A and in W are converted into each other.',
      { min: 50, max: 500 },
    ),
    txProfileGap: oneOf(
      ['tx-default', 'unlimited'],
      'tx-default',
      'What limits a transaction whose TxProfile has no period at an instant: its TxDefaultProfile, or nothing. The standard says both (OCPP 1.6 ed. 2 §3.13.1, §3.13.2).',
    ),
    threads: integer(
      1,
      'Threads of control that compute composite schedules; started when one is asked for.',
      {
        min: 1,
        max: 64,
      },
    ),
    fleetConcurrency: integer(
      50,
      'Charge points that are sent the same charging profile at a time, when it is set for many of them.',
      { min: 1, max: 1000 },
    ),
  },

  sites: {
    interval: duration('1s', 'How often the planner looks at a site where nothing made it look earlier.', {
      min: '50ms',
      max: '1m',
    }),
    settle: duration(
      '5s',
      'How long a vehicle may take to follow a smaller share; only then is what it gave up given to others.',
      { min: '50ms', max: '5m' },
    ),
    turnWithin: duration('15m', 'Every paused vehicle of a site gets a turn within this time.', {
      min: '1s',
      max: '1d',
    }),
    callsPerSecond: integer(500, 'Most CALLs a second that the planner sends, over all sites.', {
      min: 1,
      max: 10_000,
    }),
  },

  fleet: {
    timezone: timeZone(
      'Time zone of the charge points: where days, months and quarters of reports begin. Empty: that of whoever looks at the console, and UTC for scheduled reports.',
    ),
  },

  alarms: alarmSettings,

  console: {
    map: {
      tiles: text(
        '',
        'Where the map of the console gets pictures to draw beneath, as https://tiles.example/{z}/{x}/{y}.png. Browsers ask that host, and the console lets them. Empty: the map is an outline of land and borders, and asks nobody.',
        {
          pattern: /^$|^(?=.*\{z\})(?=.*\{x\})(?=.*\{y\})https?:\/\/[\w.-]+(:\d+)?\/[^\s"'<>;,]*$/,
          allowed: 'empty, or an http or https URL with {z}, {x} and {y} in its path',
        },
      ),
      attribution: text('', 'Whom the map names for these pictures, as their licence wants it.'),
    },
  },

  reports: reportSettings,

  api: {
    host: host('Address that the API, the console and the metrics bind to.'),
    port: port(9221, 'Port of the API, the console and the metrics; 0 lets the system choose one.'),
    key: text(
      '',
      'Bootstrap admin key of the API. Empty: one is generated on first start and printed once.',
      {
        secret: true,
        pattern: /^$|^[\x21-\x7e]{16,}$/,
        allowed: 'empty, or at least 16 printable characters without spaces',
      },
    ),
    bodyLimit: size(
      '16MiB',
      'Largest request body that the API accepts where it may name very many things; other bodies are bounded more tightly.',
      { min: '64KiB', max: '1GiB' },
    ),
    bodyTimeout: duration(
      '60s',
      'How long a client may take to send a request body; imports may last ten minutes.',
      {
        min: '1s',
        max: '10m',
      },
    ),
    proxyProtocol: oneOf(
      ['none', 'v2'],
      'none',
      'v2: each connection of trustedProxies begins with a header of the PROXY protocol, version 2, that names the client.',
    ),
    publicUrl: text(
      '',
      'Where browsers reach the console, for example https://farad.example; OpenID providers send them back there. Empty: as each request says.',
      { pattern: /^$|^https?:\/\/[^\s/?#@]+\/?$/, allowed: 'empty, or an http or https URL without a path' },
    ),
    oidc: oidcSettings,
    tls: apiTls,
  },

  clickhouse: clickhouseSettings,

  cluster: clusterSettings,

  analytics: {
    priority: oneOf(
      ['low', 'idle'],
      'low',
      'What the analytics process gets of the cores: `low` is little while edges need them (nice 10); `idle` only what nobody else wants (Linux), for the shortest answers to charge points where the cores are never all busy for long.',
    ),
  },

  sink: sinkSettings,

  retention: retentionSettings,

  log: {
    level: oneOf(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'info',
      'Least severe line that is logged.',
    ),
    format: oneOf(['auto', 'json', 'text'], 'auto', 'auto is text on a terminal and JSON lines elsewhere.'),
  },
} as const;

type ValuesOf<Node> =
  Node extends Setting<infer Value> ? Value : { readonly [Key in keyof Node]: ValuesOf<Node[Key]> };

/** The effective settings: durations are milliseconds, sizes are bytes. Plain data that survives IPC. */
export type Config = ValuesOf<typeof schema>;

/** A setting with the names that its place in the schema gives it. */
export interface NamedSetting {
  /** `ocpp.maxFrameSize` */
  readonly path: string;
  /** `ocpp-max-frame-size`, without the dashes in front. */
  readonly flag: string;
  /** `FARAD_OCPP_MAX_FRAME_SIZE` */
  readonly env: string;
  readonly setting: Setting;
}

/** All settings in the order of the schema. */
export const settings: readonly NamedSetting[] = [...walk(schema, [])];

function* walk(node: object, place: readonly string[]): Generator<NamedSetting> {
  for (const [name, child] of Object.entries(node) as [string, object][]) {
    const path = [...place, name];
    if ('isSetting' in child) {
      const flag = path
        .map((part) => part.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`))
        .join('-');
      const env = `FARAD_${flag.replaceAll('-', '_').toUpperCase()}`;
      yield { path: path.join('.'), flag, env, setting: child as Setting };
    } else {
      yield* walk(child, path);
    }
  }
}
