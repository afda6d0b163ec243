import type { ChargePointFilter } from '../../store/charge-point-filter.ts';

/** Who is in a campaign: the charge points named, or those that a filter finds. */
export type CampaignTargets = { readonly ids: readonly string[] } | ChargePointFilter;
