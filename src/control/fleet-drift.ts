import type { DriftState } from '../operations/configuration/drift.ts';
import type { FleetCensus, IndexedChargePoint } from './fleet-index.ts';

/** Whether something of its configuration is not as a template wants it. */
export function hasDrift({ drifts }: IndexedChargePoint): boolean {
  return drifts.some(({ state }) => state !== 'matches');
}

/** Charge points of a template by how they stand to it. */
export type DriftCounts = Readonly<Record<DriftState, number>>;

/** Each census is counted once. */
const counted = new WeakMap<FleetCensus, ReadonlyMap<string, DriftCounts>>();

/** Returns the counts of each template that has a key of some charge point. */
export function driftCounts(census: FleetCensus): ReadonlyMap<string, DriftCounts> {
  const known = counted.get(census) ?? count(census);
  counted.set(census, known);
  return known;
}

function count({ chargePoints }: FleetCensus): ReadonlyMap<string, DriftCounts> {
  const counts = new Map<string, Record<DriftState, number>>();
  for (const { drifts } of chargePoints) {
    for (const { template, state } of drifts) {
      const own = counts.get(template) ?? { ...NO_CHARGE_POINTS };
      own[state]++;
      counts.set(template, own);
    }
  }
  return counts;
}

export const NO_CHARGE_POINTS: DriftCounts = {
  matches: 0,
  reboot_required: 0,
  not_reported: 0,
  differs: 0,
  rejected: 0,
};
