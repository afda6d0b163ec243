import { isObject } from '../protocol/members.ts';
import { payloadSchemas } from './openapi/ocpp-payloads.ts';
import type { Schema } from './openapi/operation.ts';
import { schemas } from './openapi/schemas.ts';

/** Items of a list that are kept; nothing that is shown needs more. */
const MAX_ITEMS = 100;
/** Longest text that is kept, characters. */
const MAX_TEXT = 1000;

const shared: Readonly<Record<string, Schema>> = { ...schemas, ...payloadSchemas() };

/**
 * What a schema declares of a JSON value: members that it does not know, and values of another type or
 * outside of its choices, are left out. Undefined where nothing is left.
 */
export function declaredPart(schema: Schema, value: unknown): unknown {
  const { $ref } = schema;
  if (typeof $ref === 'string') {
    const found = shared[$ref.slice($ref.lastIndexOf('/') + 1)];
    return found && declaredPart(found, value);
  }
  const alternatives = (schema.anyOf ?? schema.oneOf ?? schema.allOf) as readonly Schema[] | undefined;
  const parts = [...(alternatives ?? []).map((one) => declaredPart(one, value)), ownPart(schema, value)];
  const found = parts.filter((part) => part !== undefined);
  if (found.length > 1 && found.every(isObject)) return Object.assign({}, ...found);
  return found[0];
}

function ownPart(schema: Schema, value: unknown): unknown {
  if (!accepts(schema, value)) return undefined;
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = schema.items as Schema | undefined;
    if (!items) return undefined;
    return value.slice(0, MAX_ITEMS).flatMap((item) => declaredPart(items, item) ?? []);
  }
  const { properties } = schema;
  // An object of any members is declared as it is.
  if (properties === undefined) return schema.type === 'object' && !schema.additionalProperties ? value : {};
  const members = Object.entries(properties as Readonly<Record<string, Schema>>).flatMap(([name, member]) => {
    if (!Object.hasOwn(value, name)) return [];
    const part = declaredPart(member, (value as Record<string, unknown>)[name]);
    return part === undefined ? [] : [[name, part] as const];
  });
  return Object.fromEntries(members);
}

function accepts(
  { type, enum: choices, properties, items, anyOf, oneOf, allOf }: Schema,
  value: unknown,
): boolean {
  if (Array.isArray(choices)) return choices.includes(value);
  const types = type === undefined ? [] : [type].flat();
  if (types.length > 0)
    return types.includes(typeOf(value)) || (types.includes('number') && typeOf(value) === 'integer');
  if (anyOf || oneOf || allOf) return false;
  return (isObject(value) && properties !== undefined) || (Array.isArray(value) && items !== undefined);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
