import type { Table } from '../journal/environment.ts';
import { INT32_MAX } from '../protocol/int32.ts';
import type { DirectoryPath } from './directory-path.ts';

/** Ids stay within 32 signed bits, as charge points in the field keep them. */
export const MAX_RESERVATION_ID = INT32_MAX;

const LAST = Buffer.from('reservation-ids');

/**
 * Hands out reservationIds: positive, never twice in an installation (OCPP 1.6 ed. 2 §6.37). In `directory`.
 */
export interface ReservationIds {
  /**
   * The next id for which `isTaken` is false: operators may have used any number in calls of their own.
   * Rejects with RangeError when all are used up.
   */
  take(isTaken: (id: number) => boolean): Promise<number>;
}

export class ReservationIdCounter implements ReservationIds {
  private readonly path: DirectoryPath;
  private readonly counters: Table<number>;

  constructor(path: DirectoryPath) {
    this.path = path;
    this.counters = path.records('meta');
  }

  take(isTaken: (id: number) => boolean): Promise<number> {
    return this.path.transact(() => {
      let id = (this.counters.get(LAST) ?? 0) + 1;
      while (id <= MAX_RESERVATION_ID && isTaken(id)) id++;
      if (id > MAX_RESERVATION_ID) throw new RangeError('all reservationIds are used up');
      this.counters.put(LAST, id);
      return id;
    });
  }
}
