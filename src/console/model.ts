import type * as api from './generated/api.ts';

/**
 * What the API returns, as its description has it (`npm run generate` writes that down); here is only what
 * the description leaves open. Times are RFC 3339.
 */
export type {
  Alarm,
  AlarmRule,
  AlarmTest,
  AnalyticsSchema,
  ApiKey,
  AuditEntry,
  CampaignResult,
  CertificateAuthorities,
  CertificateAuthority,
  CertificateRequest,
  ChargePoint,
  ChargePointClusters,
  ChargePointSecurity,
  ChargePointSettings,
  Cluster,
  ConfigurationDrift,
  ConfigurationKey,
  ConfigurationTemplate,
  Connector,
  ConsoleSession,
  FleetSecurity,
  KeyDrift,
  LocalListHead,
  LogInMethods,
  LogOut,
  Overview,
  Report,
  Reservation,
  SavedFilter,
  SavedQuery,
  Session,
  Token,
  Transaction,
  TransactionEnergyCurve,
  User,
  UserWithPassword,
} from './generated/api.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
  readonly total?: number;
}

export interface Rows<Row> {
  readonly rows: readonly Row[];
  /** Where the answer comes in pages: cursor of the next one, null after the last. */
  readonly next?: string | null;
}

type RowOf<Answer extends Rows<unknown>> = Answer['rows'][number];

export type MeterSample = Pick<
  RowOf<api.MeterSampleRows>,
  'connectorId' | 'transactionId' | 'measurand' | 'phase' | 'location' | 'unit' | 'time' | 'value'
>;
/** Of one charge point. */
export type Message = Omit<RowOf<api.MessageRows>, 'chargePointId'>;
/** What a connection of a charge point went through. */
export type ConnectionEvent = Omit<RowOf<api.ConnectionRows>, 'chargePointId'>;
export type SecurityEvent = RowOf<api.SecurityEventRows>;

/** Rows of the reports. */
export type AnswerTimeRow = RowOf<api.AnswerTimeRows>;
export type EnergyRow = RowOf<api.EnergyRows>;
export type ErrorRow = RowOf<api.ErrorRows>;
export type FailedAuthorizationRow = RowOf<api.FailedAuthorizationRows>;
export type FaultRow = RowOf<api.FaultRows>;
export type IdleRow = RowOf<api.IdleRows>;
/** Of a charge point, which has its power by connector. */
export type PowerRow = Required<Omit<RowOf<api.PowerRows>, 'connectors' | 'perPhaseA'>>;
export type SessionRow = RowOf<api.SessionRows>;
export type StorageRow = RowOf<api.StorageRows>;
export type TransactionHistoryRow = RowOf<api.TransactionHistoryRows>;
export type UptimeRow = RowOf<api.UptimeRows>;
export type UtilisationRow = RowOf<api.UtilisationRows>;

export type Place = NonNullable<api.ChargePointSettings['place']>;

/** What speaks for it that an open transaction has ended. */
export type Suspicion = api.Transaction['suspicions'][number];

/** How much a transaction had got by then. */
export type EnergyPoint = api.TransactionEnergyCurve['points'][number];

export type History = NonNullable<api.Overview['history']>;
export type LineName = keyof History['lines'];

/** What a campaign does at each charge point, as the API has it. */
export interface CampaignTask {
  readonly action?: string;
  readonly payload?: unknown;
  readonly localList?: string;
  readonly security?: string;
  readonly profile?: number;
  readonly template?: string;
}

/** The same task at many charge points, and how far it is. */
export interface Campaign extends api.Campaign {
  readonly task: CampaignTask & api.Campaign['task'];
}

/** Charge points of a campaign by what has become of them. */
export type Counts = api.Campaign['counts'];

export type Role = api.Session['role'];

/** The part of the charge points that somebody may see. */
export type Scope = NonNullable<api.Session['scope']>;

/** A client certificate of a charge point. */
export type OwnCertificate = api.ChargePointSecurity['certificates'][number];
