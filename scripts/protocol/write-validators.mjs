import ajvModule from 'ajv';
import standaloneModule from 'ajv/dist/standalone/index.js';

const { default: Ajv, _, Name } = ajvModule;
const { default: standaloneCode } = standaloneModule;

/**
 * The TypeScript source of the validators: Ajv's standalone code, with the few things changed that it
 * would otherwise load at run time (text length, formats).
 */
export function writeValidators(messages) {
  const ajv = new Ajv({
    // The first violation is answered; messages are written from the parameters (validate.ts).
    allErrors: false,
    messages: false,
    code: { source: true, esm: true, lines: true, optimize: 2 },
    // 8.1 / 0.1 is not an integer in binary floating point.
    multipleOfPrecision: 6,
    strict: true,
    meta: false,
    validateSchema: false,
  });
  replaceLengthAndFormat(ajv);

  const names = {};
  for (const { action, kind, schema } of messages) {
    names[nameOf(action, kind)] = nameOf(action, kind);
    ajv.addSchema(schema, nameOf(action, kind));
  }
  const code = tidy(standaloneCode(ajv, names), names);
  return [
    "import { codePointsOver, isUri } from '../text-constraints.ts';\n",
    "import { isTimestamp } from '../../timestamp.ts';\n",
    "import type { Validator } from '../validator.ts';\n\n",
    table('requestValidators', messages, 'request'),
    table('responseValidators', messages, 'response'),
    code,
  ].join('');
}

const nameOf = (action, kind) => `${action}_${kind}`;

function table(name, messages, kind) {
  const rows = messages.filter((message) => message.kind === kind);
  const lines = rows.map(({ action }) => `  ${action}: ${nameOf(action, kind)},\n`).join('');
  return `export const ${name}: { readonly [action: string]: Validator } = {\n  __proto__: null,\n${lines}};\n\n`;
}

/** Ajv would `require()` its own runtime for these two; ours also looks at `length` before it counts. */
function replaceLengthAndFormat(ajv) {
  ajv.removeKeyword('maxLength');
  ajv.addKeyword({
    keyword: 'maxLength',
    type: 'string',
    schemaType: 'number',
    error: { params: ({ schema }) => _`{limit: ${schema}}` },
    code: (context) => {
      const { data, schema } = context;
      context.fail(_`${data}.length > ${schema} && ${new Name('codePointsOver')}(${data}, ${schema})`);
    },
  });
  ajv.removeKeyword('format');
  ajv.addKeyword({
    keyword: 'format',
    type: 'string',
    schemaType: 'string',
    error: { params: ({ schema }) => _`{format: ${schema}}` },
    code: (context) => {
      const check = { 'date-time': 'isTimestamp', uri: 'isUri' }[context.schema];
      if (!check) throw new Error(`format ${context.schema} has no check`);
      context.fail(_`!${new Name(check)}(${context.data})`);
    },
  });
}

/**
 * Names the functions after their messages and drops the parameters for references, of which none are left.
 */
function tidy(code, names) {
  if (/\brequire\(|\bimport\b/.test(code))
    throw new Error('The generated validators would load something at run time.');
  let tidied = code.replace('"use strict";\n', '');
  for (const name of Object.keys(names)) {
    const exported = new RegExp(`export const ${name} = (validate\\d+);\n`);
    const [, generated] = exported.exec(tidied);
    const header = `function ${generated}(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){`;
    if (!tidied.includes(header)) throw new Error(`${generated} does not begin as expected`);
    tidied = tidied
      .replace(exported, '')
      .replace(header, `function ${name}(data){\nconst instancePath = "";`)
      .replaceAll(new RegExp(`\\b${generated}\\b`, 'g'), name);
  }
  return tidied;
}
