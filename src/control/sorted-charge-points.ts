import { foreignCursor } from './cursor.ts';
import { hasDrift } from './fleet-drift.ts';
import type { FleetCensus, IndexedChargePoint } from './fleet-index.ts';
import { type ProfileName, profileName } from './fleet-security.ts';
import { FleetText } from './fleet-text.ts';

const DAY_MS = 24 * 3_600_000;

/** What a sorted list may be sorted by, each also the other way round. */
export const sortNames = [
  'id',
  'lastSeenAt',
  'lastAnsweredAt',
  'vendor',
  'firmware',
  'group',
  'certificateExpiresAt',
] as const;

export type SortName = (typeof sortNames)[number];
/** `-id`: from the last one to the first one. */
export type Sort = SortName | `-${SortName}`;

export interface FleetFilter {
  /** Part of anything that describes it. */
  readonly text?: string;
  /** One of its tags, without case. */
  readonly tag?: string;
  /** Its bay, without case. */
  readonly bay?: string;
  readonly connected?: boolean;
  readonly registration?: string;
  /** Of one of its connectors. */
  readonly status?: string;
  readonly securityProfile?: ProfileName;
  readonly profilePending?: boolean;
  /** Days from the census on; those that have expired match, too. */
  readonly certificateExpiresWithin?: number;
  /** Something of its configuration is not as a template wants it. */
  readonly drift?: boolean;
}

export interface SortedPage {
  readonly ids: readonly string[];
  /** Of all pages. */
  readonly total: number;
  /** Where the next page begins; absent at the end. */
  readonly next?: string;
}

/**
 * A page of the charge points of a census that match. `after` is the `next` of the page before; throws
 * `invalid_parameter` for others.
 */
export function sortedPage(
  census: FleetCensus,
  {
    sort,
    after,
    limit,
    ...filter
  }: FleetFilter & { readonly sort: Sort; readonly after: string | undefined; readonly limit: number },
): SortedPage {
  const all = matchingInOrder(census, sort, withoutCase(filter));
  const start = after === undefined ? 0 : placeAfter(all, sort, after);
  const items = all.slice(start, start + limit);
  const last = items.at(-1);
  const more = start + items.length < all.length && last !== undefined;
  return {
    ids: items.map(({ id }) => id),
    total: all.length,
    ...(more && { next: JSON.stringify([sortedBy(last, nameOf(sort)), last.id]) }),
  };
}

/** The charge points of a census that match. */
export function matching(census: FleetCensus, filter: FleetFilter): readonly IndexedChargePoint[] {
  return matchingInOrder(census, 'id', withoutCase(filter));
}

/** As the index has it. */
function withoutCase({ text, tag, bay, ...filter }: FleetFilter): FleetFilter {
  return {
    ...filter,
    ...(text !== undefined && { text: text.toLowerCase() }),
    ...(tag !== undefined && { tag: tag.toLowerCase() }),
    ...(bay !== undefined && { bay: bay.toLowerCase() }),
  };
}

/** Each order of a census is made once, and so are its text and what matches, because people turn pages. */
const orders = new WeakMap<FleetCensus, Map<Sort, readonly IndexedChargePoint[]>>();
const searches = new WeakMap<FleetCensus, Map<string, readonly IndexedChargePoint[]>>();
const fleetTexts = new WeakMap<FleetCensus, FleetText>();

/** Searches whose matches are kept. */
const KEPT_SEARCHES = 20;

/** Up to this part of the fleet it is quicker to sort what was found than to pick it out of all in order. */
const FEW = 1 / 16;

function matchingInOrder(
  census: FleetCensus,
  sort: Sort,
  filter: FleetFilter,
): readonly IndexedChargePoint[] {
  const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
  if (wanted.length === 0) return inOrder(census, sort);
  const kept = searches.get(census) ?? new Map<string, readonly IndexedChargePoint[]>();
  searches.set(census, kept);
  const key = JSON.stringify([sort, ...wanted.sort()]);
  const matching = kept.get(key) ?? found(census, sort, filter);
  kept.delete(key); // the oldest one comes first
  kept.set(key, matching);
  const [oldest] = kept.keys();
  if (kept.size > KEPT_SEARCHES && oldest !== undefined) kept.delete(oldest);
  return matching;
}

function found(census: FleetCensus, sort: Sort, filter: FleetFilter): readonly IndexedChargePoint[] {
  const { chargePoints, at } = census;
  if (filter.text === undefined) {
    return inOrder(census, sort).filter((chargePoint) => matches(chargePoint, filter, at));
  }
  const named = textOf(census)
    .placesOf(filter.text)
    .map((place) => chargePoints[place] as IndexedChargePoint)
    .filter((chargePoint) => matches(chargePoint, filter, at));
  if (named.length <= chargePoints.length * FEW) return named.sort(comparing(sort));
  const all = new Set(named);
  return inOrder(census, sort).filter((chargePoint) => all.has(chargePoint));
}

function textOf(census: FleetCensus): FleetText {
  let text = fleetTexts.get(census);
  if (!text) {
    text = new FleetText(census.chargePoints.map(({ searched }) => searched));
    fleetTexts.set(census, text);
  }
  return text;
}

function inOrder(census: FleetCensus, sort: Sort): readonly IndexedChargePoint[] {
  let known = orders.get(census);
  if (!known) {
    known = new Map();
    orders.set(census, known);
  }
  let order = known.get(sort);
  if (!order) {
    order = census.chargePoints.toSorted(comparing(sort));
    known.set(sort, order);
  }
  return order;
}

/** Returns whether everything but the text matches. */
function matches(
  chargePoint: IndexedChargePoint,
  {
    tag,
    bay,
    connected,
    registration,
    status,
    securityProfile,
    profilePending,
    certificateExpiresWithin: days,
    drift,
  }: FleetFilter,
  at: number,
): boolean {
  return (
    (tag === undefined || chargePoint.tags.includes(tag)) &&
    (bay === undefined || chargePoint.bay.toLowerCase() === bay) &&
    (connected === undefined || connected === chargePoint.connected) &&
    (registration === undefined || registration === chargePoint.registration) &&
    (status === undefined || chargePoint.statuses.includes(status)) &&
    (profilePending === undefined || profilePending === chargePoint.isProfilePending) &&
    (securityProfile === undefined || securityProfile === profileName(chargePoint)) &&
    (drift === undefined || drift === hasDrift(chargePoint)) &&
    (days === undefined || chargePoint.certificateExpiresAt <= at + days * DAY_MS)
  );
}

function nameOf(sort: Sort): SortName {
  return (sort.startsWith('-') ? sort.slice(1) : sort) as SortName;
}

function sortedBy(chargePoint: IndexedChargePoint, name: SortName): string | number {
  return chargePoint[name];
}

function comparing(sort: Sort): (a: IndexedChargePoint, b: IndexedChargePoint) => number {
  const name = nameOf(sort);
  const direction = sort.startsWith('-') ? -1 : 1;
  return (a, b) =>
    direction * compare(sortedBy(a, name), sortedBy(b, name)) || direction * compare(a.id, b.id);
}

/** By UTF-16 units: the order needs only to be the same for every page. */
function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The first place behind the position, which itself may be gone by now. */
function placeAfter(order: readonly IndexedChargePoint[], sort: Sort, position: string): number {
  const [value, id] = readPosition(position);
  const name = nameOf(sort);
  const direction = sort.startsWith('-') ? -1 : 1;
  const found = order.findIndex(
    (candidate) =>
      (direction * compare(sortedBy(candidate, name), value) || direction * compare(candidate.id, id)) > 0,
  );
  return found === -1 ? order.length : found;
}

function readPosition(position: string): [string | number, string] {
  try {
    const read: unknown = JSON.parse(position);
    if (Array.isArray(read) && read.length === 2 && isSortable(read[0]) && typeof read[1] === 'string') {
      return read as [string | number, string];
    }
  } catch {
    // Not ours: refused below.
  }
  throw foreignCursor();
}

function isSortable(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}
