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

export function compileParameters(schema: Schema): ValidateFunction {
  return parameters.compile(schema);
}

export function compileBody(schema: Schema): ValidateFunction {
  return bodies.compile({ ...schema, components: { schemas } });
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
