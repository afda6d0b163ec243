import { foldIdTag } from '../protocol/id-tag.ts';
import type { Page } from './listing.ts';
import type { Outbox } from './outbox.ts';
import type {
  ReservationEnding,
  ReservationFilter,
  ReservationInput,
  ReservationRecord,
  ReservationRequest,
  ReservationUse,
} from './reservation-record.ts';
import { ReservationTable } from './reservation-table.ts';
import type { StatePath } from './state-path.ts';

/** Reservations, from before their ReserveNow leaves until their retention is over. In `state`. */
export interface Reservations {
  /**
   * All that had this reservationId, newest first; it may have been used at several charge points, and again
   * at the same one.
   */
  withId(reservationId: number): ReservationRecord[];
  /** Those of a charge point that have not ended, as far as anybody knows. */
  live(chargePointId: string): ReservationRecord[];
  /** Newest first. Throws RangeError where `before` is no cursor. */
  list(filter: ReservationFilter): Page<ReservationRecord>;
  /**
   * A ReserveNow is about to leave: until its answer has come nobody knows whether there is a reservation.
   */
  asked(request: ReservationRequest): Promise<void>;
  /**
   * A ReserveNow was answered, or not. An accepted one replaces what the charge point held under the same id
   * (§5.13).
   */
  answered(input: ReservationInput): Promise<ReservationRecord | undefined>;
  /** Ends the live ones of a charge point that `which` picks, inside the write transaction; returns them. */
  end(
    chargePointId: string,
    ending: Exclude<ReservationEnding, 'used'>,
    at: number,
    which: (reservation: ReservationRecord) => boolean,
  ): Promise<ReservationRecord[]>;
  /** As `end`, within the write transaction that is running. */
  endWithin: (...what: Parameters<Reservations['end']>) => ReservationRecord[];
  /** Ends a bounded number of those that expired before `before`; returns how many. */
  expire(before: number, at: number): Promise<number>;
  /**
   * Removes a bounded number of those that were over before `before` and that ClickHouse has; returns how
   * many.
   */
  forget(before: number): Promise<number>;
}

const AT_ONCE = 200;

export class LmdbReservations implements Reservations {
  private readonly path: StatePath;
  private readonly table: ReservationTable;

  constructor(path: StatePath, outbox: Outbox) {
    this.path = path;
    this.table = new ReservationTable(path, outbox);
  }

  withId(reservationId: number): ReservationRecord[] {
    return this.table.withId(reservationId);
  }

  live(chargePointId: string): ReservationRecord[] {
    return this.table.live(chargePointId);
  }

  list(filter: ReservationFilter): Page<ReservationRecord> {
    return this.table.list(filter);
  }

  async asked(request: ReservationRequest): Promise<void> {
    await this.path.transact(request.chargePointId, () =>
      this.begin({ ...request, state: 'doubtful', answer: '', at: 0 }),
    );
  }

  answered(input: ReservationInput): Promise<ReservationRecord | undefined> {
    const { chargePointId, reservationId, messageId, state, answer, at } = input;
    return this.path.transact(chargePointId, () => {
      const own = this.table.withId(reservationId).filter((known) => known.chargePointId === chargePointId);
      const asked = own.find((known) => known.messageId === messageId);
      if (state === 'active') {
        for (const held of own) {
          if (held !== asked && held.endedAt === null) this.table.end(held, 'replaced', at);
        }
      }
      // A CALL that was neither announced nor sent is nothing.
      if (asked === undefined) return answer === 'not_sent' ? undefined : this.begin(input);
      // What happened while the CALL was under way holds, unless there was nothing that it could happen to.
      if (asked.endedAt !== null && state !== 'refused') return this.table.write({ ...asked, answer }, asked);
      const endedAt = state === 'refused' ? at : null;
      return this.table.write({ ...asked, state, answer, ending: '', transactionId: null, endedAt }, asked);
    });
  }

  private begin({ at, ...input }: ReservationInput): ReservationRecord {
    return this.table.write({
      ...input,
      uid: this.table.newUid(),
      ending: '',
      transactionId: null,
      endedAt: input.state === 'refused' ? at : null,
    });
  }

  async end(
    chargePointId: string,
    ending: Exclude<ReservationEnding, 'used'>,
    at: number,
    which: (reservation: ReservationRecord) => boolean,
  ): Promise<ReservationRecord[]> {
    return this.path.transact(chargePointId, () => this.endWithin(chargePointId, ending, at, which));
  }

  endWithin(
    chargePointId: string,
    ending: Exclude<ReservationEnding, 'used'>,
    at: number,
    which: (reservation: ReservationRecord) => boolean,
  ): ReservationRecord[] {
    return this.table
      .live(chargePointId)
      .filter(which)
      .map((reservation) => this.table.end(reservation, ending, at));
  }

  /**
   * A transaction began: ends the reservation that it names, or that its tag or group held on the connector
   * (§5.13), and returns it. Within a write transaction.
   */
  use(use: ReservationUse): ReservationRecord | undefined {
    const reservation = use.reservationId === null ? this.meant(use) : this.named(use);
    return reservation && this.table.end(reservation, 'used', use.at, use.transactionId);
  }

  async expire(before: number, at: number): Promise<number> {
    const expired = await Promise.all(
      this.table.expiredBefore(before, AT_ONCE).map((found) =>
        this.path.transact(found.chargePointId, () => {
          const reservation = this.table.get(found);
          if (reservation === undefined || reservation.endedAt !== null) return false;
          this.table.end(reservation, 'expired', at);
          return true;
        }),
      ),
    );
    return expired.filter(Boolean).length;
  }

  async forget(before: number): Promise<number> {
    const forgotten = await Promise.all(
      this.table
        .endedBefore(before, AT_ONCE)
        .map((ended) => this.path.transact(ended.chargePointId, () => this.table.removeEnded(ended))),
    );
    return forgotten.filter(Boolean).length;
  }

  /**
   * The one that a StartTransaction names: a live one, or one that was taken for ended while the charge point
   * still held it. A foreign or unknown id means nothing.
   */
  private named({ chargePointId, reservationId }: ReservationUse): ReservationRecord | undefined {
    const own = this.table
      .withId(reservationId as number)
      .filter(
        (reservation) => reservation.chargePointId === chargePointId && reservation.state !== 'refused',
      );
    const live = answeredFirst(own.filter(({ endedAt }) => endedAt === null));
    const newest = live[0] ?? own[0];
    return newest?.ending === 'used' || newest?.ending === 'replaced' ? undefined : newest;
  }

  /** Without an id: the live one on the connector, or on any, that is for the tag or its group. */
  private meant({
    chargePointId,
    connectorId,
    idTag,
    parentIdTag,
  }: ReservationUse): ReservationRecord | undefined {
    const held = this.table.live(chargePointId);
    if (held.length === 0) return undefined;
    const tag = foldIdTag(idTag);
    const parent = foldIdTag(parentIdTag);
    const isFor = (reservation: ReservationRecord): boolean =>
      foldIdTag(reservation.idTag) === tag ||
      (parent !== '' && foldIdTag(reservation.parentIdTag) === parent);
    const fitting = answeredFirst(
      held
        .filter((reservation) => reservation.connectorId === connectorId || reservation.connectorId === 0)
        .filter(isFor),
    );
    return fitting.find((reservation) => reservation.connectorId === connectorId) ?? fitting[0];
  }
}

/** One whose ReserveNow is still under way is meant only where there is no other. */
function answeredFirst(reservations: readonly ReservationRecord[]): readonly ReservationRecord[] {
  return [
    ...reservations.filter(({ answer }) => answer !== ''),
    ...reservations.filter(({ answer }) => answer === ''),
  ];
}
