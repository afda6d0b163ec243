import type { Schema } from './operation.ts';

/** The building blocks of the API's schemas. */
export const time = (description: string): Schema => ({ type: 'string', format: 'date-time', description });
export const maybe = (schema: Schema): Schema => ({
  ...schema,
  type: [schema.type, 'null'].flat(),
  ...(Array.isArray(schema.enum) && { enum: [...schema.enum, null] }),
});
export const text = (description: string, more: Schema = {}): Schema => ({
  type: 'string',
  description,
  ...more,
});
export const number = (description: string): Schema => ({ type: 'number', description });
export const whole = (description: string, more: Schema = {}): Schema => ({
  type: 'integer',
  description,
  ...more,
});

/** Of names that people give: not blank, no control characters. */
export const PRINTED = '^(?!\\s*$)[^\\u0000-\\u001f\\u007f-\\u009f]*$';
/** The same, for a name that other paths go on from. */
export const PRINTED_SEGMENT = '^(?!\\s*$)[^/\\u0000-\\u001f\\u007f-\\u009f]*$';
/** What the patterns demand, in words. */
export const patterns: ReadonlyMap<string, string> = new Map([
  [PRINTED, 'must not be blank and has no control characters'],
  [PRINTED_SEGMENT, 'must not be blank and has neither slashes nor control characters'],
]);

/** An array. */
export const list = (items: Schema, description?: string, more: Schema = {}): Schema => ({
  type: 'array',
  items,
  ...(description !== undefined && { description }),
  ...more,
});

/** An object whose members are all there, unless named in `optional`. */
export const object = (
  description: string,
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Schema => ({
  type: 'object',
  description,
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

/** The answer of a query; `beside` may stand beside its rows. */
export const rowsOf = (
  description: string,
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
  beside: Readonly<Record<string, Schema>> = {},
): Schema =>
  object(
    description,
    { rows: { type: 'array', items: object('A row.', properties, optional) }, ...beside },
    Object.keys(beside),
  );

const next = maybe(text('Pass it as `cursor` for the next page; null after the last one.'));

/** The same of a query whose answer comes in pages. */
export const pagedRowsOf = (
  ...[description, properties, optional, beside = {}]: Parameters<typeof rowsOf>
) => {
  const { properties: members, required, ...rest } = rowsOf(description, properties, optional, beside);
  return {
    ...rest,
    properties: { ...(members as object), next },
    required: [...(required as string[]), 'next'],
  };
};

/** A page of a list of the schema `name`. */
export const pageOf = (name: string): Schema =>
  object(`A page of ${name}.`, {
    items: { type: 'array', items: { $ref: `#/components/schemas/${name}` } },
    next,
  });

export const transactionState: Schema = {
  type: 'string',
  enum: ['open', 'stopped', 'superseded', 'unmatched', 'closed'],
};
