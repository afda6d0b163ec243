import type { Scope, Sight } from '../store/sight.ts';
import { countOf, type FleetCensus } from './fleet-index.ts';

/** Scopes of which the part of a census is kept. */
const KEPT = 20;

const parts = new WeakMap<FleetCensus, Map<string, FleetCensus>>();

/**
 * The part of a census that somebody may see, counted anew; the census itself for those who may see all. Kept
 * while the census is: people turn pages.
 */
export function censusInSight(census: FleetCensus, sight: Sight): FleetCensus {
  const { scope } = sight;
  if (!scope) return census;
  const ofSites = sight.ofSites();
  const key = JSON.stringify([scope, [...ofSites]]);
  const known = parts.get(census) ?? new Map<string, FleetCensus>();
  parts.set(census, known);
  const part = known.get(key) ?? partOf(census, scope, ofSites);
  known.delete(key); // the oldest one comes first
  known.set(key, part);
  const [oldest] = known.keys();
  if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
  return part;
}

function partOf(census: FleetCensus, { groups }: Scope, ofSites: ReadonlySet<string>): FleetCensus {
  const inScope = new Set(groups);
  const chargePoints = census.chargePoints.filter(
    ({ id, group }) => ofSites.has(id) || (group !== '' && inScope.has(group)),
  );
  return { ...census, ...countOf(chargePoints), chargePoints };
}
