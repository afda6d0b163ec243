import type { LaneQueue } from '../journal/lane-queue.ts';
import type { ConnectorStatusRow } from '../records/connector-status.ts';
import type { ChargePointChange, ChargePointRecord } from './charge-point-record.ts';
import type { ChargePointSettings, ChargePointSettingsInput } from './charge-point-settings.ts';
import type { ConnectorRecord } from './connector-record.ts';
import type { SessionRecord } from './session-record.ts';
import type { Token, TokenInput } from './token.ts';
import type {
  StartInput,
  StartOutcome,
  StopInput,
  StopOutcome,
  TransactionFilter,
  TransactionPage,
  TransactionRecord,
} from './transaction-record.ts';

/** Longest charge point identity in UTF-8 bytes; longer ones are refused at the handshake because they are parts of keys. */
export const MAX_CHARGE_POINT_ID_BYTES = 255;

export interface StoreOptions {
  readonly dataDir: string;
  /** Which environments this process may change: edge and analytics `state`, control `directory`, setup both. */
  readonly role: 'edge' | 'control' | 'analytics' | 'setup';
  /** Name of the edge: its block of transaction ids. Default: the role. */
  readonly owner?: string;
  /** How long closed transactions stay (`transactions.retention`), ms. Default 30 days. */
  readonly transactionRetention?: number;
}

/** A page of a listing in key order. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Give it as `after` to go on; absent at the end. A page may be short and yet have a `next`: work per call is bounded. */
  readonly next?: string;
}

export interface ListOptions {
  /** `next` of the page before. */
  readonly after?: string;
  readonly limit: number;
  /** Only keys that begin with this. */
  readonly prefix?: string;
  /** Only those that contain this, without case. */
  readonly search?: string;
}

/** In `directory`. */
export interface Tokens {
  /** One read. Any spelling. */
  get(idTag: string): Token | undefined;
  put(token: TokenInput): Promise<Token>;
  /** False where there was none. */
  remove(idTag: string): Promise<boolean>;
  /** In write transactions of at most 500; answers how many were stored. */
  importMany(tokens: Iterable<TokenInput> | AsyncIterable<TokenInput>): Promise<number>;
  /** In the order of the folded idTag. */
  list(options: ListOptions): Page<Token>;
  count(): number;
}

/** In `directory`. */
export interface SettingsOfChargePoints {
  get(id: string): ChargePointSettings | undefined;
  put(settings: ChargePointSettingsInput): Promise<ChargePointSettings>;
  remove(id: string): Promise<boolean>;
  list(options: ListOptions): Page<ChargePointSettings>;
}

/** In `state`. */
export interface ChargePoints {
  get(id: string): ChargePointRecord | undefined;
  /** Finds or creates it; `full` where it is unknown and there are `max` already. */
  register(id: string, now: number, max: number): Promise<ChargePointRecord | 'full'>;
  /** Changes it, creating it where it is unknown; answers the new record. */
  update(id: string, change: ChargePointChange, now: number): Promise<ChargePointRecord>;
  /** Notes signs of life, epoch ms, of many at once; unknown ones are left out. */
  seen(lastSeenAt: ReadonlyMap<string, number>): Promise<void>;
  /** Removes it with its connectors; its transactions stay. */
  remove(id: string): Promise<boolean>;
  list(options: ListOptions): Page<ChargePointRecord>;
  /** O(1). */
  count(): number;
}

/** In `state`. */
export interface Connectors {
  get(chargePointId: string, connectorId: number): ConnectorRecord | undefined;
  /** All of a charge point, by connector. */
  of(chargePointId: string): ConnectorRecord[];
  /**
   * Keeps a StatusNotification: its row goes to the outbox in any case, the present state changes unless the report is older than the one held
   * (`current` tells).
   */
  report(row: ConnectorStatusRow): Promise<{ connector: ConnectorRecord; current: boolean }>;
}

/** In `state`. */
export interface Transactions {
  /** Finds or creates, flushed before it resolves. See design.md §6. */
  start(input: StartInput): Promise<StartOutcome>;
  stop(input: StopInput): Promise<StopOutcome>;
  get(transactionId: number): TransactionRecord | undefined;
  openOn(chargePointId: string, connectorId: number): TransactionRecord | undefined;
  openOf(chargePointId: string): TransactionRecord[];
  /** By tag in any spelling. */
  openByTag(idTag: string): TransactionRecord[];
  list(filter: TransactionFilter): TransactionPage;
  /** Removes closed transactions whose retention is over and that ClickHouse has; a bounded number per call, answers how many. */
  expire(now: number): Promise<number>;
}

/** In `state`. */
export interface Sessions {
  get(chargePointId: string): SessionRecord | undefined;
  /** The newest connection wins: answers the new epoch, and who held the charge point before. */
  claim(session: Omit<SessionRecord, 'epoch'>): Promise<{ session: SessionRecord; previous?: SessionRecord }>;
  /** Only if the charge point is still held under that epoch; answers whether it was. */
  release(chargePointId: string, epoch: number): Promise<boolean>;
  /** What a dead edge held; answers how many. */
  clearEdge(edge: string): Promise<number>;
  count(): number;
}

/** Operational state of the installation. */
export interface Store {
  readonly tokens: Tokens;
  readonly settings: SettingsOfChargePoints;
  readonly chargePoints: ChargePoints;
  readonly connectors: Connectors;
  readonly transactions: Transactions;
  readonly sessions: Sessions;
  /** Rows that were added with a change of state; the sink reads and removes them. */
  readonly outbox: LaneQueue;
  close(): Promise<void>;
}
