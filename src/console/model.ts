import type { CampaignTask } from './campaign-task.ts';

/** What the API returns, as far as the console looks at it. Times are RFC 3339. */
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

export interface Connector {
  readonly connectorId: number;
  readonly status: string;
  readonly errorCode: string;
  readonly info: string;
  readonly vendorErrorCode: string;
  readonly since: string;
  readonly mayBeOutdated: boolean;
}

export interface ChargePoint {
  readonly id: string;
  readonly connected: boolean;
  readonly connection: {
    readonly edge: string;
    readonly connectedAt: string;
    readonly remoteAddress: string;
  } | null;
  readonly registration: string | null;
  readonly firstSeenAt: string | null;
  readonly bootedAt: string | null;
  readonly lastSeenAt: string | null;
  readonly lastAnsweredAt: string | null;
  readonly boot: Readonly<Record<string, string>> | null;
  readonly firmwareStatus: string | null;
  readonly diagnosticsStatus: string | null;
  readonly connectors: readonly Connector[];
  readonly keyState: 'none' | 'held' | 'changing';
  readonly security: {
    readonly profile: number | null;
    readonly pending: boolean;
    readonly certificateExpiresAt: string | null;
  };
  readonly settings: ChargePointSettings | null;
}

export interface Place {
  readonly address: string | null;
  readonly bay: string | null;
  /** Degrees. */
  readonly coordinates: { readonly latitude: number; readonly longitude: number } | null;
}

export interface ChargePointSettings {
  readonly displayName: string | null;
  readonly place: Place | null;
  readonly tags: readonly string[];
  /** Rises with each change. */
  readonly version: number;
  readonly registration: string | null;
  readonly reader: string | null;
  readonly pingInterval: number | null;
  readonly group: string | null;
  readonly note: string | null;
}

export interface Transaction {
  readonly transactionId: number;
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly idTag: string;
  readonly parentIdTag: string | null;
  readonly authorization: string;
  readonly reservationId: number | null;
  readonly startedAt: string;
  readonly meterStart: number | null;
  readonly stoppedAt: string | null;
  readonly meterStop: number | null;
  readonly energyWh: number | null;
  readonly energySource: 'registers' | 'readings' | 'none';
  readonly energyReason: string | null;
  readonly energyFlags: readonly string[];
  readonly correctedEnergyWh: number | null;
  readonly correction: {
    readonly energyWh: number | null;
    readonly meterStart: number | null;
    readonly meterStop: number | null;
    readonly note: string;
    readonly by: string;
    readonly at: string;
  } | null;
  readonly closure: {
    readonly cause: 'operator' | 'forgotten' | 'charge-point-deleted';
    readonly by: string;
    readonly at: string;
    readonly reason: string;
    readonly stoppedAt: string;
    readonly meterStop: number | null;
  } | null;
  readonly suspicions: readonly Suspicion[];
  readonly stopIdTag: string | null;
  readonly stopReason: string | null;
  readonly state: string;
  readonly flags: readonly string[];
}

/** What speaks for it that an open transaction has ended. */
export interface Suspicion {
  readonly reason: 'silent' | 'connector-available' | 'charge-point-gone';
  readonly since: string | null;
}

/** How much a transaction had got by then. */
export interface EnergyPoint {
  readonly time: string;
  /** Wh since its begin; it never falls. */
  readonly energyWh: number;
}

export interface EnergyCurve {
  readonly points: readonly EnergyPoint[];
}

export interface Token {
  readonly idTag: string;
  readonly status: string;
  readonly parentIdTag: string | null;
  readonly expiryDate: string | null;
  readonly note: string | null;
  readonly maxConcurrent: number | null;
  readonly version: number;
}

export interface MeterSample {
  readonly connectorId: number;
  readonly transactionId: number | null;
  readonly measurand: string;
  readonly phase: string;
  readonly location: string;
  readonly unit: string;
  readonly time: string;
  readonly value: number | null;
}

export interface Message {
  readonly direction: 'in' | 'out';
  readonly type: 'CALL' | 'CALLRESULT' | 'CALLERROR' | 'unreadable';
  readonly messageId: string;
  readonly action: string;
  readonly errorCode: string;
  readonly payload: string;
  readonly receivedAt: string;
}

/** What a connection of a charge point went through. */
export interface ConnectionEvent {
  readonly event: 'opened' | 'closed' | 'refused';
  /** The same for what opened and what closed; 0 for a refusal. */
  readonly epoch: number;
  readonly remoteAddress: string;
  /** Close code, or HTTP status of a refusal. */
  readonly code: number | null;
  readonly reason: string;
  readonly durationMs: number | null;
  readonly receivedAt: string;
}

export interface Overview {
  readonly at: string;
  readonly countedAt: string;
  readonly ocppPort: number | null;
  readonly ocppPath: string;
  readonly chargePoints: number;
  readonly sockets: number;
  readonly neverBooted: number;
  readonly charging: number;
  readonly faulted: number;
  readonly connectors: Readonly<Record<string, number>>;
  readonly offlineConnectors: number;
  readonly powerW: number;
  readonly framesPerSecond: number | null;
  readonly samplesPerSecond: number | null;
  readonly authorizeP99Seconds: number | null;
  readonly journalAgeSeconds: number;
  readonly journalEntries: number;
  readonly away: readonly string[];
  readonly history?: History;
}

export type LineName =
  | 'sockets'
  | 'charging'
  | 'faulted'
  | 'powerW'
  | 'framesPerSecond'
  | 'samplesPerSecond'
  | 'authorizeP99Seconds'
  | 'journalAgeSeconds';

export interface History {
  readonly at: readonly number[];
  readonly lines: Readonly<Record<LineName, readonly (number | null)[]>>;
}

/** The same task at many charge points, and how far it is. */
export interface Campaign {
  readonly id: string;
  readonly name: string;
  readonly task: CampaignTask;
  readonly targets: Readonly<Record<string, unknown>>;
  readonly atOnce: number;
  readonly startAt: string;
  readonly endAt: string | null;
  readonly stopAfterFailed: number | null;
  readonly state: string;
  readonly endReason: string | null;
  readonly counts: Counts;
}

/** Charge points of a campaign by what has become of them. */
export type Counts = Readonly<
  Record<'pending' | 'asking' | 'running' | 'succeeded' | 'failed' | 'unknown' | 'total', number>
>;

export type Role = 'viewer' | 'operator' | 'admin';

/** Who is logged in. */
export interface Session {
  readonly id: string;
  readonly role: Role;
  /** RFC 3339; null with a key. */
  readonly expiresAt: string | null;
  /** Of the fleet; null where none is set. */
  readonly timezone: string | null;
}
