import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ChargePointFilter } from './charge-point-filter.ts';
import type { ChargePointRecord } from './charge-point-record.ts';
import type { ChargePointSettings } from './charge-point-settings.ts';
import type { Page } from './listing.ts';
import type { Store } from './store.ts';

/** A charge point that is provisioned, was seen, or both. */
export interface KnownChargePoint {
  readonly id: string;
  readonly settings?: ChargePointSettings;
  readonly record?: ChargePointRecord;
}

const CHUNK = 500;

/**
 * All charge points after `after` in the order of their ids, from what is provisioned and what was seen,
 * without ever holding all of them.
 */
export async function* knownChargePoints(
  store: Pick<Store, 'settings' | 'chargePoints'>,
  after?: string,
): AsyncGenerator<KnownChargePoint> {
  const provisioned = inOrder((options) => store.settings.list(options), after);
  const seen = inOrder((options) => store.chargePoints.list(options), after);
  let settings = await provisioned.next();
  let record = await seen.next();
  while (!settings.done || !record.done) {
    const order = settings.done ? 1 : record.done ? -1 : compareIds(settings.value.id, record.value.id);
    if (order < 0 && !settings.done) {
      yield { id: settings.value.id, settings: settings.value };
    } else if (order > 0 && !record.done) {
      yield { id: record.value.id, record: record.value };
    } else if (!settings.done && !record.done) {
      yield { id: record.value.id, settings: settings.value, record: record.value };
    }
    if (order <= 0) settings = await provisioned.next();
    if (order >= 0) record = await seen.next();
  }
}

export function findChargePoint(
  store: Pick<Store, 'settings' | 'chargePoints'>,
  id: string,
): KnownChargePoint | undefined {
  const settings = store.settings.get(id);
  const record = store.chargePoints.get(id);
  if (!settings && !record) return undefined;
  return { id, ...(settings && { settings }), ...(record && { record }) };
}

/** Returns the texts by which people look for a charge point. */
export function searchedTexts({ id, settings, record }: KnownChargePoint): string[] {
  const { displayName, place, tags = [], group, note } = settings ?? {};
  const given = [id, displayName, place?.bay, place?.address, ...tags, group, note];
  return [...given, ...Object.values(record?.boot ?? {})].filter((text) => typeof text === 'string');
}

/**
 * Whether a charge point is meant. Vendor, model and firmware version are compared without case, as CiStrings
 * are (OCPP 1.6 ed. 2 §2.2), and so are tags.
 */
export function isMeant(filter: ChargePointFilter, { id, settings, record }: KnownChargePoint): boolean {
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

async function* inOrder<Item>(
  list: (options: { after?: string; limit: number }) => Page<Item>,
  start: string | undefined,
): AsyncGenerator<Item> {
  let after = start;
  do {
    const page = list({ ...(after !== undefined && { after }), limit: CHUNK });
    yield* page.items;
    after = page.next;
    if (after !== undefined) await nextTurn();
  } while (after !== undefined);
}

/**
 * What the certificate of a charge point must name (security whitepaper ed. 3 A00.FR.405): as operators say,
 * else as it told at its last boot.
 */
export function serialNumberOf(
  settings: ChargePointSettings | undefined,
  record: ChargePointRecord | undefined,
): string | undefined {
  return (
    settings?.serialNumber || record?.boot?.serialNumber || record?.boot?.chargeBoxSerialNumber || undefined
  );
}

/**
 * The store's order of keys: UTF-8 bytes, which differs from that of JavaScript strings beyond the basic
 * plane.
 */
export function compareIds(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
