import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DISK_RESERVE } from '../journal/disk-space.ts';
import { Environment } from '../journal/environment.ts';
import { LaneQueue } from '../journal/lane-queue.ts';
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
import { type CertificateRequests, CertificateRequestTable } from './certificate-requests.ts';
import { type Certificates, CertificateTable } from './certificates.ts';
import { type ChargePointKeys, keysWith, loadPepper } from './charge-point-key.ts';
import { type ChargePointSecurity, ChargePointSecurityTable } from './charge-point-security.ts';
import { type ChargePoints, ChargePointTable } from './charge-points.ts';
import { type ChargingProfiles, ChargingProfileTable } from './charging-profiles.ts';
import { type Commands, CommandTable } from './commands.ts';
import { type Configurations, ConfigurationTable } from './configuration.ts';
import { type Connectors, ConnectorTable } from './connectors.ts';
import { type ConsoleSessions, ConsoleSessionTable } from './console-sessions.ts';
import { type GivenKeys, GivenKeyTable } from './given-keys.ts';
import { type HeldLists, HeldListTable } from './held-lists.ts';
import { type InstalledCertificateLists, InstalledCertificateTable } from './installed-certificates.ts';
import { type Jobs, JobTable } from './jobs.ts';
import { type LocalLists, LocalListTable } from './local-lists.ts';
import { type ManufacturerRoots, ManufacturerRootTable } from './manufacturer-roots.ts';
import { type ReferencedCalls, ReferencedCallTable } from './referenced-calls.ts';
import { type ReportedSchedules, ReportedScheduleTable } from './reported-schedules.ts';
import { RequestIdCounter, type RequestIds } from './request-ids.ts';
import { ReservationIdCounter, type ReservationIds } from './reservation-ids.ts';
import { LmdbReservations, type Reservations } from './reservations.ts';
import { type Aggregate, bringUpToDate } from './schema-version.ts';
import { sealingWith } from './sealing.ts';
import { type Sessions, SessionTable } from './sessions.ts';
import { type SettingsOfChargePoints, SettingsTable } from './settings.ts';
import { type ShownCertificates, ShownCertificateTable } from './shown-certificates.ts';
import { noteFailedSignings, type Signings, SigningTable } from './signings.ts';
import { type SitePlans, SitePlanTable } from './site-plans.ts';
import type { ChargingWish } from './site-record.ts';
import { type Sites, SiteTable } from './sites.ts';
import { type Tokens, TokenTable } from './tokens.ts';
import type { TransactionCorrection } from './transaction-corrections.ts';
import { TransactionIdMark } from './transaction-id-mark.ts';
import { TransactionIds } from './transaction-ids.ts';
import { type TransactionNotes, TransactionNoteTable } from './transaction-notes.ts';
import { forgetInventedRegisters } from './transaction-registers.ts';
import { LmdbTransactions, type Transactions } from './transactions.ts';
import { WritePath } from './write-path.ts';

export { CommitError } from '../journal/durable.ts';
export { NewerDataError } from '../journal/format.ts';
export type { ApiKeys } from './api-keys.ts';
export type { AuditTrail } from './audit-trail.ts';
export type { Availabilities } from './availability.ts';
export type { Campaigns } from './campaigns.ts';
export type { CertificateAuthorities } from './certificate-authorities.ts';
export type { CertificateRequests } from './certificate-requests.ts';
export type { Certificates } from './certificates.ts';
export type { ChargePointSecurity } from './charge-point-security.ts';
export type { ChargePoints } from './charge-points.ts';
export type { ChargingProfiles } from './charging-profiles.ts';
export type { Commands } from './commands.ts';
export type { Configurations } from './configuration.ts';
export type { Connectors } from './connectors.ts';
export type { ConsoleSessions } from './console-sessions.ts';
export type { GivenKeys } from './given-keys.ts';
export type { HeldLists } from './held-lists.ts';
export type { InstalledCertificateLists } from './installed-certificates.ts';
export type { Jobs } from './jobs.ts';
export type { ListOptions, Page } from './listing.ts';
export type { LocalLists } from './local-lists.ts';
export type { ManufacturerRoots } from './manufacturer-roots.ts';
export type { ReferencedCalls } from './referenced-calls.ts';
export type { ReportedSchedules } from './reported-schedules.ts';
export type { ReservationIds } from './reservation-ids.ts';
export type { Reservations } from './reservations.ts';
export type { Sessions } from './sessions.ts';
export type { SettingsOfChargePoints } from './settings.ts';
export type { Signings } from './signings.ts';
export type { SitePlans } from './site-plans.ts';
export type { Sites } from './sites.ts';
export type { Tokens } from './tokens.ts';
export type { TransactionNotes } from './transaction-notes.ts';
export type { Transactions } from './transactions.ts';

/**
 * Longest charge point identity in UTF-8 bytes; longer ones are refused at the handshake because they are
 * parts of keys.
 */
export const MAX_CHARGE_POINT_ID_BYTES = 255;

const DAY_MS = 24 * 3_600_000;

export interface StoreOptions {
  readonly dataDir: string;
  /**
   * Which environments this process may change: edge and analytics `state`, control `directory`, setup both.
   */
  readonly role: 'edge' | 'control' | 'analytics' | 'setup';
  /** Name of the edge: whose block of transactionIds to take from. Default: the role. */
  readonly owner?: string;
  /** How long closed transactions stay (`transactions.retention`), ms. Default 30 days. */
  readonly transactionRetention?: number;
  /** Bytes of the disk that are left free. Default 64 MiB. */
  readonly diskReserve?: number;
  /**
   * What private keys of certificate authorities are sealed with (`security.sealingKeyFile`), and what they
   * were sealed with before; absent: they cannot be opened.
   */
  readonly sealingKeys?: SealingKeys;
}

/** Operational state of the installation: reads are synchronous, writes resolve once they are on the disk. */
export interface Store {
  readonly tokens: Tokens;
  readonly settings: SettingsOfChargePoints;
  readonly chargePoints: ChargePoints;
  readonly connectors: Connectors;
  readonly configurations: Configurations;
  readonly availabilities: Availabilities;
  readonly commands: Commands;
  readonly chargingProfiles: ChargingProfiles;
  readonly reportedSchedules: ReportedSchedules;
  readonly reservations: Reservations;
  readonly reservationIds: ReservationIds;
  readonly jobs: Jobs;
  readonly heldLists: HeldLists;
  readonly referencedCalls: ReferencedCalls;
  readonly givenKeys: GivenKeys;
  readonly certificateRequests: CertificateRequests;
  readonly installedCertificates: InstalledCertificateLists;
  readonly certificates: Certificates;
  readonly shownCertificates: ShownCertificates;
  readonly certificateAuthorities: CertificateAuthorities;
  readonly manufacturerRoots: ManufacturerRoots;
  readonly signings: Signings;
  readonly security: ChargePointSecurity;
  readonly localLists: LocalLists;
  readonly sites: Sites;
  readonly sitePlans: SitePlans;
  /** What drivers want. */
  readonly chargingWishes: TransactionNotes<ChargingWish>;
  readonly campaigns: Campaigns;
  readonly transactionCorrections: TransactionNotes<TransactionCorrection>;
  readonly requestIds: RequestIds;
  readonly transactions: Transactions;
  readonly sessions: Sessions;
  /** Rows that were added with a change of state; the sink reads and removes them. */
  readonly outbox: LaneQueue;
  readonly apiKeys: ApiKeys;
  readonly consoleSessions: ConsoleSessions;
  readonly audit: AuditTrail;
  readonly keys: ChargePointKeys;
  /**
   * Reads that follow see all that other processes have written until now; otherwise a read may be as old as
   * the first one of this turn.
   */
  refresh(): void;
  /** Waits for the writes under way. */
  close(): Promise<void>;
}

/** What lies in `directory`, written by control: what operators provision. */
export const DIRECTORY: readonly Aggregate[] = [
  { name: 'tokens', migrations: [] },
  { name: 'charge-point-settings', migrations: [] },
  { name: 'api-keys', migrations: [] },
  { name: 'console-sessions', migrations: [] },
  { name: 'audit', migrations: [] },
  { name: 'reservation-ids', migrations: [] },
  { name: 'local-lists', migrations: [] },
  { name: 'sites', migrations: [] },
  { name: 'site-plans', migrations: [] },
  { name: 'charging-wishes', migrations: [] },
  { name: 'transaction-corrections', migrations: [] },
  // Tasks with a secret are sealed since version 2; those that are not are read as they are.
  { name: 'campaigns', migrations: [() => undefined] },
  { name: 'certificates', migrations: [] },
  { name: 'certificate-authorities', migrations: [] },
  { name: 'manufacturer-roots', migrations: [] },
  { name: 'signings', migrations: [noteFailedSignings] },
];

/** What lies in `state`, written by the edges: what the protocol learns. */
export const STATE: readonly Aggregate[] = [
  { name: 'charge-points', migrations: [] },
  { name: 'configuration', migrations: [] },
  { name: 'commands', migrations: [] },
  { name: 'availability', migrations: [] },
  { name: 'reservations', migrations: [] },
  { name: 'charging-profiles', migrations: [] },
  { name: 'reported-schedules', migrations: [] },
  // Records have had layouts since version 2; those that carry the names of their members are read as they
  // are.
  { name: 'connectors', migrations: [() => undefined] },
  { name: 'held-local-lists', migrations: [] },
  { name: 'jobs', migrations: [] },
  { name: 'referenced-calls', migrations: [] },
  { name: 'given-keys', migrations: [] },
  { name: 'certificate-requests', migrations: [] },
  { name: 'installed-certificates', migrations: [] },
  { name: 'charge-point-security', migrations: [] },
  { name: 'shown-certificates', migrations: [] },
  { name: 'sessions', migrations: [] },
  // Version 2 as with connectors; since version 3 nothing stands for a register that could not be read.
  { name: 'transactions', migrations: [() => undefined, forgetInventedRegisters] },
];

/**
 * Opens the store of a data directory, creating or migrating it where needed. Any number of processes may
 * have it open. Throws NewerDataError where a newer Farad wrote it.
 */
export function openStore({
  dataDir,
  role,
  owner = role,
  transactionRetention = 30 * DAY_MS,
  diskReserve = DISK_RESERVE,
  sealingKeys,
}: StoreOptions): Store {
  mkdirSync(dataDir, { recursive: true });
  // Before the databases: where those are and it is not, it was lost.
  const pepper = loadPepper(dataDir);
  const directory = openEnvironment(join(dataDir, 'directory'), DIRECTORY, diskReserve);
  const state = openEnvironment(join(dataDir, 'state'), STATE, diskReserve);
  const toDirectory = new WritePath(directory, 'directory', role === 'control' || role === 'setup');
  const toState = new WritePath(state, 'state', role !== 'control');
  const outbox = new LaneQueue(state, 'outbox');
  const connectors = new ConnectorTable(toState, outbox);
  const configurations = new ConfigurationTable(toState);
  const availabilities = new AvailabilityTable(toState);
  const commands = new CommandTable(toState);
  const chargingProfiles = new ChargingProfileTable(toState);
  const reservations = new LmdbReservations(toState, outbox);
  const reportedSchedules = new ReportedScheduleTable(toState);
  const jobs = new JobTable(toState);
  const heldLists = new HeldListTable(toState);
  const referencedCalls = new ReferencedCallTable(toState);
  const givenKeys = new GivenKeyTable(toState);
  const certificateRequests = new CertificateRequestTable(toState);
  const installedCertificates = new InstalledCertificateTable(toState);
  const certificates = new CertificateTable(toDirectory);
  const security = new ChargePointSecurityTable(toState);
  const shownCertificates = new ShownCertificateTable(toState);
  return {
    tokens: new TokenTable(toDirectory),
    settings: new SettingsTable(toDirectory),
    chargePoints: new ChargePointTable(toState, [
      connectors,
      configurations,
      availabilities,
      commands,
      chargingProfiles,
      reportedSchedules,
      jobs,
      heldLists,
      referencedCalls,
      givenKeys,
      certificateRequests,
      installedCertificates,
      security,
      shownCertificates,
    ]),
    connectors,
    configurations,
    availabilities,
    commands,
    chargingProfiles,
    reportedSchedules,
    reservations,
    reservationIds: new ReservationIdCounter(toDirectory),
    jobs,
    heldLists,
    referencedCalls,
    givenKeys,
    certificateRequests,
    installedCertificates,
    certificates,
    shownCertificates,
    certificateAuthorities: new CertificateAuthorityTable(toDirectory, sealingOfAuthorities(sealingKeys)),
    manufacturerRoots: new ManufacturerRootTable(toDirectory),
    signings: new SigningTable(toDirectory, certificates),
    security,
    localLists: new LocalListTable(toDirectory),
    sites: new SiteTable(toDirectory),
    sitePlans: new SitePlanTable(toDirectory),
    chargingWishes: new TransactionNoteTable<ChargingWish>(toDirectory, 'charging-wishes'),
    transactionCorrections: new TransactionNoteTable<TransactionCorrection>(
      toDirectory,
      'transaction-corrections',
    ),
    campaigns: new CampaignTable(toDirectory, sealingWith(pepper, 'tasks of campaigns')),
    requestIds: new RequestIdCounter(toDirectory),
    transactions: new LmdbTransactions(toState, outbox, {
      ids: new TransactionIds(toState, owner, new TransactionIdMark(dataDir)),
      retention: transactionRetention,
      reservations,
      profiles: chargingProfiles,
    }),
    sessions: new SessionTable(toState, connectors),
    outbox,
    apiKeys: new ApiKeyTable(toDirectory),
    consoleSessions: new ConsoleSessionTable(toDirectory),
    audit: new AuditTable(toDirectory),
    keys: keysWith(pepper),
    refresh() {
      directory.endRead();
      state.endRead();
    },
    async close() {
      await Promise.all([directory.close(), state.close()]);
    },
  };
}

function openEnvironment(path: string, aggregates: readonly Aggregate[], diskReserve: number): Environment {
  const environment = new Environment(path, { diskReserve });
  bringUpToDate(environment, environment.path, aggregates);
  return environment;
}
