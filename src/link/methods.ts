import type { MetricFamily } from '../telemetry/metrics.ts';
import type { ClusterStatus, NodeRefusal, NodeThere, StreamCopied } from './cluster-status.ts';
import type { LinkErrorCode } from './link-error.ts';
import type { OcppEndpoint } from './messages.ts';

/**
 * Every call that one process of Farad makes to another: name, request and answer.
 * Answers are data, never streams; what may grow large is paged by its caller.
 */
export interface Methods {
  /** Edge: send a CALL to a charge point and wait for its answer (OCPP-J 1.6 §4.2). */
  'edge.call': { request: ChargePointCall; answer: CallOutcome };
  /**
   * Edge: close the charge point's socket, for example after its key was changed or it was deleted. `seq`, in
   * a cluster with `before`: where in the log its newest change stands once this edge has written all that it
   * has decided of it.
   */
  'edge.disconnect': { request: Disconnect; answer: { readonly closed: boolean; readonly seq?: number } };
  /**
   * Edge: end an open transaction whose stop has not come. Ask the edge that holds the charge point's socket;
   * without one, any.
   */
  'edge.closeTransaction': { request: TransactionEnd; answer: { readonly closed: boolean } };
  /**
   * Edge: what the last meter values of these charge points said, of those whose sockets it holds. At most 500.
   */
  'edge.meters': { request: { readonly chargePointIds: readonly string[] }; answer: ConnectorMeters };
  /**
   * Edge: when anything was last heard of a charge point whose socket it holds, epoch ms; null where it does
   * not.
   */
  'edge.seen': {
    request: { readonly chargePointId: string };
    answer: { readonly lastSeenAt: number | null };
  };
  /** Edge: write down that nobody signs what a charge point has asked for, as a security event. */
  'edge.signingRefused': {
    request: { readonly chargePointId: string; readonly problem: string };
    answer: Record<string, never>;
  };
  /** Edge: where charge points connect to it. */
  'edge.endpoints': { request: Record<string, never>; answer: readonly OcppEndpoint[] };
  /** Edge, control: read certificates and keys again. `problem` says why what was read before still holds. */
  'tls.reload': { request: Record<string, never>; answer: { readonly problem: string | null } };
  /**
   * Replica: a call to a process of another node, as the relay hands it over; the answer is what came of it
   * there.
   */
  'cluster.call': { request: ForeignCall; answer: ForeignAnswer };
  /**
   * Replica: which process of another node (`node/process`) holds a charge point's socket; null where none
   * says so at once.
   */
  'cluster.find': {
    request: { readonly chargePointId: string };
    answer: { readonly process: string | null };
  };
  /** Replica: the identity of the log that this node takes part in; null where it does not yet. */
  'cluster.identity': { request: Record<string, never>; answer: { readonly identity: string | null } };
  /** Replica: the other nodes that were heard of lately. */
  'cluster.nodes': { request: Record<string, never>; answer: { readonly nodes: readonly NodeThere[] } };
  /**
   * Edge: end the sessions of another node, which does not run; the answer is how many those were. May take
   * as long as that many changes do.
   */
  'edge.forgetNode': { request: { readonly node: string }; answer: { readonly sessions: number } };
  /** Replica: another node that is away is no longer remembered, on this node and on all that hear it. */
  'cluster.forget': { request: { readonly node: string }; answer: Record<string, never> };
  /** Replica: how the nodes are, and how far this node's copy of the log is. */
  'cluster.status': { request: Record<string, never>; answer: ClusterStatus };
  /**
   * Replica: how far this node's copy of each stream is, which an edge asks for once a second. It says why it
   * takes no charge points, if it does not.
   */
  'cluster.copy': {
    request: { readonly refuses: NodeRefusal | null };
    answer: { readonly streams: readonly StreamCopied[] };
  };
  /**
   * Replica, also of another node: lets the caller fetch a copy of what this node holds of the log, once and
   * soon.
   */
  'cluster.offerCopy': { request: { readonly identity: string }; answer: CopyOffer };
  /** Any process: its metrics now. */
  'metrics.read': { request: Record<string, never>; answer: MetricFamily[] };
  /** Any process: whether it can do its work, with the reasons if not. */
  'health.read': { request: Record<string, never>; answer: Health };
  /** Analytics: run one of the named queries. */
  'analytics.query': { request: AnalyticsQuery; answer: AnalyticsRows };
  /** Analytics: SQL that a person wrote; it can only read, and not everything. */
  'analytics.sql': { request: SqlQuestion; answer: SqlAnswer };
  /** Analytics: what the tables are made of that may be asked in SQL. */
  'analytics.schema': { request: Record<string, never>; answer: SchemaAnswer };
  /**
   * Analytics: the answer of a named query as a file, piece by piece: open it, ask for pieces until `done`,
   * or close it before.
   */
  'export.open': { request: ExportQuestion; answer: ExportOpened };
  'export.next': { request: { readonly id: string }; answer: ExportPiece };
  'export.close': { request: { readonly id: string }; answer: Record<string, never> };
  /**
   * Analytics: moves no more rows to ClickHouse, and copies the embedded one; until `backup.end`, or for ten
   * minutes. One at a time.
   */
  'backup.begin': { request: Record<string, never>; answer: BackupBegun };
  /**
   * Analytics: goes on. `held` is false where the time was over before, or the process has been started again
   * since.
   */
  'backup.end': { request: { readonly id: string }; answer: { readonly held: boolean } };
  /** Analytics: live events after `after` on the given topics, waiting up to `waitMs` for the first. */
  'events.read': { request: EventsRequest; answer: EventsPage };
}

export type Method = keyof Methods;

export interface ForeignCall {
  /** `node/process` */
  readonly to: string;
  /** `node/process` */
  readonly from: string;
  readonly method: string;
  readonly request: unknown;
  readonly deadlineMs: number;
}

export type ForeignAnswer =
  | { readonly ok: true; readonly answer: unknown }
  | { readonly ok: false; readonly code: LinkErrorCode; readonly message: string };

/** Where a copy can be fetched, and with what. */
export type CopyOffer =
  | {
      readonly ok: true;
      readonly host: string;
      readonly port: number;
      /** Names the copy; not secret. */
      readonly id: string;
      /** Secret, and good for one connection. */
      readonly token: Uint8Array;
    }
  | { readonly ok: false; readonly problem: string };

export interface ChargePointCall {
  readonly chargePointId: string;
  readonly action: string;
  /** The OCPP request payload exactly as it goes on the wire. */
  readonly payload: unknown;
  /** Overrides `ocpp.callTimeout`, ms. */
  readonly timeoutMs?: number;
  /**
   * What became of the call can be looked up under this, whatever happens to the caller; it is on record
   * before the CALL leaves.
   */
  readonly reference?: string;
}

/** What is said about the end of a transaction whose stop has not come. Times are epoch ms. */
export interface TransactionEnd {
  readonly transactionId: number;
  readonly cause: 'operator' | 'forgotten' | 'charge-point-deleted';
  /** Id of an API key; empty where Farad does it by itself. */
  readonly by: string;
  readonly at: number;
  readonly reason: string;
  readonly stoppedAt: number;
  /** Wh; null where nobody said. */
  readonly meterStop: number | null;
}

export interface Disconnect {
  readonly chargePointId: string;
  readonly reason: string;
  /**
   * Also removes what the protocol learned about the charge point (boot data, connectors); its transactions
   * stay, open ones are closed.
   */
  readonly forget?: boolean;
  /** Who wants it to be forgotten: id of an API key. */
  readonly by?: string;
  /** Only a socket whose session epoch is lower: what another edge says that holds a newer connection. */
  readonly before?: number;
}

/**
 * What became of a CALL. `result` and `error` are the charge point's own words; `error` is also what an
 * answer comes to that says which CALL it answers and cannot be read.
 */
export type CallOutcome =
  | {
      readonly outcome: 'result';
      readonly messageId: string;
      readonly payload: unknown;
      readonly durationMs: number;
    }
  | {
      readonly outcome: 'error';
      readonly messageId: string;
      readonly code: string;
      readonly description: string;
      readonly details: unknown;
      readonly durationMs: number;
    }
  /**
   * Not sent. `not_recorded`: the disk took no note of it; `security_profile_not_raised`: it would lower the
   * security profile of the charge point, or leave it; `security_prerequisites_missing`: control knows of
   * something that the profile lacks.
   */
  | {
      readonly outcome:
        | 'not_connected'
        | 'queue_full'
        | 'not_recorded'
        | 'security_profile_not_raised'
        | 'security_prerequisites_missing';
    }
  | { readonly outcome: 'registration_state'; readonly registration: string }
  /** Sent, and the socket closed before an answer: what the charge point did is unknown. */
  | { readonly outcome: 'connection_lost'; readonly messageId: string }
  /** `sent` is false where it waited for its turn until its time was over. */
  | { readonly outcome: 'timeout'; readonly messageId: string; readonly sent?: false };

/** What the last meter values of a connector said. */
export interface ConnectorMeter {
  readonly chargePointId: string;
  readonly connectorId: number;
  /** Time of the newest sample by the charge point's clock, epoch ms. */
  readonly at: number;
  /** Power.Active.Import over all phases, W. */
  readonly powerW?: number;
  /** Energy.Active.Import.Register over all phases, Wh. */
  readonly registerWh?: number;
}

export interface ConnectorMeters {
  readonly meters: readonly ConnectorMeter[];
}

export interface Health {
  /** Whether it does what charge points need of it. */
  readonly ready: boolean;
  /** One line each: why not. */
  readonly problems: readonly string[];
  /** What else cannot work now; charge points do without it. Absent where everything can. */
  readonly degraded?: readonly Degradation[];
  /** What stands still and may be cured by a new start of this process. */
  readonly restartFor?: string;
}

export interface Degradation {
  readonly name: string;
  /** Epoch ms. */
  readonly since: number;
  /** The cause as it is now. */
  readonly cause: string;
}

export interface AnalyticsQuery {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export type AnalyticsRows =
  | {
      readonly ok: true;
      readonly rows: readonly Record<string, unknown>[];
      /** Of energy: how many days of connectors changed and are not in it yet; absent where none did. */
      readonly pending?: number;
    }
  | {
      readonly ok: false;
      readonly code: 'bad_parameter' | 'time_limit' | 'engine_unavailable' | 'being_worked_out';
      readonly message: string;
    };

export type BackupBegun =
  | {
      readonly ok: true;
      readonly id: string;
      /** Directory with the copy; null where a server holds the tables. */
      readonly clickhouse: string | null;
      readonly database: string;
      /** Epoch ms. */
      readonly heldUntil: number;
    }
  | { readonly ok: false; readonly code: 'engine_unavailable' | 'backup_running'; readonly message: string };

/** A table that may be asked in SQL. */
export interface SchemaTable {
  readonly name: string;
  readonly comment: string;
  /** Null where ClickHouse does not tell. */
  readonly rows: number | null;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly comment: string;
    /** Rows are sorted by it, among others. */
    readonly key: boolean;
  }[];
}

export type SchemaAnswer =
  | { readonly ok: true; readonly tables: readonly SchemaTable[] }
  | Extract<SqlAnswer, { ok: false }>;

export interface SqlQuestion {
  readonly sql: string;
  /** Most rows of the answer. */
  readonly limit: number;
}

export type SqlAnswer =
  | {
      readonly ok: true;
      readonly columns: readonly { readonly name: string; readonly type: string }[];
      readonly rows: readonly (readonly unknown[])[];
      /** There were more rows. */
      readonly truncated: boolean;
    }
  | {
      readonly ok: false;
      readonly code: 'bad_statement' | 'time_limit' | 'engine_unavailable';
      readonly message: string;
    };

export type ExportFormat = 'csv' | 'ndjson' | 'parquet';

export interface ExportQuestion extends AnalyticsQuery {
  readonly format: ExportFormat;
}

export interface ExportPiece {
  readonly bytes: Uint8Array;
  /** True: there is nothing after this, and the export is forgotten. */
  readonly done: boolean;
}

export type ExportOpened =
  | { readonly ok: true; readonly id: string; readonly piece: ExportPiece }
  | Extract<AnalyticsRows, { ok: false }>;

/** `alarms` comes from control itself. */
export type Topic = 'status' | 'transactions' | 'connections' | 'authorizations' | 'security' | 'alarms';

export interface EventsRequest {
  /** Id of the last event that the reader has; absent for only new ones. */
  readonly after?: string;
  readonly topics: readonly Topic[];
  readonly chargePointId?: string;
  readonly limit: number;
  readonly waitMs: number;
}

export interface LiveEvent {
  /** Rises with each event; a reader resumes after it. Empty: nothing can be resumed after it. */
  readonly id: string;
  readonly topic: Topic;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface EventsPage {
  readonly events: readonly LiveEvent[];
  /** Where to go on, also when `events` is empty. */
  readonly cursor: string;
  /** True when events between `after` and the first one here are gone (bounded, oldest dropped first). */
  readonly missed: boolean;
}
