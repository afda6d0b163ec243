import { duration, integer, size, text } from './setting.ts';

/** `clickhouse`: the engine that answers queries. */
export const clickhouseSettings = {
  url: text(
    '',
    'A ClickHouse server, for example http://127.0.0.1:8123. Empty: the embedded chDB in dataDir.',
    {
      pattern: /^$|^https?:\/\/\S+$/,
      allowed: 'empty or an http:// or https:// address',
    },
  ),
  user: text('default', 'User at the ClickHouse server.'),
  password: text('', 'Password at the ClickHouse server.', { secret: true }),
  sqlUser: text(
    '',
    'User at the ClickHouse server for SQL that people write in the console: one that may only SELECT from the database. Empty: clickhouse.user.',
  ),
  sqlPassword: text('', 'Password of clickhouse.sqlUser.', { secret: true }),
  database: text('farad', 'Database that holds the tables; created when missing.', {
    pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
    allowed: 'a name of letters, digits and underscores',
  }),
  cluster: text(
    '',
    'Cluster that the server of clickhouse.url belongs to: tables are made replicated and distributed on all of it. Empty: a single server.',
    { pattern: /^[A-Za-z0-9_-]*$/, allowed: 'empty or a name of letters, digits, underscores and dashes' },
  ),
  memory: size('1500MiB', 'Most memory that the embedded chDB may use.', { min: '256MiB' }),
  queryTimeout: duration('20s', 'When ClickHouse gives up on a query.', { min: '1s', max: '1h' }),
  insertTimeout: duration('60s', 'When an insert counts as failed and is tried again.', {
    min: '1s',
    max: '1h',
  }),
} as const;

/** `sink`: how rows go into ClickHouse. */
export const sinkSettings = {
  batchRows: integer(50_000, 'Most rows in one insert into ClickHouse.', { min: 1, max: 100_000 }),
  interval: duration(
    '500ms',
    'Longest wait of a row before the sink inserts it; 1 second at least for a few rows while nobody asks for any.',
    { min: '10ms', max: '1m' },
  ),
} as const;

/** `retention`: how long ClickHouse keeps each table. */
export const retentionSettings = {
  meterSamples: duration('400d', 'How long ClickHouse keeps meter samples.', { min: '1d' }),
  transactions: duration('3650d', 'How long ClickHouse keeps transactions.', { min: '1d' }),
  energy: duration(
    '3650d',
    'How long ClickHouse keeps energy by connector and day after it was worked out, also where the meter samples are gone.',
    {
      min: '1d',
    },
  ),
  authorizations: duration('400d', 'How long ClickHouse keeps authorizations.', { min: '1d' }),
  connectorStatus: duration('400d', 'How long ClickHouse keeps the status history of connectors.', {
    min: '1d',
  }),
  connections: duration('90d', 'How long ClickHouse keeps the history of connections.', { min: '1d' }),
  securityEvents: duration('400d', 'How long ClickHouse keeps security events.', { min: '1d' }),
  messages: duration('30d', 'How long ClickHouse keeps the message log.', { min: '1d' }),
  reservations: duration('400d', 'How long ClickHouse keeps reservations.', { min: '1d' }),
  rejectedRows: duration('90d', 'How long ClickHouse keeps rows that it refused.', { min: '1d' }),
} as const;
