/** The TypeScript source of the request schemas as data: what the lenient reader walks along. */
export function writeRequestSchemas(messages) {
  const requests = messages.filter(({ kind }) => kind === 'request');
  return [
    "import type { PayloadSchema } from '../payload-schema.ts';\n\n",
    '/** The schema of each request, with the errata that the validators have too. */\n',
    'export const requestSchemas: { readonly [action: string]: PayloadSchema } = {\n',
    ...requests.map(({ action, schema }) => `  ${action}: ${JSON.stringify(schema)},\n`),
    '};\n',
  ].join('');
}
