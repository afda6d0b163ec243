import type { Action, Schema } from './ocpp-schema.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Required texts that may be empty: the value of a configuration key. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['value']);

export type Payload = Readonly<Record<string, unknown>>;

/**
 * Returns what a form begins with: the example of the message with times and a connector that make sense now.
 * Text that only people know (a tag, an address) is empty where it is required, and left out elsewhere.
 */
export function startingPayload({ example, schema }: Action, connectorId?: number): Payload {
  const begun = begin('', example, schema) as Payload;
  return connectorId !== undefined && begun.connectorId === 1 ? { ...begun, connectorId } : begun;
}

function begin(name: string, value: unknown, schema: Schema): unknown {
  if (schema.format === 'date-time')
    return new Date(Date.now() + (name === 'expiryDate' ? HOUR_MS : DAY_MS)).toISOString();
  if (Array.isArray(value)) return value.map((item) => begin(name, item, schema.items ?? {}));
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([member, of]) => {
      const known = schema.properties?.[member] ?? {};
      return [member, isFreeText(of, known) ? emptyText(member, schema) : begin(member, of, known)];
    });
    return Object.fromEntries(members.filter(([, begun]) => begun !== undefined));
  }
  return value;
}

function isFreeText(value: unknown, { enum: words, format }: Schema): boolean {
  return typeof value === 'string' && words === undefined && format !== 'date-time';
}

function emptyText(member: string, { required = [] }: Schema): '' | undefined {
  return required.includes(member) ? '' : undefined;
}

/**
 * Returns the first member that is required and empty, with dots between names; undefined where nothing is
 * missing.
 */
export function missingMember(schema: Schema, payload: unknown, path = ''): string | undefined {
  const inside: [name: string, of: Schema, value: unknown][] = [];
  if (Array.isArray(payload)) {
    for (const [index, item] of payload.entries()) inside.push([String(index), schema.items ?? {}, item]);
  } else if (typeof payload === 'object' && payload !== null) {
    const members = payload as Payload;
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
      const value = members[name];
      const isEmpty = value === undefined || (value === '' && !MAY_BE_EMPTY.has(name));
      if (isEmpty && schema.required?.includes(name)) return `${path}${name}`;
      inside.push([name, member, value]);
    }
  }
  for (const [name, of, value] of inside) {
    const missing = missingMember(of, value, `${path}${name}.`);
    if (missing !== undefined) return missing;
  }
  return undefined;
}
