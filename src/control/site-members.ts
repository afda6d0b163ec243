import type { Sight } from '../store/sight.ts';
import type { SiteMember, SiteRecord } from '../store/site-record.ts';
import type { Store } from '../store/store.ts';
import { apiError } from './errors.ts';

/** A site that is in sight. Throws `unknown_site`. */
export function siteOf({ sites }: Pick<Store, 'sites'>, sight: Sight, id: string): SiteRecord {
  const site = sight.seesSite(id) ? sites.get(id) : undefined;
  if (!site) throw apiError('unknown_site', { id });
  return site;
}

/**
 * The connectors of a site as named queries take them: analytics knows nothing of sites. Throws
 * `unknown_site`.
 */
export function membersOfSite(store: Pick<Store, 'sites'>, sight: Sight, id: string): string[] {
  return siteOf(store, sight, id).members.map(memberText);
}

/** A connector of a site as named queries take it. */
export function memberText({
  connectorId,
  chargePointId,
}: Pick<SiteMember, 'connectorId' | 'chargePointId'>): string {
  return `${connectorId} ${chargePointId}`;
}
