import { isObject } from '../members.ts';
import { readTimestamp, writeTimestamp } from '../timestamp.ts';
import type { Action } from './actions.ts';
import { requestSchemas } from './generated/request-schemas.ts';
import { nearestValue } from './nearest-value.ts';
import type { PayloadSchema } from './payload-schema.ts';
import { codePointsOver, firstCodePoints } from './text-constraints.ts';

export interface Repaired {
  /** A copy; what was received stays as it is. Not always valid: check it again. */
  readonly payload: unknown;
  /**
   * What was repaired, each once, as `member: repair`, for example
   * `meterValue[].sampledValue[].unit: spelling`. Only names of the schema and of repairs occur, so the texts
   * can be counted by.
   */
  readonly repairs: string[];
}

/**
 * Repairs what is known from the field to be wrong and harmless in a request that broke its schema: surplus
 * and null members, over-long descriptive texts, timestamps without zone, misspelt values, numbers as text
 * and the reverse. What would change a meaning is left alone: an over-long idTag is no other idTag, an
 * unknown measurand no register.
 */
export function repairRequest(action: Action, payload: unknown): Repaired {
  const schema = requestSchemas[action];
  if (schema === undefined) throw new TypeError(`OCPP 1.6 has no action ${action}`);
  const repairs = new Set<string>();
  const repaired = isObject(payload) ? repairObject(schema, payload, '', repairs) : payload;
  return { payload: repaired, repairs: [...repairs] };
}

/**
 * Texts for people to read: cut at their maximum (OCPP 1.6 ed. 2 §7.15-7.19), nothing is identified by them.
 */
const DESCRIPTIVE: ReadonlySet<string> = new Set([
  'chargePointVendor',
  'chargePointModel',
  'chargePointSerialNumber',
  'chargeBoxSerialNumber',
  'firmwareVersion',
  'iccid',
  'imsi',
  'meterType',
  'meterSerialNumber',
  'info',
  'vendorId',
  'vendorErrorCode',
  'techInfo',
]);

/** Registers in Wh that some firmware sends with a fraction. */
const REGISTERS: ReadonlySet<string> = new Set(['meterStart', 'meterStop']);

/** The value of an enumeration that stands for all that it does not name. */
const CATCH_ALL: ReadonlyMap<string, string> = new Map([
  ['context', 'Other'],
  ['errorCode', 'OtherError'],
  ['reason', 'Other'],
]);

/** The repaired value is to be left out. */
const OMITTED = Symbol('omitted');

interface Place {
  /** Last name on the path, also for the elements of a list. */
  readonly member: string;
  readonly path: string;
  readonly required: boolean;
}

function repairObject(
  schema: PayloadSchema,
  value: Readonly<Record<string, unknown>>,
  path: string,
  repairs: Set<string>,
): Record<string, unknown> {
  const members = schema.properties ?? {};
  const repaired: Record<string, unknown> = {};
  for (const [member, memberSchema] of Object.entries(members)) {
    const place = {
      member,
      path: path === '' ? member : `${path}.${member}`,
      required: schema.required?.includes(member) ?? false,
    };
    const given = Object.hasOwn(value, member) ? value[member] : undefined;
    const kept = repairMember(memberSchema, given, place, repairs);
    if (kept !== OMITTED) repaired[member] = kept;
  }
  for (const member of Object.keys(value)) {
    if (!Object.hasOwn(members, member)) repairs.add(`${path === '' ? 'payload' : path}: unknown-member`);
  }
  keepUnknownErrorCode(value, repaired, members);
  return repaired;
}

function repairMember(schema: PayloadSchema, value: unknown, place: Place, repairs: Set<string>): unknown {
  if (value === undefined || value === null) {
    if (place.required && schema.type === 'array') return noted([], 'missing-list', place, repairs);
    if (value === undefined) return OMITTED;
    return place.required ? value : noted(OMITTED, 'null', place, repairs);
  }
  return repairValue(schema, value, place, repairs);
}

function repairValue(schema: PayloadSchema, value: unknown, place: Place, repairs: Set<string>): unknown {
  switch (schema.type) {
    case 'object':
      return isObject(value) ? repairObject(schema, value, place.path, repairs) : value;
    case 'array':
      return repairList(schema, value, place, repairs);
    case 'string':
      return repairText(schema, value, place, repairs);
    case 'integer':
    case 'number':
      return repairNumber(schema, value, place, repairs);
    case 'boolean':
      return value;
  }
}

function repairList(schema: PayloadSchema, value: unknown, place: Place, repairs: Set<string>): unknown {
  const items = schema.items;
  if (items === undefined) return value;
  const list =
    isObject(value) && items.type === 'object' ? noted([value], 'single-for-list', place, repairs) : value;
  if (!Array.isArray(list)) return value;
  const element = { member: place.member, path: `${place.path}[]`, required: false };
  return list.map((item) => repairMember(items, item, element, repairs)).filter((item) => item !== OMITTED);
}

function repairText(schema: PayloadSchema, value: unknown, place: Place, repairs: Set<string>): unknown {
  if (typeof value === 'number' && isExact(value))
    return noted(String(value), 'number-for-text', place, repairs);
  if (typeof value !== 'string') return value;
  if (schema.enum !== undefined) return repairChoice(schema.enum, value, place, repairs);
  if (schema.format === 'date-time') return repairTimestamp(value, place, repairs);
  if (
    DESCRIPTIVE.has(place.member) &&
    schema.maxLength !== undefined &&
    codePointsOver(value, schema.maxLength)
  ) {
    return noted(firstCodePoints(value, schema.maxLength), 'too-long', place, repairs);
  }
  return value;
}

function repairChoice(
  allowed: readonly string[],
  value: string,
  place: Place,
  repairs: Set<string>,
): unknown {
  if (allowed.includes(value)) return value;
  const nearest = nearestValue(allowed, value);
  if (nearest !== undefined) return noted(nearest, 'spelling', place, repairs);
  const catchAll = CATCH_ALL.get(place.member);
  return catchAll === undefined ? value : noted(catchAll, 'unknown-value', place, repairs);
}

/**
 * An optional moment that cannot be read is left out: the time of receipt then holds (StatusNotification,
 * §6.47).
 */
function repairTimestamp(value: string, place: Place, repairs: Set<string>): unknown {
  const read = readTimestamp(value);
  if (read === undefined) return place.required ? value : noted(OMITTED, 'unreadable', place, repairs);
  return read.repair === undefined ? value : noted(writeTimestamp(read.epochMs), read.repair, place, repairs);
}

function repairNumber(schema: PayloadSchema, value: unknown, place: Place, repairs: Set<string>): unknown {
  let number = value;
  if (typeof value === 'string' && /^\s*[+-]?\d{1,15}(\.\d+)?\s*$/.test(value)) {
    number = noted(Number(value), 'text-for-number', place, repairs);
  }
  if (
    schema.type === 'integer' &&
    typeof number === 'number' &&
    !Number.isInteger(number) &&
    REGISTERS.has(place.member)
  ) {
    return noted(Math.round(number), 'rounded', place, repairs);
  }
  return number;
}

/**
 * The vendor's own error code is worth more than `OtherError` alone: it moves to the member made for it
 * (§6.47).
 */
function keepUnknownErrorCode(
  value: Readonly<Record<string, unknown>>,
  repaired: Record<string, unknown>,
  members: Readonly<Record<string, PayloadSchema>>,
): void {
  const limit = members.vendorErrorCode?.maxLength;
  const given = value.errorCode;
  if (limit === undefined || repaired.vendorErrorCode !== undefined || typeof given !== 'string') return;
  if (repaired.errorCode === 'OtherError' && nearestValue(['OtherError'], given) === undefined) {
    repaired.vendorErrorCode = firstCodePoints(given, limit);
  }
}

function noted<T>(repaired: T, repair: string, place: Place, repairs: Set<string>): T {
  repairs.add(`${place.path}: ${repair}`);
  return repaired;
}

/** Whether the number is the one that was written: integers beyond 2^53 have lost digits by now. */
function isExact(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}
