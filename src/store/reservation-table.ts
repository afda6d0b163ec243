import type { Environment, Table } from '../journal/environment.ts';
import { reservations as rows } from '../records/reservations.ts';
import { allOf, keyOf, numberKey } from './keys.ts';
import type { Page } from './listing.ts';
import type { Outbox, RowPlace } from './outbox.ts';
import { versionAfter } from './record-version.ts';
import type { RecordingTable } from './recording-table.ts';
import type { ReservationEnding, ReservationFilter, ReservationRecord } from './reservation-record.ts';
import type { StatePath } from './state-path.ts';
import type { StateTable } from './tables.ts';

const ALL = { start: Buffer.of(0), end: Buffer.of(255, 255) };

/** What tells a reservation from all others. */
type Identity = Pick<ReservationRecord, 'chargePointId' | 'uid'>;

/** The charge point is part of every key, so that no two of them ever write the same one. */
interface ReservationTables<Live extends Table<number> = Table<number>> {
  /** By charge point and uid. */
  readonly records: Table<ReservationRecord>;
  readonly byId: Table<Identity>;
  /** Of all charge points, by uid. */
  readonly byTime: Table<Identity>;
  /** The uids of those that have not ended, by charge point. */
  readonly live: Live;
  /** Of the live ones, by time of expiry. */
  readonly expiries: Table<Identity>;
  /** By the time when they were over, with where the newest row is. */
  readonly ended: Table<Identity & RowPlace>;
}

const LIVE: StateTable = 'live-reservations';

function tablesIn<Live extends Table<number>>(
  path: { records<Value>(name: StateTable): Table<Value> },
  live: Live,
): ReservationTables<Live> {
  return {
    records: path.records('reservations'),
    byId: path.records('reservations-by-id'),
    byTime: path.records('reservations-by-time'),
    live,
    expiries: path.records('reservation-expiries'),
    ended: path.records('ended-reservations'),
  };
}

/** Since version 2 the charge point is part of every key; uids were counted over all of them before. */
export function keyReservationsByChargePoint(environment: Environment): void {
  const tables = tablesIn(environment, environment.records<number>(LIVE));
  const known = Array.from(tables.records.getRange({}), ({ value }) => value);
  const places = new Map(
    Array.from(tables.ended.getRange({}), ({ value: { uid, row } }) => [uid, { row }] as const),
  );
  const byChargePoint = environment.records('reservations-by-charge-point');
  for (const table of [...Object.values(tables), byChargePoint] as Table<unknown>[])
    for (const key of [...table.getKeys({})]) table.remove(key);
  for (const record of known) put(tables, record, places.get(record.uid) ?? { row: 0 });
  environment.records('meta').remove(Buffer.from('reservation-uids'));
}

function put(
  { records, byId, byTime, live, expiries, ended }: ReservationTables,
  record: ReservationRecord,
  place: RowPlace,
): void {
  const { uid, chargePointId, reservationId, expiryDate, endedAt } = record;
  const identity = { chargePointId, uid };
  records.put(keyOf(chargePointId, uid), record);
  byId.put(keyOf(reservationId, uid, chargePointId), identity);
  byTime.put(keyOf(uid, chargePointId), identity);
  if (endedAt !== null) {
    ended.put(keyOf(endedAt, uid, chargePointId), { ...identity, ...place });
  } else {
    live.put(keyOf(chargePointId, uid), uid);
    expiries.put(keyOf(expiryDate, uid, chargePointId), identity);
  }
}

/**
 * The records of reservations with all that finds them. Every change goes through `write`, within a write
 * transaction, which also puts the row for ClickHouse into the outbox.
 */
export class ReservationTable {
  private readonly outbox: Outbox;
  private readonly tables: ReservationTables<RecordingTable<number>>;

  constructor(path: StatePath, outbox: Outbox) {
    this.outbox = outbox;
    this.tables = tablesIn(path, path.records<number>(LIVE));
  }

  /** A number that is higher than those of all that are there. Within a write transaction. */
  newUid(): number {
    for (const { value } of this.tables.byTime.getRange({ ...backwards(ALL), limit: 1 }))
      return versionAfter({ version: value.uid });
    return versionAfter(undefined);
  }

  /** Newest first. */
  withId(reservationId: number): ReservationRecord[] {
    return this.all(this.tables.byId.getRange(backwards(allOf(reservationId))));
  }

  live(chargePointId: string): ReservationRecord[] {
    if (this.tables.live.isEmpty) return [];
    return Array.from(this.tables.live.getRange(allOf(chargePointId)), ({ value: uid }) =>
      this.get({ chargePointId, uid }),
    ).filter((record) => record !== undefined);
  }

  list({ chargePointId, before, limit }: ReservationFilter): Page<ReservationRecord> {
    const { records, byTime } = this.tables;
    const last = before === undefined ? undefined : readCursor(before);
    const found =
      chargePointId === undefined
        ? this.all(byTime.getRange(page(ALL, last && keyOf(last.uid, last.chargePointId), limit)))
        : Array.from(
            records.getRange(page(allOf(chargePointId), last && keyOf(chargePointId, last.uid), limit)),
            ({ value }) => value,
          );
    const items = found.slice(0, limit);
    const end = items.at(-1);
    return found.length > limit && end ? { items, next: `${end.uid} ${end.chargePointId}` } : { items };
  }

  expiredBefore(instant: number, limit: number): ReservationRecord[] {
    return this.all(this.tables.expiries.getRange({ start: ALL.start, end: numberKey(instant), limit }));
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
    if (previous) this.unlinkPresent(previous);
    put(this.tables, record, this.outbox.add(rows, [record]));
    return record;
  }

  /** The first ones that were over before `before` and whose rows have all left the outbox. */
  endedBefore(before: number, limit: number): ReservationRecord[] {
    const ripe = this.tables.ended.getRange({ start: ALL.start, end: numberKey(before), limit });
    return Array.from(ripe, ({ value }) =>
      this.outbox.isDrained(value) ? this.get(value) : undefined,
    ).filter((record) => record !== undefined);
  }

  /** Removes a reservation if it is over and its rows have all left the outbox; returns whether it did. */
  removeEnded({ chargePointId, uid }: Identity): boolean {
    const record = this.get({ chargePointId, uid });
    if (record === undefined || record.endedAt === null) return false;
    const ended = this.tables.ended.get(keyOf(record.endedAt, uid, chargePointId));
    if (ended === undefined || !this.outbox.isDrained(ended)) return false;
    this.remove(record);
    return true;
  }

  private remove(record: ReservationRecord): void {
    const { uid, chargePointId, reservationId } = record;
    this.unlinkPresent(record);
    this.tables.byId.remove(keyOf(reservationId, uid, chargePointId));
    this.tables.byTime.remove(keyOf(uid, chargePointId));
    this.tables.records.remove(keyOf(chargePointId, uid));
  }

  private unlinkPresent({ uid, chargePointId, expiryDate, endedAt }: ReservationRecord): void {
    if (endedAt !== null) {
      this.tables.ended.remove(keyOf(endedAt, uid, chargePointId));
    } else {
      this.tables.live.remove(keyOf(chargePointId, uid));
      this.tables.expiries.remove(keyOf(expiryDate, uid, chargePointId));
    }
  }

  get({ chargePointId, uid }: Identity): ReservationRecord | undefined {
    return this.tables.records.get(keyOf(chargePointId, uid));
  }

  private all(found: Iterable<{ value: Identity }>): ReservationRecord[] {
    return Array.from(found, ({ value }) => this.get(value)).filter((record) => record !== undefined);
  }
}

type Bounds = Readonly<Record<'start' | 'end', Buffer>>;

function backwards({ start, end }: Bounds) {
  return { start: end, end: start, reverse: true, exclusiveStart: true } as const;
}

/** The bounds of a page newest first, and of one more, from before the key `last` on. */
function page(all: Bounds, last: Buffer | undefined, limit: number) {
  return { ...backwards({ start: all.start, end: last ?? all.end }), limit: limit + 1 };
}

function readCursor(cursor: string): Identity {
  const [, uid, chargePointId] = /^(\d{1,16}) (.*)$/s.exec(cursor) ?? [];
  if (chargePointId === undefined) throw new RangeError(`${JSON.stringify(cursor)} is no cursor`);
  return { uid: Number(uid), chargePointId };
}
