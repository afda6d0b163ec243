import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { readTimestamp } from '../protocol/timestamp.ts';
import type { Schema } from './openapi/operation.ts';
import { schemas } from './openapi/schemas.ts';

/** RFC 3339 with a zone: an API client can be held to what charge points cannot. */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const formats = {
  'date-time': (text: string): boolean => readInstant(text) !== undefined,
};

/** Parameters arrive as text: numbers and booleans are read from it. */
const parameters = new Ajv({ coerceTypes: 'array', useDefaults: true, allowUnionTypes: true, formats });
/** JSON bodies say what they mean: nothing is coerced, filled in or dropped. */
const bodies = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  formats,
  keywords: ['components', 'example'],
});
parameters.addKeyword('example');

export interface Problem {
  /** JSON pointer of the offending member; empty for the value itself. */
  readonly path: string;
  readonly problem: string;
}

/** Epoch ms of an RFC 3339 time with its zone, or undefined. */
export function readInstant(text: string): number | undefined {
  return RFC_3339.test(text) ? readTimestamp(text)?.epochMs : undefined;
}

/** As Fastify calls it: the problems of the last value that did not pass are its own. */
export interface Validator {
  (value: unknown): boolean;
  errors: ErrorObject[] | null;
}

export function parameterValidator(schema: Schema): Validator {
  return atFirstUse(() => parameters.compile(schema));
}

export function bodyValidator(schema: Schema): Validator {
  return atFirstUse(() => bodies.compile({ ...schema, components: { schemas } }));
}

/** Compiled when it is first called: all of them at once are a quarter of the work of a start, and most are not needed for long. */
function atFirstUse(compile: () => ValidateFunction): Validator {
  let compiled: ValidateFunction | undefined;
  const validate = (value: unknown): boolean => {
    compiled ??= compile();
    const passes = compiled(value);
    validator.errors = compiled.errors ?? null;
    return passes;
  };
  const validator: Validator = Object.assign(validate, { errors: null });
  return validator;
}

/** What is wrong with a member, in words. */
export function describeProblem({ instancePath, keyword, params, message }: ErrorObject): Problem {
  const allowed = params as Readonly<Record<string, unknown>>;
  switch (keyword) {
    case 'required':
      return { path: `${instancePath}/${String(allowed.missingProperty)}`, problem: 'is missing' };
    case 'additionalProperties':
      return { path: `${instancePath}/${String(allowed.additionalProperty)}`, problem: 'is unknown here' };
    case 'enum':
      return {
        path: instancePath,
        problem: `must be one of ${(allowed.allowedValues as unknown[]).join(', ')}`,
      };
    case 'format':
      return {
        path: instancePath,
        problem: 'must be a time with its zone, for example 2026-03-01T12:00:00Z',
      };
    default:
      return { path: instancePath, problem: message ?? `breaks ${keyword}` };
  }
}
