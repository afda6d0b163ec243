import type { KnownChargePoint } from '../../store/known-charge-points.ts';

/** All charge points that match every member that is there. */
export type CampaignFilter = {
  /** Says that no other member was forgotten: every charge point is meant. */
  readonly all?: true;
  readonly group?: string;
  readonly vendor?: string;
  readonly model?: string;
  readonly firmwareVersion?: string;
  readonly tag?: string;
  /** Beginning of the identity. */
  readonly idPrefix?: string;
};

/** Who is in a campaign: the charge points named, or those that a filter finds. */
export type CampaignTargets = { readonly ids: readonly string[] } | CampaignFilter;

/**
 * Whether a charge point is meant. Vendor, model and firmware version are compared without case, as CiStrings
 * are (OCPP 1.6 ed. 2 §2.2), and so are tags.
 */
export function isMeant(filter: CampaignFilter, { id, settings, record }: KnownChargePoint): boolean {
  const { group, vendor, model, firmwareVersion, tag, idPrefix } = filter;
  const boot = record?.boot;
  return (
    (group === undefined || settings?.group === group) &&
    (idPrefix === undefined || id.startsWith(idPrefix)) &&
    (tag === undefined || (settings?.tags ?? []).some((held) => sameText(tag, held))) &&
    sameText(vendor, boot?.vendor) &&
    sameText(model, boot?.model) &&
    sameText(firmwareVersion, boot?.firmwareVersion)
  );
}

function sameText(wanted: string | undefined, told: string | undefined): boolean {
  return wanted === undefined || told?.toLowerCase() === wanted.toLowerCase();
}
