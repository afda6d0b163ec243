import { readFileSync } from 'node:fs';

const source = new URL('../../node_modules/ocpp-rpc/lib/schemas/ocpp1_6.json', import.meta.url);

/**
 * The JSON schemas of OCPP 1.6 with the security extension, as `{ action, kind, schema }`, sorted by
 * action; `kind` is `request` or `response`. Errata are applied and references are resolved.
 */
export function readSchemas() {
  return JSON.parse(readFileSync(source, 'utf8'))
    .map((schema) => {
      const [, action, suffix] = /^urn:(\w+)\.(req|conf)$/.exec(schema.$id);
      return {
        action,
        kind: suffix === 'req' ? 'request' : 'response',
        schema: resolve(schema, schema.definitions),
      };
    })
    .map(applyErrata)
    .sort((a, b) => compare(a.action, b.action) || compare(a.kind, b.kind));
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** Replaces `$ref` by what it points to: small schemas, no recursion among them. */
function resolve(schema, definitions = {}) {
  if (schema.$ref) return resolve(definitions[schema.$ref.replace('#/definitions/', '')], definitions);
  const { $id, $schema, definitions: _definitions, ...kept } = schema;
  if (kept.type === 'object') {
    kept.properties = Object.fromEntries(
      Object.entries(kept.properties ?? {}).map(([name, member]) => [name, resolve(member, definitions)]),
    );
  }
  if (kept.items) kept.items = resolve(kept.items, definitions);
  return kept;
}

/** Spellings that the errata sheets add to the published schemas. */
const ERRATA = [
  // OCPP-J errata 2.1: "Celcius" was a slip; both are met in the field. The frequency unit was forgotten.
  {
    paths: ['MeterValues.request/meterValue', 'StopTransaction.request/transactionData'],
    member: 'unit',
    add: ['Celcius', 'Celsius', 'Hertz'],
  },
];

function applyErrata(message) {
  for (const { paths, member, add } of ERRATA) {
    for (const path of paths) {
      const [name, property] = path.split('/');
      if (name !== `${message.action}.${message.kind}`) continue;
      const unit = message.schema.properties[property].items.properties.sampledValue.items.properties[member];
      unit.enum = [...new Set([...unit.enum, ...add])];
    }
  }
  return message;
}
