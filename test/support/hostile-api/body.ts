import type { Schema } from '../../../src/control/openapi/operation.ts';
import type { Random } from '../../../src/simulator/random.ts';
import { RAW_VALUES, TEXTS, TIMES } from './values.ts';

/** Objects are built no deeper than this; what schemas nest more is left empty. */
const DEEPEST = 8;
/** How often a value within a body that fits otherwise is one that does not. */
const ODD = 0.06;

export interface BodySource {
  readonly random: Random;
  /** Shared schemas by name. */
  readonly schemas: Readonly<Record<string, Schema>>;
  /** Ids that exist, for members that are called so. */
  readonly known: Readonly<Record<string, readonly unknown[]>>;
}

/** JSON text that mostly fits a schema, with odd values, unknown and repeated members in odd places. */
export function oddBody(source: BodySource, schema: Schema): string {
  return textOf(source, schema, '', 0);
}

function textOf(source: BodySource, schema: Schema, name: string, depth: number): string {
  const { random, schemas, known } = source;
  if (random.chance(ODD)) {
    return random.chance(0.5) ? random.pick(RAW_VALUES) : JSON.stringify(random.pick([...TEXTS, ...TIMES]));
  }
  if (typeof schema.$ref === 'string') {
    const { $ref } = schema;
    return textOf(source, schemas[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {}, name, depth);
  }
  const choices = (schema.oneOf ?? schema.anyOf) as readonly Schema[] | undefined;
  if (choices) return textOf(source, random.pick(choices), name, depth);
  if (Array.isArray(schema.enum)) return JSON.stringify(random.pick(schema.enum as unknown[]));
  const existing = known[name];
  if (existing && random.chance(0.7)) return JSON.stringify(random.pick(existing));
  const type = random.pick([schema.type ?? 'object'].flat() as string[]);
  if (type === 'object') return objectOf(source, schema, depth);
  if (type === 'array') return listOf(source, schema, name, depth);
  return scalarOf(random, schema, type);
}

function objectOf(source: BodySource, schema: Schema, depth: number): string {
  const { random } = source;
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
  const required = (schema.required ?? []) as readonly string[];
  const members = Object.entries(properties).flatMap(([name, member]) => {
    const wanted = required.includes(name) ? !random.chance(0.02) : depth < DEEPEST && random.chance(0.5);
    return wanted ? [`${JSON.stringify(name)}:${textOf(source, member, name, depth + 1)}`] : [];
  });
  if (random.chance(0.04)) members.push(`${JSON.stringify(random.pick(TEXTS))}:${random.pick(RAW_VALUES)}`);
  if (random.chance(0.04)) members.push('"__proto__":{"role":"admin","status":"Accepted"}');
  const [first] = members;
  if (first !== undefined && random.chance(0.04)) members.push(first);
  return `{${members.join(',')}}`;
}

function listOf(source: BodySource, schema: Schema, name: string, depth: number): string {
  const { random } = source;
  const least = (schema.minItems as number | undefined) ?? 0;
  const most = Math.min((schema.maxItems as number | undefined) ?? 3, least + 3);
  const count = random.chance(0.03) ? 300 : least + random.below(most - least + 1);
  // Lists of ids are called like an id.
  const of = name.replace(/s$/, '');
  const items = Array.from({ length: depth > DEEPEST ? 0 : count }, () =>
    textOf(source, (schema.items ?? {}) as Schema, of, depth + 1),
  );
  return `[${items.join(',')}]`;
}

function scalarOf(random: Random, schema: Schema, type: string): string {
  switch (type) {
    case 'null':
      return 'null';
    case 'boolean':
      return random.chance(0.5) ? 'true' : 'false';
    case 'integer':
    case 'number': {
      const low = (schema.minimum ?? schema.exclusiveMinimum ?? -10) as number;
      const high = (schema.maximum ?? schema.exclusiveMaximum ?? low + 1000) as number;
      const value = random.pick([low, high, low + random.below(Math.min(high - low, 2 ** 31) + 1)]);
      return JSON.stringify(value);
    }
    default:
      if (schema.format === 'date-time') {
        return JSON.stringify(
          random.chance(0.7) ? new Date(usual(random)).toISOString() : random.pick(TIMES),
        );
      }
      return JSON.stringify(random.chance(0.5) ? fitting(random, schema) : random.pick(TEXTS));
  }
}

/** Some time of the days around 2027. */
function usual(random: Random): number {
  return Date.UTC(2027, 0, 1) + (random.below(200) - 100) * 86_400_000;
}

function fitting(random: Random, { minLength = 1, maxLength = 20 }: Schema): string {
  const length = random.pick([minLength, maxLength, 4].map(Number));
  return random
    .pick(['A', 'é', '😀', ' ', '0'])
    .repeat(Math.max(length, Number(minLength)))
    .slice(0, Math.min(Number(maxLength), 5000));
}

/** Bytes that are no body of the kind that is wanted. */
export function brokenBody(random: Random, fitting: string): Buffer {
  return random.pick<() => Buffer>([
    () => Buffer.alloc(0),
    () => Buffer.from(fitting.slice(0, random.below(fitting.length))),
    () => Buffer.from(`${fitting}${fitting}`),
    () => Buffer.from(`\ufeff${fitting}`),
    () => Buffer.from(fitting, 'utf16le'),
    () => Buffer.concat([Buffer.from('{"note":"'), Buffer.from([0xff, 0xfe, 0xc0, 0x80]), Buffer.from('"}')]),
    () => Buffer.concat([Buffer.from('"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"')]),
    () => Buffer.from(`${'['.repeat(100_000)}`),
    () => Buffer.from(`${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`),
    () => Buffer.from(`[${fitting},${fitting}]`),
    () => Buffer.from(random.pick(RAW_VALUES)),
    () => Buffer.from(`{${Array.from({ length: 5000 }, (_, index) => `"m${index}":1`).join()}}`),
    () => Buffer.from(`{"__proto__":${fitting},"constructor":${fitting}}`),
    () => Buffer.from(`"${'x'.repeat(400_000)}"`),
    () => Buffer.from(`[${'1,'.repeat(50_000)}1]`),
    () => Buffer.from(`${'9'.repeat(100_000)}`),
    () => Buffer.from('\0'.repeat(1000)),
    () => Buffer.from('NaN'),
    () => Buffer.from('status=Accepted&note=x'),
  ])();
}

/** Lines for an import, mostly wrong. */
export function oddLines(random: Random, fitting: () => string): Buffer {
  const lines = Array.from({ length: random.below(30) }, () =>
    random.pick<() => string | Buffer>([
      fitting,
      fitting,
      () => '',
      () => ',;,;'.repeat(50),
      () => 'idTag,status',
      () => '"',
      () => `"${'x'.repeat(5000)}`,
      () => random.pick(RAW_VALUES),
      () => `${random.pick(TEXTS)},Accepted`,
    ])(),
  );
  const newline = random.pick(['\n', '\r\n', '\r']);
  return Buffer.from(
    `${random.pick(['', '\ufeff', 'idTag,status\n', 'idTag;status\n', 'status\n'])}${lines.join(newline)}`,
  );
}
