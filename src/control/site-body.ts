import { writeTimestamp } from '../protocol/timestamp.ts';
import type {
  PerPhase,
  SiteGroup,
  SiteInput,
  SiteLimit,
  SiteMember,
  SiteRecord,
} from '../store/site-record.ts';
import { unfit } from './unfit.ts';
import { readInstant } from './validation.ts';

type PhasesBody = number | readonly [number, number, number];

type LimitBody =
  | { readonly unit: 'A' | 'W'; readonly perPhase: PhasesBody }
  | {
      readonly unit: 'A' | 'W';
      readonly startSchedule: string;
      readonly recurrence: SiteLimit['recurrence'];
      readonly periods: readonly { readonly startPeriod: number; readonly perPhase: PhasesBody }[];
    }
  | null;

interface GroupBody {
  readonly id: string;
  readonly parent: string | null;
  readonly limit: LimitBody;
}

interface OptionsBody {
  readonly sharing?: SiteRecord['sharing'];
  readonly minimumCurrent?: number;
  readonly fallbackCurrent?: number | null;
  readonly voltage?: number;
  readonly remoteStop?: boolean;
  readonly note?: string | null;
}

/** A site as clients write it, already checked (`#/components/schemas/SiteUpdate`). */
export interface SiteBody extends OptionsBody {
  readonly groups: readonly GroupBody[];
  readonly members: readonly SiteMember[];
}

/** Changes of a site as clients write them, already checked (`#/components/schemas/SiteChange`). */
export interface SiteChangeBody extends OptionsBody {
  readonly groups?: readonly Pick<GroupBody, 'id' | 'limit'>[];
  readonly members?: readonly SiteMember[];
}

const DEFAULTS = {
  sharing: 'equal',
  minimumCurrent: 6,
  fallbackCurrent: null,
  voltage: 230,
  remoteStop: false,
} as const;

/** A site for the store. Throws `invalid_body` where it makes no sense as a whole. */
export function readSite(id: string, { note, groups, members, ...options }: SiteBody): SiteInput {
  return checked({
    id,
    ...DEFAULTS,
    ...options,
    ...(typeof note === 'string' && { note }),
    groups: groups.map((group) => ({ ...group, limit: readLimit(group.limit) })),
    members,
  });
}

/** The site with what the client wants changed. Throws `invalid_body` where that makes no sense. */
export function changeSite(
  { version: _, note: oldNote, ...site }: SiteRecord,
  { note, groups = [], members, ...options }: SiteChangeBody,
): SiteInput {
  groups.forEach(({ id }, index) => {
    if (!site.groups.some((group) => group.id === id))
      throw unfit(`/groups/${index}/id`, 'is no group of this site');
  });
  const limits = new Map(groups.map(({ id, limit }) => [id, readLimit(limit)]));
  const newNote = note === undefined ? oldNote : (note ?? undefined);
  return checked({
    ...site,
    ...options,
    ...(newNote !== undefined && { note: newNote }),
    groups: site.groups.map((group) => ({
      ...group,
      limit: limits.get(group.id) ?? keptLimit(group, limits),
    })),
    members: members ?? site.members,
  });
}

/** A site as the API shows it (`#/components/schemas/Site`). */
export function viewSite({ note, groups, ...site }: SiteRecord) {
  return {
    ...site,
    note: note ?? null,
    groups: groups.map((group) => ({ ...group, limit: viewLimit(group.limit) })),
  };
}

/** A limit that was taken away is null in `limits`; one that is not named stays. */
function keptLimit(
  { id, limit }: SiteGroup,
  limits: ReadonlyMap<string, SiteLimit | null>,
): SiteLimit | null {
  return limits.has(id) ? null : limit;
}

function readLimit(limit: LimitBody): SiteLimit | null {
  if (limit === null) return null;
  if ('perPhase' in limit) {
    const { unit, perPhase } = limit;
    return {
      unit,
      startSchedule: 0,
      recurrence: 'none',
      periods: [{ startPeriod: 0, perPhase: eachPhase(perPhase) }],
    };
  }
  const { unit, startSchedule, recurrence, periods } = limit;
  return {
    unit,
    recurrence,
    startSchedule: readInstant(startSchedule) ?? 0,
    periods: periods.map(({ startPeriod, perPhase }) => ({ startPeriod, perPhase: eachPhase(perPhase) })),
  };
}

function viewLimit(limit: SiteLimit | null) {
  if (limit === null) return null;
  const { unit, periods, startSchedule, recurrence } = limit;
  const [only] = periods;
  if (periods.length === 1 && only !== undefined) return { unit, perPhase: only.perPhase };
  return { unit, startSchedule: writeTimestamp(startSchedule), recurrence, periods };
}

function eachPhase(value: PhasesBody): PerPhase {
  return typeof value === 'number' ? [value, value, value] : value;
}

function checked(site: SiteInput): SiteInput {
  checkGroups(site.groups);
  const groups = new Set(site.groups.map(({ id }) => id));
  const seen = new Set<string>();
  site.members.forEach(({ chargePointId, connectorId, group }, index) => {
    if (!groups.has(group)) throw unfit(`/members/${index}/group`, 'is no group of this site');
    const key = `${chargePointId}/${connectorId}`;
    if (chargePointId.includes('/')) throw unfit(`/members/${index}/chargePointId`, 'must not have a slash');
    if (seen.has(key)) throw unfit(`/members/${index}`, 'is there twice');
    seen.add(key);
  });
  return site;
}

/** The groups must be one tree. */
function checkGroups(groups: readonly SiteGroup[]): void {
  const parents = new Map<string, string | null>();
  groups.forEach(({ id, limit }, index) => {
    if (parents.has(id)) throw unfit(`/groups/${index}/id`, 'is there twice');
    parents.set(id, groups[index]?.parent ?? null);
    checkPeriods(limit, `/groups/${index}/limit/periods`);
  });
  if (groups.filter(({ parent }) => parent === null).length !== 1)
    throw unfit('/groups', 'must have exactly one without a parent');
  groups.forEach(({ id, parent }, index) => {
    if (parent !== null && !parents.has(parent))
      throw unfit(`/groups/${index}/parent`, 'is no group of this site');
    const above = new Set<string>();
    for (let at: string | null = id; at !== null; at = parents.get(at) ?? null) {
      if (above.has(at)) throw unfit(`/groups/${index}/parent`, 'makes the group its own ancestor');
      above.add(at);
    }
  });
}

function checkPeriods(limit: SiteLimit | null, path: string): void {
  limit?.periods.forEach(({ startPeriod }, index, periods) => {
    const before = periods[index - 1];
    if (before === undefined ? startPeriod !== 0 : startPeriod <= before.startPeriod) {
      throw unfit(
        `${path}/${index}/startPeriod`,
        'must be 0 for the first period and rise from one to the next',
      );
    }
  });
}
