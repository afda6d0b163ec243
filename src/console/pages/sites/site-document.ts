export type PerPhase = readonly [number, number, number];

export type SiteLimit =
  | { readonly unit: 'A' | 'W'; readonly perPhase: number | PerPhase }
  | {
      readonly unit: 'A' | 'W';
      readonly startSchedule: string;
      readonly recurrence: string;
      readonly periods: readonly { readonly startPeriod: number; readonly perPhase: number | PerPhase }[];
    };

export interface SiteGroup {
  readonly id: string;
  readonly parent: string | null;
  readonly limit: SiteLimit | null;
}

export interface SiteMember {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly group: string;
  readonly phases: readonly string[];
  /** A per phase. */
  readonly rating: number;
}

/** A site as it is written to the API. */
export interface SiteDocument {
  readonly sharing: string;
  readonly minimumCurrent?: number;
  readonly fallbackCurrent?: number | null;
  readonly voltage?: number;
  readonly remoteStop?: boolean;
  readonly note?: string | null;
  readonly groups: readonly SiteGroup[];
  readonly members: readonly SiteMember[];
}

/** A site as the API shows it. */
export interface Site extends SiteDocument {
  readonly id: string;
  readonly version: number;
}

/** What a new site begins with. */
export const NEW_SITE: SiteDocument = {
  sharing: 'equal',
  minimumCurrent: 6,
  fallbackCurrent: null,
  voltage: 230,
  remoteStop: false,
  note: null,
  groups: [{ id: 'connection', parent: null, limit: { unit: 'A', perPhase: [63, 63, 63] } }],
  members: [],
};

/** Without what the server adds. */
export function documentOf({ id: _, version: __, ...document }: Site): SiteDocument {
  return document;
}

/** The site with another name for one of its groups, wherever it is named. */
export function renameGroup(site: SiteDocument, from: string, to: string): SiteDocument {
  const named = (id: string) => (id === from ? to : id);
  return {
    ...site,
    groups: site.groups.map((group) => ({
      ...group,
      id: named(group.id),
      parent: group.parent === null ? null : named(group.parent),
    })),
    members: site.members.map((member) => ({ ...member, group: named(member.group) })),
  };
}

/** The site without a group: what was in it belongs to the group above. */
export function removeGroup(site: SiteDocument, { id, parent }: SiteGroup): SiteDocument {
  if (parent === null) return site;
  return {
    ...site,
    groups: site.groups
      .filter((group) => group.id !== id)
      .map((group) => (group.parent === id ? { ...group, parent } : group)),
    members: site.members.map((member) => (member.group === id ? { ...member, group: parent } : member)),
  };
}

/** Groups as a tree from the top, each with how deep it lies. One that hangs nowhere comes last. */
export function treeOf(
  groups: readonly SiteGroup[],
): { readonly group: SiteGroup; readonly depth: number }[] {
  const tree: { group: SiteGroup; depth: number }[] = [];
  const add = (parent: string | null, depth: number) => {
    for (const group of groups) {
      if (group.parent !== parent || tree.some((known) => known.group === group)) continue;
      tree.push({ group, depth });
      add(group.id, depth + 1);
    }
  };
  add(null, 0);
  const left = groups.filter((group) => !tree.some((known) => known.group === group));
  return [...tree, ...left.map((group) => ({ group, depth: 0 }))];
}

/** Where a group may hang: not below itself. */
export function possibleParents(groups: readonly SiteGroup[], { id }: SiteGroup): string[] {
  const below = new Set([id]);
  for (const { group } of treeOf(groups))
    if (group.parent !== null && below.has(group.parent)) below.add(group.id);
  return groups.flatMap((group) => (below.has(group.id) ? [] : [group.id]));
}
