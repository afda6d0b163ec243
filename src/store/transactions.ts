import { foldIdTag } from '../protocol/id-tag.ts';
import type { ChargingProfileTable } from './charging-profiles.ts';
import { MAX_VISITED } from './listing.ts';
import type { Outbox } from './outbox.ts';
import type { LmdbReservations } from './reservations.ts';
import type { StatePath } from './state-path.ts';
import { readCursor, readPlace } from './transaction-cursors.ts';
import type { TransactionIds } from './transaction-ids.ts';
import type {
  CloseInput,
  OpenListing,
  StartInput,
  StartOutcome,
  StopInput,
  StopOutcome,
  TransactionFilter,
  TransactionPage,
  TransactionRecord,
} from './transaction-record.ts';
import { openedBy, startKey, unmatchedStop } from './transaction-record.ts';
import { TransactionTable } from './transaction-table.ts';

/**
 * Transactions, from their start until ClickHouse has them and their retention is over. What ends with a
 * start or an end ends in the same write transaction: the reservation that was held for it (§5.13), the
 * TxProfiles of one that is over (§3.13.1, §7.10). In `state`.
 */
export interface Transactions {
  /** Finds or creates it, in one write transaction (obligations E1, E8, E15, E16). */
  start(input: StartInput): Promise<StartOutcome>;
  /**
   * Closes the transaction that the stop names or must mean; a stop is never refused (obligations E6, E7, E9,
   * E13).
   */
  stop(input: StopInput): Promise<StopOutcome>;
  /**
   * Ends an open transaction without its stop, which may still come. Returns undefined where none with this
   * id is open.
   */
  close(input: CloseInput): Promise<TransactionRecord | undefined>;
  /** The transaction that the stop would close, or has closed. */
  endedBy(stop: StopInput): TransactionRecord | undefined;
  get(transactionId: number): TransactionRecord | undefined;
  openOn(chargePointId: string, connectorId: number): TransactionRecord | undefined;
  openOf(chargePointId: string): TransactionRecord[];
  /** By tag in any spelling. */
  openByTag(idTag: string): TransactionRecord[];
  /** Open ones in the order of charge points and connectors. Throws RangeError where `after` is no cursor. */
  listOpen(options: OpenListing): TransactionPage;
  /** Others of its charge point that were received next before and next after it, at most `most` of each. */
  around(transaction: TransactionRecord, most: number): TransactionRecord[];
  /** Throws RangeError where `before` is no cursor. */
  list(filter: TransactionFilter): TransactionPage;
  /**
   * Removes closed transactions whose retention is over and that ClickHouse has: a bounded number per call,
   * returns how many.
   */
  expire(now: number): Promise<number>;
}

export interface TransactionsOptions {
  readonly ids: TransactionIds;
  /** ms. */
  readonly retention: number;
  readonly reservations: Pick<LmdbReservations, 'use'>;
  readonly profiles: Pick<ChargingProfileTable, 'removeOf'>;
}

const EXPIRED_AT_ONCE = 200;

export class LmdbTransactions implements Transactions {
  private readonly path: StatePath;
  private readonly ids: TransactionIds;
  private readonly table: TransactionTable;
  private readonly retention: number;
  private readonly reservations: TransactionsOptions['reservations'];
  private readonly profiles: TransactionsOptions['profiles'];

  constructor(path: StatePath, outbox: Outbox, options: TransactionsOptions) {
    this.path = path;
    this.ids = options.ids;
    this.table = new TransactionTable(path, outbox);
    this.retention = options.retention;
    this.reservations = options.reservations;
    this.profiles = options.profiles;
  }

  start(input: StartInput): Promise<StartOutcome> {
    const identity = startKey({ ...input, startTimestamp: input.timestamp });
    return this.ids.lend((takeId) =>
      this.path.transact(input.chargePointId, () => {
        const outcome = this.withReservation(this.findOrCreate(input, identity, takeId), input);
        if (outcome.created) input.also?.(outcome.transaction);
        return outcome;
      }),
    );
  }

  stop(input: StopInput): Promise<StopOutcome> {
    return this.ids.lend((takeId) =>
      this.path.transact(input.chargePointId, () => {
        const stopped = this.recordStop(input, takeId);
        if (stopped.outcome === 'unmatched') return stopped;
        this.profiles.removeOf(stopped.transaction);
        input.also?.(stopped.transaction);
        return stopped;
      }),
    );
  }

  async close({ transactionId, ...closure }: CloseInput): Promise<TransactionRecord | undefined> {
    const known = this.table.get(transactionId);
    if (known?.state !== 'open') return undefined;
    return this.path.transact(known.chargePointId, () => {
      const open = this.table.get(transactionId);
      if (open?.state !== 'open') return undefined;
      const { stoppedAt, meterStop, at } = closure;
      const closed: TransactionRecord = {
        ...open,
        version: open.version + 1,
        state: 'closed',
        stoppedAt,
        meterStop,
        closedAt: at,
        closure,
      };
      this.table.write(closed, open);
      this.table.tellClosure(closed, closure);
      this.profiles.removeOf(closed);
      return closed;
    });
  }

  endedBy(stop: StopInput): TransactionRecord | undefined {
    const named = this.named(stop);
    if (named || stop.transactionId > 0) return named;
    const known = this.known(stop);
    return known === undefined ? this.meant(stop) : known.state === 'unmatched' ? undefined : known;
  }

  get(transactionId: number): TransactionRecord | undefined {
    return this.table.get(transactionId);
  }

  openOn(chargePointId: string, connectorId: number): TransactionRecord | undefined {
    return this.table.openOn(chargePointId, connectorId);
  }

  openOf(chargePointId: string): TransactionRecord[] {
    return this.table.openOf(chargePointId);
  }

  openByTag(idTag: string): TransactionRecord[] {
    return this.table.openWith(idTag);
  }

  around(transaction: TransactionRecord, most: number): TransactionRecord[] {
    return this.table.around(transaction, most);
  }

  list({ chargePointId, state, before, limit }: TransactionFilter): TransactionPage {
    const transactions: TransactionRecord[] = [];
    let visited = 0;
    let last: TransactionRecord | undefined;
    for (const record of this.table.newestFirst(chargePointId, readCursor(before))) {
      if (last && (transactions.length === limit || visited === MAX_VISITED)) {
        return { transactions, next: `${last.receivedAt}-${last.transactionId}` };
      }
      visited++;
      last = record;
      if (state === undefined || record.state === state) transactions.push(record);
    }
    return { transactions };
  }

  listOpen({ after, limit, chargePointId }: OpenListing): TransactionPage {
    const transactions: TransactionRecord[] = [];
    for (const record of this.table.openAfter(chargePointId, readPlace(after))) {
      const last = transactions.at(-1);
      if (last && transactions.length === limit) {
        return { transactions, next: `${last.connectorId} ${last.chargePointId}` };
      }
      transactions.push(record);
    }
    return { transactions };
  }

  async expire(now: number): Promise<number> {
    const ripe = this.table.closedBefore(now - this.retention, EXPIRED_AT_ONCE);
    const removed = await Promise.all(
      ripe.map(({ chargePointId, transactionId }) =>
        this.path.transact(chargePointId, () => this.table.removeClosed(transactionId)),
      ),
    );
    return removed.filter(Boolean).length;
  }

  private findOrCreate(input: StartInput, identity: Buffer, takeId: () => number): StartOutcome {
    const repeated = this.table.startedAs(identity);
    if (repeated && (repeated.state === 'open' || input.timestampPlausible)) {
      return { transaction: repeated, created: false };
    }
    const superseded = this.supersede(input);
    const authorization = input.authorize(() => this.othersWith(input.idTag));
    const flags = repeated ? [...input.flags, 'start-repeats-closed'] : input.flags;
    const transaction = openedBy({ ...input, flags }, takeId(), authorization);
    this.table.write(transaction, undefined, identity);
    if (superseded === undefined) return { transaction, created: true };
    this.profiles.removeOf(superseded);
    return { transaction, created: true, superseded };
  }

  /** The open ones of a tag: of starts that count them at once, one is decided after the other. */
  private othersWith(idTag: string): TransactionRecord[] {
    this.path.restOn('tag', foldIdTag(idTag));
    return this.table.openWith(idTag);
  }

  /**
   * Ends the reservation that the start names; a new one also that which was held for its tag or group on the
   * connector.
   */
  private withReservation(outcome: StartOutcome, { reservationId, receivedAt }: StartInput): StartOutcome {
    if (reservationId === null && !outcome.created) return outcome;
    const reservation = this.reservations.use({ ...outcome.transaction, at: receivedAt });
    return reservation === undefined ? outcome : { ...outcome, reservation };
  }

  private recordStop(input: StopInput, takeId: () => number): StopOutcome {
    const named = this.named(input);
    if (named?.state === 'open') return this.end(named, input, 'stopped', []);
    if (named?.state === 'superseded' || named?.state === 'closed')
      return this.end(named, input, 'late', ['late-stop']);
    if (named && named.stopTimestamp === input.timestamp && named.meterStop === input.meterStop) {
      return { transaction: named, outcome: 'repeated' };
    }
    const known = this.known(input);
    if (named) {
      // A different stop of a transaction that has one: the first counts, this one is kept for review.
      if (!known) this.keepUnmatched(input, takeId(), 'conflicting-stop');
      return { transaction: named, outcome: 'repeated' };
    }
    if (known) return { transaction: known, outcome: 'repeated' };
    if (input.transactionId > 0) return this.keepUnmatched(input, takeId(), 'transaction-id-unknown');
    const meant = this.meant(input);
    return meant
      ? this.end(meant, input, 'stopped', ['transaction-id-missing'], input.transactionId)
      : this.keepUnmatched(input, takeId(), 'transaction-id-missing');
  }

  /** The transaction on the connector has ended without our being told: its stop may still come. */
  private supersede(input: StartInput): TransactionRecord | undefined {
    const open = this.table.openOn(input.chargePointId, input.connectorId);
    if (!open) return undefined;
    const superseded: TransactionRecord = {
      ...open,
      version: open.version + 1,
      state: 'superseded',
      closedAt: input.receivedAt,
    };
    this.table.write(superseded, open);
    return superseded;
  }

  /** By id; one of another charge point is not meant, whatever the number says. */
  private named({ transactionId, chargePointId }: StopInput): TransactionRecord | undefined {
    if (!Number.isSafeInteger(transactionId) || transactionId <= 0) return undefined;
    const found = this.table.get(transactionId);
    return found?.chargePointId === chargePointId && found.state !== 'unmatched' ? found : undefined;
  }

  /** What an equal stop was counted to that did not name it, or is kept as. */
  private known(input: StopInput): TransactionRecord | undefined {
    return this.table.stoppedAs({
      chargePointId: input.chargePointId,
      reportedId: input.transactionId,
      stopTimestamp: input.timestamp,
      meterStop: input.meterStop,
    });
  }

  /**
   * The only open transaction that a stop without a usable id can mean: it began before, with no higher meter
   * (errata 3.18).
   */
  private meant(input: StopInput): TransactionRecord | undefined {
    const fitting = this.table
      .openOf(input.chargePointId)
      .filter((open) => open.startedAt <= input.stoppedAt && !isBelow(input.meterStop, open.meterStart));
    const tag = foldIdTag(input.idTag);
    const ofTag = fitting.filter(({ idTag }) => foldIdTag(idTag) === tag);
    const candidates = ofTag.length > 0 ? ofTag : fitting;
    return candidates.length === 1 ? candidates[0] : undefined;
  }

  private end(
    open: TransactionRecord,
    input: StopInput,
    outcome: 'stopped' | 'late',
    flags: readonly string[],
    reportedId: number | null = null,
  ): StopOutcome {
    const transaction: TransactionRecord = {
      ...open,
      version: open.version + 1,
      state: 'stopped',
      stoppedAt: input.stoppedAt,
      meterStop: input.meterStop,
      stopIdTag: input.idTag,
      stopReason: input.reason,
      stopTimestamp: input.timestamp,
      flags: [...open.flags, ...input.flags, ...flags, ...oddities(open, input)],
      rawStop: input.rawStop,
      reportedId,
      closedAt: input.receivedAt,
    };
    this.table.write(transaction, open);
    return { transaction, outcome };
  }

  private keepUnmatched(input: StopInput, id: number, flag: string): StopOutcome {
    const transaction = unmatchedStop(input, id, flag);
    this.table.write(transaction);
    return { transaction, outcome: 'unmatched' };
  }
}

function oddities(open: TransactionRecord, { meterStop, stoppedAt }: StopInput): string[] {
  const flags: string[] = [];
  if (isBelow(meterStop, open.meterStart)) flags.push('meter-stop-below-start');
  if (stoppedAt < open.startedAt) flags.push('stop-before-start');
  return flags;
}

/** Whether both registers are known and the one is lower than the other. */
function isBelow(register: number | null, other: number | null): boolean {
  return register !== null && other !== null && register < other;
}
