import type { Group } from '../../smart-charging/load-sharing.ts';
import { lowestLimit } from '../../smart-charging/site-limits.ts';
import { SiteLoad } from '../../smart-charging/site-load.ts';
import type { SiteRecord } from '../../store/site-record.ts';

const WEEK = 7 * 86_400_000;

/**
 * What a vehicle may take where Farad has said nothing, in tenths of an ampere per phase: what the operator
 * has set, or else the least useful current if all connectors may take that at once under every limit of the
 * week to come, or else nothing.
 */
export function fallbackOf(site: SiteRecord, now: number): number {
  if (site.fallbackCurrent !== null) return Math.round(site.fallbackCurrent * 10);
  const minimum = Math.round(site.minimumCurrent * 10);
  const load = new SiteLoad(
    site.groups.map(
      ({ id, parent, limit }): Group => ({
        id,
        parent,
        limit:
          limit === null
            ? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
            : lowestLimit(limit, now, now + WEEK, site.voltage),
      }),
    ),
  );
  for (const { group, phases } of site.members) {
    load.add(group, [phases.includes('L1'), phases.includes('L2'), phases.includes('L3')], minimum);
  }
  return load.overloaded().length === 0 ? minimum : 0;
}
