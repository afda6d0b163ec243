import type { Table } from '../journal/environment.ts';
import { foldIdTag } from '../protocol/id-tag.ts';
import { transactionClosures } from '../records/transaction-closures.ts';
import { transactions as rows } from '../records/transactions.ts';
import { after, allOf, keyOf, numberKey } from './keys.ts';
import type { Outbox, RowPlace } from './outbox.ts';
import type { StatePath } from './state-path.ts';
import {
  type StopIdentity,
  startKey,
  stopKey,
  TRANSACTION_LAYOUTS,
  type TransactionClosure,
  type TransactionRecord,
} from './transaction-record.ts';

/**
 * The records of transactions with all that finds them. Every change goes through `write`, within a write
 * transaction, which also puts the row for ClickHouse into the outbox.
 */
export class TransactionTable {
  private readonly outbox: Outbox;
  private readonly records: Table<TransactionRecord>;
  private readonly byStart: Table<number>;
  private readonly byStop: Table<number>;
  private readonly openByConnector: Table<number>;
  private readonly openByTag: Table<number>;
  private readonly byTime: Table<number>;
  private readonly byChargePoint: Table<number>;
  /** By time of closing, with where the newest row is. */
  private readonly closed: Table<{ readonly id: number } & RowPlace>;

  constructor(path: StatePath, outbox: Outbox) {
    this.outbox = outbox;
    this.records = path.records('transactions', TRANSACTION_LAYOUTS);
    this.byStart = path.records('transactions-by-start');
    this.byStop = path.records('transactions-by-stop');
    this.openByConnector = path.records('open-transactions-by-connector');
    this.openByTag = path.records('open-transactions-by-tag');
    this.byTime = path.records('transactions-by-time');
    this.byChargePoint = path.records('transactions-by-charge-point');
    this.closed = path.records('closed-transactions', [
      ['id', 'row'],
      ['id', 'row', 'lane'],
    ]);
  }

  get(id: number): TransactionRecord | undefined {
    return this.records.get(numberKey(id));
  }

  /** By its `startKey`. */
  startedAs(identity: Buffer): TransactionRecord | undefined {
    return this.at(this.byStart.get(identity));
  }

  /** Only of stops that did not name the transaction they were counted to. */
  stoppedAs(identity: StopIdentity): TransactionRecord | undefined {
    return this.at(this.byStop.get(stopKey(identity)));
  }

  openOn(chargePointId: string, connectorId: number): TransactionRecord | undefined {
    return this.at(this.openByConnector.get(keyOf(chargePointId, connectorId)));
  }

  openOf(chargePointId: string): TransactionRecord[] {
    return this.all(this.openByConnector.getRange(allOf(chargePointId)));
  }

  openWith(idTag: string): TransactionRecord[] {
    return this.all(this.openByTag.getRange(allOf(foldIdTag(idTag))));
  }

  /** Open ones in the order of charge points and connectors, from behind the place where a listing ended. */
  *openAfter(
    chargePointId?: string,
    place?: { chargePointId: string; connectorId: number },
  ): Generator<TransactionRecord> {
    const { start, end } = chargePointId === undefined ? allOf() : allOf(chargePointId);
    const from = place ? after(keyOf(place.chargePointId, place.connectorId)) : start;
    for (const { value } of this.openByConnector.getRange({ start: from, end })) {
      const record = this.get(value);
      if (record) yield record;
    }
  }

  /** Newest receipt first, from before the position of a listing. */
  *newestFirst(
    chargePointId?: string,
    before?: { receivedAt: number; id: number },
  ): Generator<TransactionRecord> {
    const [table, scope] =
      chargePointId === undefined ? [this.byTime, []] : [this.byChargePoint, [chargePointId]];
    const all = scope.length > 0 ? allOf(...scope) : { start: Buffer.of(0), end: Buffer.of(255, 255) };
    const start = before ? keyOf(...scope, before.receivedAt, before.id) : all.end;
    for (const { value } of table.getRange({ start, end: all.start, reverse: true, exclusiveStart: true })) {
      const record = this.get(value);
      if (record) yield record;
    }
  }

  /** Others of the charge point that were received next before and next after it, at most `most` of each. */
  around({ chargePointId, receivedAt, transactionId }: TransactionRecord, most: number): TransactionRecord[] {
    const own = keyOf(chargePointId, receivedAt, transactionId);
    const { start, end } = allOf(chargePointId);
    const [before, after] = [
      { start: own, end: start, reverse: true },
      { start: own, end },
    ].map((range) => this.all(this.byChargePoint.getRange({ ...range, exclusiveStart: true, limit: most })));
    return [...(before ?? []), ...(after ?? [])];
  }

  /** Writes a record in the place of `previous`; `identity`: its `startKey`, where it is known. */
  write(record: TransactionRecord, previous?: TransactionRecord, identity?: Buffer): void {
    const id = record.transactionId;
    if (previous) this.unlinkPresent(previous);
    else this.linkForever(record, identity);
    if (record.reportedId !== null) this.byStop.put(stopKey(record), id);
    this.records.put(numberKey(id), record);
    // The days up to the end that was assumed are worked out anew, too, although the transaction may not
    // reach them any more.
    const told = previous?.state === 'closed' ? [previous, record] : [record];
    const place = this.outbox.add(rows, told);
    if (record.closedAt !== null) {
      this.closed.put(keyOf(record.closedAt, id), { id, ...place });
    } else {
      this.openByConnector.put(keyOf(record.chargePointId, record.connectorId), id);
      this.openByTag.put(keyOf(foldIdTag(record.idTag), id), id);
    }
  }

  tellClosure({ transactionId, chargePointId }: TransactionRecord, closure: TransactionClosure): void {
    this.outbox.add(transactionClosures, [{ transactionId, chargePointId, ...closure }]);
  }

  /** The first ones that were closed before `closedBefore` and whose rows have all left the outbox. */
  closedBefore(closedBefore: number, limit: number): TransactionRecord[] {
    const ripe = this.closed.getRange({ start: Buffer.of(0), end: keyOf(closedBefore), limit });
    return Array.from(ripe, ({ value: { id, ...place } }) =>
      this.outbox.isDrained(place) ? this.get(id) : undefined,
    ).filter((record) => record !== undefined);
  }

  /** Removes a transaction if it is closed and its rows have all left the outbox; returns whether it did. */
  removeClosed(id: number): boolean {
    const record = this.get(id);
    if (record === undefined || record.closedAt === null) return false;
    const place = this.closed.get(keyOf(record.closedAt, id));
    if (place === undefined || !this.outbox.isDrained(place)) return false;
    this.remove(record);
    return true;
  }

  private linkForever(record: TransactionRecord, identity?: Buffer): void {
    const { transactionId: id, chargePointId, receivedAt } = record;
    this.byTime.put(keyOf(receivedAt, id), id);
    this.byChargePoint.put(keyOf(chargePointId, receivedAt, id), id);
    if (record.state !== 'unmatched') this.byStart.put(identity ?? startKey(record), id);
  }

  private unlinkPresent(record: TransactionRecord): void {
    const { transactionId: id } = record;
    if (record.closedAt !== null) {
      this.closed.remove(keyOf(record.closedAt, id));
    } else {
      this.openByConnector.remove(keyOf(record.chargePointId, record.connectorId));
      this.openByTag.remove(keyOf(foldIdTag(record.idTag), id));
    }
  }

  private remove(record: TransactionRecord): void {
    const { transactionId: id, chargePointId, receivedAt } = record;
    this.unlinkPresent(record);
    this.byTime.remove(keyOf(receivedAt, id));
    this.byChargePoint.remove(keyOf(chargePointId, receivedAt, id));
    // A dead clock may have led a later transaction to the same identity: that entry is not ours to remove.
    const started = startKey(record);
    if (this.byStart.get(started) === id) this.byStart.remove(started);
    if (record.reportedId !== null) this.byStop.remove(stopKey(record));
    this.records.remove(numberKey(id));
  }

  private at(id: number | undefined): TransactionRecord | undefined {
    return id === undefined ? undefined : this.get(id);
  }

  private all(found: Iterable<{ value: number }>): TransactionRecord[] {
    const records: TransactionRecord[] = [];
    for (const { value } of found) {
      const record = this.get(value);
      if (record) records.push(record);
    }
    return records;
  }
}
