import { INT32_MAX } from '../protocol/int32.ts';
import type { DirectoryPath } from './directory-path.ts';

/** Ids stay within 32 signed bits, as charge points in the field keep them. */
export const MAX_RESERVATION_ID = INT32_MAX;

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

  constructor(path: DirectoryPath) {
    this.path = path;
  }

  take(isTaken: (id: number) => boolean): Promise<number> {
    return this.path.transactIn('ids', () => {
      let id = this.path.counted('reservation-ids') + 1;
      while (id <= MAX_RESERVATION_ID && isTaken(id)) id++;
      if (id > MAX_RESERVATION_ID) throw new RangeError('all reservationIds are used up');
      return this.path.count('reservation-ids', id);
    });
  }
}
