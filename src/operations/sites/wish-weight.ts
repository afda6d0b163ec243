import type { ChargingWish } from '../../store/site-record.ts';

export interface WishSituation {
  readonly now: number;
  /** Wh since the start of the transaction. */
  readonly deliveredWh: number;
  readonly voltage: number;
  readonly phases: number;
  /** A per phase. */
  readonly minimumCurrent: number;
}

const LEAST_URGENT = 0.25;
const MOST_URGENT = 8;
const HOUR = 3_600_000;

/**
 * How much more than others a vehicle gets above its minimum: by its priority, and by how much current it
 * needs on average to have its energy when it leaves.
 */
export function weightOf(wish: ChargingWish | undefined, situation: WishSituation): number {
  if (wish === undefined) return 1;
  return (1 + wish.priority) * urgencyOf(wish, situation);
}

function urgencyOf(
  { departure, energyWh }: ChargingWish,
  { now, deliveredWh, voltage, phases, minimumCurrent }: WishSituation,
): number {
  if (energyWh === null) return 1;
  const missing = energyWh - deliveredWh;
  if (missing <= 0) return LEAST_URGENT;
  if (departure === null) return 1;
  if (departure <= now) return MOST_URGENT;
  const current = missing / ((departure - now) / HOUR) / (voltage * phases);
  return Math.min(MOST_URGENT, Math.max(LEAST_URGENT, current / minimumCurrent));
}
