import type { Emptiness } from '../journal/cell.ts';
import type { Table } from '../journal/environment.ts';
import type { LaneQueue } from '../journal/lane-queue.ts';
import { reservations as rows } from '../records/reservations.ts';
import { allOf, keyOf, numberKey } from './keys.ts';
import type { Page } from './listing.ts';
import { addRow } from './outbox.ts';
import { versionAfter } from './record-version.ts';
import type { ReservationEnding, ReservationFilter, ReservationRecord } from './reservation-record.ts';
import type { WritePath } from './write-path.ts';

const UIDS = Buffer.from('reservation-uids');
const ALL = { start: Buffer.of(0), end: Buffer.of(255, 255) };

/**
 * The records of reservations with all that finds them. Every change goes through `write`, within a write
 * transaction, which also puts the row for ClickHouse into the outbox.
 */
export class ReservationTable {
  private readonly path: WritePath;
  private readonly outbox: LaneQueue;
  private readonly records: Table<ReservationRecord>;
  private readonly byId: Table<number>;
  private readonly byChargePoint: Table<number>;
  private readonly liveOnes: Table<number>;
  private readonly liveness: Emptiness;
  /** Of the live ones, by time of expiry. */
  private readonly expiries: Table<number>;
  /** By the time when they were over; the value is the sequence number of the newest row in the outbox. */
  private readonly ended: Table<{ readonly uid: number; readonly row: number }>;

  constructor(path: WritePath, outbox: LaneQueue) {
    const { environment } = path;
    this.path = path;
    this.outbox = outbox;
    this.records = environment.records('reservations');
    this.byId = environment.records('reservations-by-id');
    this.byChargePoint = environment.records('reservations-by-charge-point');
    this.liveOnes = environment.records('live-reservations');
    this.liveness = environment.emptiness(this.liveOnes);
    this.expiries = environment.records('reservation-expiries');
    this.ended = environment.records('ended-reservations');
  }

  /** A number that no other reservation has. Within a write transaction. */
  newUid(): number {
    return this.path.count(UIDS);
  }

  /** Newest first. */
  withId(reservationId: number): ReservationRecord[] {
    return this.all(this.byId.getRange({ ...backwards(allOf(reservationId)) }));
  }

  live(chargePointId: string): ReservationRecord[] {
    return this.liveness.isEmpty ? [] : this.all(this.liveOnes.getRange(allOf(chargePointId)));
  }

  list({ chargePointId, before, limit }: ReservationFilter): Page<ReservationRecord> {
    const scope = chargePointId === undefined ? [] : [chargePointId];
    const range = backwards(chargePointId === undefined ? ALL : allOf(chargePointId));
    const start = before === undefined ? range.start : keyOf(...scope, readCursor(before));
    const bounds = { ...range, start, limit: limit + 1 };
    const found =
      chargePointId === undefined
        ? Array.from(this.records.getRange(bounds), ({ value }) => value)
        : this.all(this.byChargePoint.getRange(bounds));
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return found.length > limit && last !== undefined ? { items, next: String(last.uid) } : { items };
  }

  expiredBefore(instant: number, limit: number): ReservationRecord[] {
    return this.all(this.expiries.getRange({ start: ALL.start, end: numberKey(instant), limit }));
  }

  /** Ends a reservation, live or not. */
  end(
    reservation: ReservationRecord,
    ending: ReservationEnding,
    at: number,
    transactionId: number | null = null,
  ): ReservationRecord {
    return this.write({ ...reservation, state: 'ended', ending, endedAt: at, transactionId }, reservation);
  }

  /** Writes a record in the place of `previous`. */
  write(input: Omit<ReservationRecord, 'version'>, previous?: ReservationRecord): ReservationRecord {
    const record = { ...input, version: versionAfter(previous) };
    const { uid, chargePointId, reservationId, expiryDate, endedAt } = record;
    if (previous) this.unlinkPresent(previous);
    this.records.put(numberKey(uid), record);
    this.byId.put(keyOf(reservationId, uid), uid);
    this.byChargePoint.put(keyOf(chargePointId, uid), uid);
    const row = addRow(this.outbox, rows, record);
    if (endedAt !== null) {
      this.ended.put(keyOf(endedAt, uid), { uid, row });
    } else {
      this.liveOnes.put(keyOf(chargePointId, uid), uid);
      this.liveness.filled();
      this.expiries.put(keyOf(expiryDate, uid), uid);
    }
    return record;
  }

  /** Whether any was over before `before`. */
  hasEnded(before: number): boolean {
    for (const _ of this.ended.getRange({ start: ALL.start, end: numberKey(before), limit: 1 })) return true;
    return false;
  }

  /**
   * Removes at most `limit` of those that were over before `before` and whose rows have all left the outbox;
   * returns how many.
   */
  removeEnded(before: number, limit: number): number {
    const ripe = Array.from(
      this.ended.getRange({ start: ALL.start, end: numberKey(before), limit }),
      ({ value }) => value,
    );
    let removed = 0;
    for (const { uid, row } of ripe) {
      if (!this.outbox.isDrained(row)) continue;
      const record = this.records.get(numberKey(uid));
      if (record) this.remove(record);
      removed++;
    }
    return removed;
  }

  private remove(record: ReservationRecord): void {
    const { uid, chargePointId, reservationId } = record;
    this.unlinkPresent(record);
    this.byId.remove(keyOf(reservationId, uid));
    this.byChargePoint.remove(keyOf(chargePointId, uid));
    this.records.remove(numberKey(uid));
  }

  private unlinkPresent({ uid, chargePointId, expiryDate, endedAt }: ReservationRecord): void {
    if (endedAt !== null) {
      this.ended.remove(keyOf(endedAt, uid));
    } else {
      this.liveOnes.remove(keyOf(chargePointId, uid));
      this.expiries.remove(keyOf(expiryDate, uid));
    }
  }

  private all(found: Iterable<{ value: number }>): ReservationRecord[] {
    return Array.from(found, ({ value }) => this.records.get(numberKey(value))).filter(
      (record) => record !== undefined,
    );
  }
}

function backwards({ start, end }: { start: Buffer; end: Buffer }) {
  return { start: end, end: start, reverse: true, exclusiveStart: true } as const;
}

function readCursor(cursor: string): number {
  if (!/^\d{1,16}$/.test(cursor)) throw new RangeError(`${JSON.stringify(cursor)} is no cursor`);
  return Number(cursor);
}
