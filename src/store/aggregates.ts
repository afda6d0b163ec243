import { type AlarmQueue, AlarmQueueTable } from './alarm-queue.ts';
import { type AlarmRules, AlarmRuleTable } from './alarm-rules.ts';
import { type Alarms, AlarmTable } from './alarms.ts';
import { type ApiKeys, ApiKeyTable } from './api-keys.ts';
import { AuditTable, type AuditTrail } from './audit-trail.ts';
import { type Availabilities, AvailabilityTable } from './availability.ts';
import { type Campaigns, CampaignTable } from './campaigns.ts';
import {
  type CertificateAuthorities,
  CertificateAuthorityTable,
  type SealingKeys,
  sealingOfAuthorities,
} from './certificate-authorities.ts';
import {
  type CertificateRequests,
  CertificateRequestTable,
  orderRequestsOfAll,
} from './certificate-requests.ts';
import { type Certificates, CertificateTable } from './certificates.ts';
import { type ChargePointSecurity, ChargePointSecurityTable } from './charge-point-security.ts';
import { type ChargePoints, ChargePointTable, type OfChargePoints } from './charge-points.ts';
import { type ChargingProfiles, ChargingProfileTable } from './charging-profiles.ts';
import { type Commands, CommandTable } from './commands.ts';
import { type Configurations, ConfigurationTable } from './configuration.ts';
import { ConfigurationTemplates } from './configuration-templates.ts';
import { type Connectors, ConnectorTable } from './connectors.ts';
import { type ConsoleSessions, ConsoleSessionTable } from './console-sessions.ts';
import type { DirectoryPath } from './directory-path.ts';
import { type GivenKeys, GivenKeyTable } from './given-keys.ts';
import { type HeldLists, HeldListTable } from './held-lists.ts';
import { type InstalledCertificateLists, InstalledCertificateTable } from './installed-certificates.ts';
import { type Jobs, JobTable } from './jobs.ts';
import { type Leases, LeaseTable } from './leases.ts';
import { type LocalLists, LocalListTable } from './local-lists.ts';
import { type ManufacturerRoots, ManufacturerRootTable } from './manufacturer-roots.ts';
import { forgetSharedSequence, type Outbox } from './outbox.ts';
import { type ReferencedCalls, ReferencedCallTable } from './referenced-calls.ts';
import { type ReportedSchedules, ReportedScheduleTable } from './reported-schedules.ts';
import { type Reports, ReportTable } from './reports.ts';
import { ReservationIdCounter, type ReservationIds } from './reservation-ids.ts';
import { keyReservationsByChargePoint } from './reservation-table.ts';
import { LmdbReservations, type Reservations } from './reservations.ts';
import { SavedFilters } from './saved-filters.ts';
import { SavedQueries } from './saved-queries.ts';
import type { Aggregate, Migration } from './schema-version.ts';
import { sealingWith } from './sealing.ts';
import { type Sessions, SessionTable } from './sessions.ts';
import { type SettingsOfChargePoints, SettingsTable } from './settings.ts';
import { noteWhoShowed, type ShownCertificates, ShownCertificateTable } from './shown-certificates.ts';
import { noteFailedSignings, type Signings, SigningTable } from './signings.ts';
import { type SitePlans, SitePlanTable } from './site-plans.ts';
import type { ChargingWish } from './site-record.ts';
import { type Sites, SiteTable } from './sites.ts';
import type { StatePath } from './state-path.ts';
import { type Tokens, TokenTable } from './tokens.ts';
import type { TransactionCorrection } from './transaction-corrections.ts';
import { forgetBlocks, type TransactionIds } from './transaction-ids.ts';
import { type TransactionNotes, TransactionNoteTable } from './transaction-notes.ts';
import { forgetInventedRegisters } from './transaction-registers.ts';
import { LmdbTransactions, type Transactions } from './transactions.ts';
import { type Users, UserTable } from './users.ts';

/** What tables are built on. */
export interface Ground {
  readonly directory: DirectoryPath;
  readonly state: StatePath;
  readonly transactionIds: TransactionIds;
  readonly outbox: Outbox;
  readonly pepper: Uint8Array;
  /** How long closed transactions stay, ms. */
  readonly transactionRetention: number;
  /** Absent: private keys of certificate authorities cannot be opened. */
  readonly sealingKeys: SealingKeys | undefined;
}

/** The tables that are open already. */
interface Opened {
  /** Those whose records go with their charge point; the later ones come, too. */
  readonly ofChargePoints: OfChargePoints[];
  /** Returns the table of a class that stands further up in the list. */
  the<Table>(type: new (...given: never[]) => Table): Table;
}

type Open<Table> = (ground: Ground, opened: Opened) => Table;

interface Entry<Table> extends Aggregate {
  readonly environment: 'directory' | 'state';
  readonly open: Open<Table>;
}

/** In `directory`, written by control: what operators provision. */
function provisioned<Table>(
  name: string,
  open: Open<Table>,
  migrations: readonly Migration[] = [],
): Entry<Table> {
  return { environment: 'directory', name, migrations, open };
}

/** In `state`, written by the edges: what the protocol learns. */
function learnt<Table>(name: string, open: Open<Table>, migrations: readonly Migration[] = []): Entry<Table> {
  return { environment: 'state', name, migrations, open };
}

/** In `state`, with records that belong to a charge point and are deleted with it. */
function learntOfChargePoint<Table>(
  name: string,
  open: Open<Table & OfChargePoints>,
  migrations: readonly Migration[] = [],
): Entry<Table> {
  return learnt(
    name,
    (ground, opened) => {
      const table = open(ground, opened);
      opened.ofChargePoints.push(table);
      return table;
    },
    migrations,
  );
}

/**
 * Every aggregate of the store by its name in `Store`. The name in quotes is that of its schema version: it
 * never changes. A table stands behind those that it needs.
 */
const AGGREGATES = {
  tokens: provisioned<Tokens>('tokens', ({ directory }) => new TokenTable(directory)),
  settings: provisioned<SettingsOfChargePoints>(
    'charge-point-settings',
    ({ directory }) => new SettingsTable(directory),
  ),
  // Since version 2 a key may be for some charge points only: a Farad that does not know that must not accept
  // it.
  apiKeys: provisioned<ApiKeys>('api-keys', ({ directory }) => new ApiKeyTable(directory), [() => undefined]),
  users: provisioned<Users>('users', ({ directory }) => new UserTable(directory)),
  consoleSessions: provisioned<ConsoleSessions>(
    'console-sessions',
    ({ directory }) => new ConsoleSessionTable(directory),
  ),
  audit: provisioned<AuditTrail>('audit', ({ directory }) => new AuditTable(directory)),
  reservationIds: provisioned<ReservationIds>(
    'reservation-ids',
    ({ directory }) => new ReservationIdCounter(directory),
  ),
  localLists: provisioned<LocalLists>('local-lists', ({ directory }) => new LocalListTable(directory)),
  sites: provisioned<Sites>('sites', ({ directory }) => new SiteTable(directory)),
  sitePlans: provisioned<SitePlans>('site-plans', ({ directory }) => new SitePlanTable(directory)),
  /** What drivers want. */
  chargingWishes: provisioned<TransactionNotes<ChargingWish>>(
    'charging-wishes',
    ({ directory }) => new TransactionNoteTable(directory, 'charging-wishes'),
  ),
  transactionCorrections: provisioned<TransactionNotes<TransactionCorrection>>(
    'transaction-corrections',
    ({ directory }) => new TransactionNoteTable(directory, 'transaction-corrections'),
  ),
  savedFilters: provisioned<SavedFilters>('saved-filters', ({ directory }) => new SavedFilters(directory)),
  savedQueries: provisioned<SavedQueries>('saved-queries', ({ directory }) => new SavedQueries(directory)),
  configurationTemplates: provisioned<ConfigurationTemplates>(
    'configuration-templates',
    ({ directory }) => new ConfigurationTemplates(directory),
  ),
  alarmRules: provisioned<AlarmRules>(
    'alarm-rules',
    ({ directory, pepper }) => new AlarmRuleTable(directory, sealingWith(pepper, 'secrets of alarm rules')),
  ),
  alarmQueue: provisioned<AlarmQueue>('alarm-queue', ({ directory }) => new AlarmQueueTable(directory)),
  alarms: provisioned<Alarms>(
    'alarms',
    ({ directory }, opened) => new AlarmTable(directory, opened.the(AlarmQueueTable)),
  ),
  reports: provisioned<Reports>(
    'reports',
    ({ directory, pepper }) => new ReportTable(directory, sealingWith(pepper, 'secrets of reports')),
  ),
  campaigns: provisioned<Campaigns>(
    'campaigns',
    ({ directory, pepper }) => new CampaignTable(directory, sealingWith(pepper, 'tasks of campaigns')),
    // Tasks with a secret are sealed since version 2; those that are not are read as they are.
    [() => undefined],
  ),
  certificates: provisioned<Certificates>('certificates', ({ directory }) => new CertificateTable(directory)),
  certificateAuthorities: provisioned<CertificateAuthorities>(
    'certificate-authorities',
    ({ directory, sealingKeys }) =>
      new CertificateAuthorityTable(directory, sealingOfAuthorities(sealingKeys)),
  ),
  manufacturerRoots: provisioned<ManufacturerRoots>(
    'manufacturer-roots',
    ({ directory }) => new ManufacturerRootTable(directory),
  ),
  signings: provisioned<Signings>(
    'signings',
    ({ directory }, opened) => new SigningTable(directory, opened.the(CertificateTable)),
    [noteFailedSignings],
  ),
  leases: provisioned<Leases>('leases', ({ directory }) => new LeaseTable(directory)),

  chargePoints: learnt<ChargePoints>(
    'charge-points',
    ({ state }, { ofChargePoints }) => new ChargePointTable(state, ofChargePoints),
  ),
  configurations: learntOfChargePoint<Configurations>(
    'configuration',
    ({ state }) => new ConfigurationTable(state),
  ),
  commands: learntOfChargePoint<Commands>('commands', ({ state }) => new CommandTable(state)),
  availabilities: learntOfChargePoint<Availabilities>(
    'availability',
    ({ state }) => new AvailabilityTable(state),
  ),
  reservations: learnt<Reservations>(
    'reservations',
    ({ state, outbox }) => new LmdbReservations(state, outbox),
    [keyReservationsByChargePoint],
  ),
  chargingProfiles: learntOfChargePoint<ChargingProfiles>(
    'charging-profiles',
    ({ state }) => new ChargingProfileTable(state),
  ),
  reportedSchedules: learntOfChargePoint<ReportedSchedules>(
    'reported-schedules',
    ({ state }) => new ReportedScheduleTable(state),
  ),
  connectors: learntOfChargePoint<Connectors>(
    'connectors',
    ({ state, outbox }) => new ConnectorTable(state, outbox),
    // Records have had layouts since version 2; those that carry the names of their members are read as they
    // are.
    [() => undefined],
  ),
  heldLists: learntOfChargePoint<HeldLists>('held-local-lists', ({ state }) => new HeldListTable(state)),
  jobs: learntOfChargePoint<Jobs>('jobs', ({ state }) => new JobTable(state)),
  referencedCalls: learntOfChargePoint<ReferencedCalls>(
    'referenced-calls',
    ({ state }) => new ReferencedCallTable(state),
  ),
  givenKeys: learntOfChargePoint<GivenKeys>('given-keys', ({ state }) => new GivenKeyTable(state)),
  certificateRequests: learntOfChargePoint<CertificateRequests>(
    'certificate-requests',
    ({ state }) => new CertificateRequestTable(state),
    [orderRequestsOfAll],
  ),
  installedCertificates: learntOfChargePoint<InstalledCertificateLists>(
    'installed-certificates',
    ({ state }) => new InstalledCertificateTable(state),
  ),
  security: learntOfChargePoint<ChargePointSecurity>(
    'charge-point-security',
    ({ state }) => new ChargePointSecurityTable(state),
  ),
  shownCertificates: learntOfChargePoint<ShownCertificates>(
    'shown-certificates',
    ({ state }) => new ShownCertificateTable(state),
    [noteWhoShowed],
  ),
  sessions: learnt<Sessions>(
    'sessions',
    ({ state }, opened) => new SessionTable(state, opened.the(ConnectorTable)),
  ),
  transactions: learnt<Transactions>(
    'transactions',
    ({ state, outbox, transactionIds, transactionRetention }, opened) =>
      new LmdbTransactions(state, outbox, {
        ids: transactionIds,
        retention: transactionRetention,
        reservations: opened.the(LmdbReservations),
        profiles: opened.the(ChargingProfileTable),
      }),
    // Version 2 as with connectors; since version 3 nothing stands for a register that could not be read;
    // since version 4 each process has its own lane of the outbox, since version 5 blocks of ids of its own.
    [() => undefined, forgetInventedRegisters, forgetSharedSequence, forgetBlocks],
  ),
};

type TableIn<Listed> = Listed extends Entry<infer Table> ? Table : never;

/** The table of each aggregate. */
export type Tables = { readonly [Name in keyof typeof AGGREGATES]: TableIn<(typeof AGGREGATES)[Name]> };

/** Returns the aggregates that lie in an environment. */
export function aggregatesIn(environment: 'directory' | 'state'): readonly Aggregate[] {
  return Object.values(AGGREGATES).filter((aggregate) => aggregate.environment === environment);
}

export function openTables(ground: Ground): Tables {
  const tables: Record<string, object> = {};
  const opened: Opened = {
    ofChargePoints: [],
    the<Table>(type: new (...given: never[]) => Table): Table {
      const table = Object.values(tables).find((one) => one instanceof type);
      if (table === undefined) throw new TypeError(`${type.name} stands further down in the list`);
      return table as Table;
    },
  };
  for (const [name, { open }] of Object.entries(AGGREGATES)) tables[name] = open(ground, opened);
  return tables as unknown as Tables;
}
