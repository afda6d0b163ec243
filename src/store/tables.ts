/**
 * What a part of a key is (see keys.ts).
 * - `charge point`: the identity of the charge point that the key belongs to.
 * - `transaction`: a transactionId, which is that of one charge point for ever: the record says whose.
 * - `identity`: a hash over the charge point and more; the value is the transactionId.
 */
export type KeyPart = 'charge point' | 'transaction' | 'identity' | 'text' | 'number';

/**
 * What a key belongs to that belongs to no charge point.
 * - `machine`: it means nothing on another machine.
 * - `ids`: what all processes draw numbers from, in write transactions of their own.
 * - `directory`: what operators provision; control alone writes it.
 */
export type Scope = 'machine' | 'ids' | 'directory';

/** The parts of each key of a table; or what all of its keys belong to, or each by its name. */
export type KeysOf = readonly KeyPart[] | Scope | Readonly<Record<string, Scope>>;

/**
 * Every table of `state`, with what its keys belong to. A write transaction for a charge point writes keys of
 * that one and of the machine, and no others: so it can be decided against the newest change of that charge
 * point alone, and what is known of a charge point can go to another machine.
 */
export const STATE_TABLES = {
  'charge-points': ['charge point'],
  sessions: ['charge point'],
  connectors: ['charge point', 'number'],
  'connector-doubts': ['charge point'],
  configuration: ['charge point', 'text'],
  'pending-configuration': ['charge point', 'text'],
  availability: ['charge point', 'number'],

  commands: ['charge point', 'number', 'text'],
  'commands-by-id': ['charge point', 'text'],
  'awaited-commands': ['charge point', 'text'],
  'referenced-calls': ['charge point'],
  jobs: ['charge point', 'text', 'number', 'text'],
  'open-jobs': ['charge point', 'text', 'number', 'text'],

  transactions: ['transaction'],
  'transactions-by-start': ['identity'],
  'transactions-by-stop': ['identity'],
  'transactions-by-time': ['number', 'transaction'],
  'transactions-by-charge-point': ['charge point', 'number', 'transaction'],
  'open-transactions-by-connector': ['charge point', 'number'],
  'open-transactions-by-tag': ['text', 'transaction'],
  'closed-transactions': ['number', 'transaction'],

  reservations: ['charge point', 'number'],
  'reservations-by-id': ['number', 'number', 'charge point'],
  'reservations-by-time': ['number', 'charge point'],
  'live-reservations': ['charge point', 'number'],
  'reservation-expiries': ['number', 'number', 'charge point'],
  'ended-reservations': ['number', 'number', 'charge point'],

  'charging-profiles': ['charge point', 'number', 'text', 'number', 'number'],
  'charging-profiles-of-transactions': ['charge point', 'number', 'number', 'number', 'number'],
  'reported-schedules': ['charge point', 'number'],
  'held-local-lists': ['charge point'],
  'local-list-pieces': ['charge point', 'number'],

  'given-keys': ['charge point'],
  'charge-point-security': ['charge point'],
  'certificate-requests': ['charge point', 'number'],
  'certificate-requests-by-seq': ['number', 'charge point'],
  'installed-certificates': ['charge point', 'text'],
  'shown-certificates': ['text', 'charge point'],
  'shown-certificates-by-charge-point': ['charge point', 'text'],

  outbox: 'machine',
  'outbox-meta': 'machine',
  'newest-changes': ['charge point'],
  'shared-fences': 'machine',
  schema: 'machine',
  meta: { 'transaction-ids': 'ids', installation: 'machine', starts: 'machine' },
} as const satisfies Record<string, KeysOf>;

export type StateTable = keyof typeof STATE_TABLES;

/** Every table of `directory`, with what its keys belong to. */
export const DIRECTORY_TABLES = {
  'charge-point-settings': 'directory',
  tokens: 'directory',
  'local-lists': 'directory',
  'local-list-heads': 'directory',
  'local-lists-by-scope': 'directory',
  'local-list-syncs': 'directory',
  'configuration-templates': 'directory',
  campaigns: 'directory',
  'campaign-targets': 'directory',
  'campaign-items': 'directory',

  sites: 'directory',
  'sites-by-connector': 'directory',
  'site-plans': 'directory',
  'charging-wishes': 'directory',
  'transaction-corrections': 'directory',

  users: 'directory',
  'users-by-identity': 'directory',
  'api-keys': 'directory',
  'console-sessions': 'directory',
  audit: 'directory',
  'saved-filters': 'directory',
  'saved-queries': 'directory',

  'alarm-rules': 'directory',
  alarms: 'directory',
  'alarms-ended': 'directory',
  'alarms-by-end': 'directory',
  'alarm-queue': 'directory',
  'alarm-notices': 'directory',
  'alarm-deliveries': 'directory',
  reports: 'directory',
  'report-progress': 'directory',

  certificates: 'directory',
  'certificates-by-serial': 'directory',
  'certificates-by-charge-point': 'directory',
  'certificates-by-expiry': 'directory',
  'closing-certificates': 'directory',
  'certificate-authorities': 'directory',
  'manufacturer-roots': 'directory',
  signings: 'directory',
  'signings-by-charge-point': 'directory',
  'signings-by-seq': 'directory',
  'open-signings': 'directory',
  'failed-signings': 'directory',

  schema: 'machine',
  meta: {
    audit: 'directory',
    'certificate-authorities': 'directory',
    changes: 'directory',
    'token-changes': 'directory',
    'request-ids': 'ids',
    'reservation-ids': 'ids',
    // In a cluster; a machine that is alone has it in `state`.
    'transaction-ids': 'ids',
    installation: 'machine',
  },
} as const satisfies Record<string, KeysOf>;

export type DirectoryTable = keyof typeof DIRECTORY_TABLES;
