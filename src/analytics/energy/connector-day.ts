import { DAY_MS } from '../queries/range.ts';

/** A day of one connector. */
export interface ConnectorDay {
  readonly chargePointId: string;
  readonly connectorId: number;
  /** Days of UTC since the epoch. */
  readonly day: number;
}

/** The same text for the same day of the same connector. */
export function keyOfDay({ chargePointId, connectorId, day }: ConnectorDay): string {
  return `${day} ${connectorId} ${chargePointId}`;
}

export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}
