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
 * - `main`: what operators provision; control alone writes it.
 * - `lease.…`: which process of a cluster does something that one does at a time.
 */
export type Scope = 'machine' | 'ids' | 'main' | `lease.${string}`;

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

/**
 * Every table of `directory`, with what its keys belong to. A write transaction writes keys of one scope
 * alone, so that it can be decided against the newest change of that.
 */
export const DIRECTORY_TABLES = {
  'charge-point-settings': 'main',
  tokens: 'main',
  'local-lists': 'main',
  'local-list-heads': 'main',
  'local-lists-by-scope': 'main',
  'local-list-syncs': 'main',
  'configuration-templates': 'main',
  campaigns: 'main',
  'campaign-targets': 'main',
  'campaign-items': 'main',

  sites: 'main',
  'sites-by-connector': 'main',
  'site-plans': 'main',
  'charging-wishes': 'main',
  'transaction-corrections': 'main',

  users: 'main',
  'users-by-identity': 'main',
  'api-keys': 'main',
  'console-sessions': 'main',
  audit: 'main',
  'saved-filters': 'main',
  'saved-queries': 'main',

  'alarm-rules': 'main',
  alarms: 'main',
  'alarms-ended': 'main',
  'alarms-by-end': 'main',
  'alarm-queue': 'main',
  'alarm-notices': 'main',
  'alarm-deliveries': 'main',
  reports: 'main',
  'report-progress': 'main',

  certificates: 'main',
  'certificates-by-serial': 'main',
  'certificates-by-charge-point': 'main',
  'certificates-by-expiry': 'main',
  'closing-certificates': 'main',
  'certificate-authorities': 'main',
  'manufacturer-roots': 'main',
  signings: 'main',
  'signings-by-charge-point': 'main',
  'signings-by-seq': 'main',
  'open-signings': 'main',
  'failed-signings': 'main',

  leases: { operations: 'lease.operations' },
  'newest-changes': 'machine',
  schema: 'machine',
  meta: {
    audit: 'main',
    'certificate-authorities': 'main',
    changes: 'main',
    'token-changes': 'main',
    'api-key-changes': 'main',
    'request-ids': 'ids',
    'reservation-ids': 'ids',
    // In a cluster; a machine that is alone has it in `state`.
    'transaction-ids': 'ids',
    installation: 'machine',
  },
} as const satisfies Record<string, KeysOf>;

export type DirectoryTable = keyof typeof DIRECTORY_TABLES;

/** Tables whose keys are all of the scope `main`. */
export type MainTable = {
  [Name in DirectoryTable]: (typeof DIRECTORY_TABLES)[Name] extends 'main' ? Name : never;
}[DirectoryTable];

/** Counters in `meta` of `directory`. */
export type DirectoryCounter = Exclude<keyof (typeof DIRECTORY_TABLES)['meta'], 'installation'>;

/** What one process of a cluster does at a time. */
export type LeaseName = keyof (typeof DIRECTORY_TABLES)['leases'];
