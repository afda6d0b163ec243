import { isDeepStrictEqual } from 'node:util';
import { TYPE_NAMES } from './type-names.mjs';

const nameOfPath = new Map(
  Object.entries(TYPE_NAMES).flatMap(([name, paths]) => paths.map((path) => [path, name])),
);

/**
 * The TypeScript source of the payload types: one declaration per message and per type that messages share.
 */
export function writeTypes(messages) {
  const shapes = new Map();
  const declarations = [];
  const declare = (name, path, schema) => {
    const known = shapes.get(name);
    if (known) {
      if (!isDeepStrictEqual(known.schema, schema))
        throw new Error(`${path} is not what ${known.path} is: ${name}`);
      return;
    }
    shapes.set(name, { path, schema });
    const body = schema.enum
      ? enumeration(name, schema)
      : `export interface ${name} ${members(path, schema)}`;
    declarations.push({ name, text: body });
  };

  const typeOf = (path, schema) => {
    if (schema.enum || schema.type === 'object') {
      const name = nameOfPath.get(path);
      if (!name) throw new Error(`${path} has no name in type-names.mjs`);
      declare(name, path, schema);
      return name;
    }
    if (schema.type === 'array') return `readonly ${typeOf(`${path}[]`, schema.items)}[]`;
    if (schema.type === 'integer') return 'number';
    return schema.type;
  };

  const members = (path, schema) => {
    const lines = Object.entries(schema.properties).map(([name, member]) => {
      const optional = schema.required?.includes(name) ? '' : '?';
      const note = remark(member);
      return `${note ? `  /** ${note} */\n` : ''}  readonly ${name}${optional}: ${typeOf(`${path}/${name}`, member)};\n`;
    });
    return `{\n${lines.join('')}}\n`;
  };

  const payloads = messages.map(({ action, kind, schema }) => {
    const name = `${action}${kind === 'request' ? 'Request' : 'Response'}`;
    if (Object.keys(schema.properties).length === 0) return `export type ${name} = Record<string, never>;\n`;
    return `export interface ${name} ${members(`${action}.${kind}`, schema)}`;
  });

  const seen = new Set([...shapes.keys()]);
  const unused = Object.keys(TYPE_NAMES).filter((name) => !seen.has(name));
  if (unused.length > 0) throw new Error(`Unused in type-names.mjs: ${unused.join(', ')}`);

  const actions = [...new Set(messages.map(({ action }) => action))];
  const table = actions.map(
    (action) =>
      `  readonly ${action}: { readonly request: ${action}Request; readonly response: ${action}Response };\n`,
  );
  return [
    '/** Every action of OCPP 1.6 and of its security extension, with its payloads. */\n',
    `export interface Messages {\n${table.join('')}}\n\n`,
    `/** The actions, for what has to be known at run time. */\nexport const ACTIONS = [\n`,
    actions.map((action) => `  '${action}',\n`).join(''),
    '] as const satisfies readonly (keyof Messages)[];\n\n',
    payloads.join('\n'),
    '\n',
    declarations
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ text }) => text)
      .join('\n'),
  ].join('');
}

/** The values as a constant too: the reader of the field's quirks and the API need them. */
function enumeration(name, schema) {
  const values = schema.enum.map((value) => `  | '${value}'\n`).join('');
  const list = schema.enum.map((value) => `  '${value}',\n`).join('');
  return `export type ${name} =\n${values.trimEnd()};\n\nexport const ${constantName(name)} = [\n${list}] as const satisfies readonly ${name}[];\n`;
}

/** `ChargingRateUnit` -> `CHARGING_RATE_UNIT_VALUES`. */
function constantName(name) {
  return `${name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}_VALUES`;
}

/** What the type cannot say. */
function remark(schema) {
  const notes = [];
  if (schema.type === 'integer') notes.push('Integer.');
  if (schema.format === 'date-time') notes.push('RFC 3339 date and time.');
  if (schema.format === 'uri') notes.push('URI.');
  if (schema.maxLength !== undefined) notes.push(`At most ${schema.maxLength} characters.`);
  if (schema.multipleOf !== undefined) notes.push(`Multiple of ${schema.multipleOf}.`);
  if (schema.minItems !== undefined) notes.push(`At least ${schema.minItems}.`);
  if (schema.items?.maxLength !== undefined) notes.push(`Each at most ${schema.items.maxLength} characters.`);
  return notes.join(' ');
}
