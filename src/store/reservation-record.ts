import type { ReservationRow } from '../records/reservations.ts';

/** A reservation as kept until its retention is over (OCPP 1.6 ed. 2 §5.13). Times are epoch ms. */
export interface ReservationRecord extends ReservationRow {
  /** Of the ReserveNow. */
  readonly messageId?: string;
}

export type ReservationState = ReservationRecord['state'];

/** How a reservation came to its end. */
export type ReservationEnding = Exclude<ReservationRecord['ending'], ''>;

/** A ReserveNow that is about to leave. */
export interface ReservationRequest {
  readonly chargePointId: string;
  readonly reservationId: number;
  readonly connectorId: number;
  readonly idTag: string;
  readonly parentIdTag: string;
  readonly expiryDate: number;
  readonly messageId: string;
  readonly requestedAt: number;
}

/** A ReserveNow and what became of it. */
export interface ReservationInput extends ReservationRequest {
  readonly state: 'active' | 'doubtful' | 'refused';
  readonly answer: string;
  /** When the answer came or was given up. */
  readonly at: number;
}

/** A start that may have used a reservation. */
export interface ReservationUse {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly transactionId: number;
  /** As the StartTransaction named it; null where it named none. */
  readonly reservationId: number | null;
  readonly idTag: string;
  /** Empty where the tag has none. */
  readonly parentIdTag: string;
  readonly at: number;
}

export interface ReservationFilter {
  readonly chargePointId?: string;
  /** `next` of the page before. */
  readonly before?: string;
  readonly limit: number;
}
