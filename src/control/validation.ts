import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { readTimestamp } from '../protocol/timestamp.ts';
import type { Schema } from './openapi/operation.ts';
import { schemas } from './openapi/schemas.ts';
import { patterns } from './openapi/shapes.ts';

/** Members of a body, its objects and lists together, of which all problems are looked for. */
const FEW_MEMBERS = 500;
/** Problems that an answer names at most. */
const MAX_PROBLEMS = 20;
/** Longest name or path of a member that an answer repeats, characters. */
const MAX_SHOWN = 200;

/** RFC 3339 with a zone: an API client can be held to what charge points cannot. */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const formats = {
  'date-time': (text: string): boolean => readInstant(text) !== undefined,
};

/** Parameters arrive as text: numbers and booleans are read from it. */
const parameters = new Ajv({ coerceTypes: 'array', useDefaults: true, allowUnionTypes: true, formats });
/** JSON bodies say what they mean: nothing is coerced, filled in or dropped. */
const strict = { allowUnionTypes: true, formats, keywords: ['components', 'example'] };
/** Stops at the first problem, so that a body costs no more the worse it is. */
const bodies = new Ajv(strict);
/** Finds every problem; only for bodies with few members. */
const bodiesInFull = new Ajv({ ...strict, allErrors: true });
parameters.addKeyword('example');
parameters.addKeyword({
  keyword: 'exact',
  validate: (type: unknown, value: unknown) =>
    typeof value !== 'number' || (type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)),
  error: { message: 'is a number beyond what can be counted with' },
});

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
  return atFirstUse(() => parameters.compile(exact(schema)));
}

/**
 * Demands of every number that it is one: Ajv takes any text of digits for one, and holds infinity to no
 * bound.
 */
function exact({ properties, ...schema }: Schema): Schema {
  const all = Object.entries((properties ?? {}) as Readonly<Record<string, Schema>>);
  return {
    ...schema,
    properties: Object.fromEntries(
      all.map(([name, property]) => [name, { ...property, exact: property.type }]),
    ),
  };
}

/** Finds every problem of a body with few members, and the first of a larger one. */
export function bodyValidator(schema: Schema): Validator {
  const whole = { ...schema, components: { schemas } };
  const toFirst = atFirstUse(() => bodies.compile(whole));
  const inFull = atFirstUse(() => bodiesInFull.compile(whole));
  const validate = (value: unknown): boolean => {
    const passes = toFirst(value);
    validator.errors = toFirst.errors;
    if (passes || !hasFewMembers(value)) return passes;
    inFull(value);
    validator.errors = inFull.errors;
    return false;
  };
  const validator: Validator = Object.assign(validate, { errors: null });
  return validator;
}

/** Whether all objects and lists in a value together have few members; looks at no more than that. */
function hasFewMembers(value: unknown): boolean {
  const open = [value];
  let members = 0;
  for (let next = open.pop(); next !== undefined || open.length > 0; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    for (const name in next) {
      if (++members > FEW_MEMBERS) return false;
      open.push((next as Record<string, unknown>)[name]);
    }
  }
  return true;
}

/**
 * Compiled when it is first called: all of them at once are a quarter of the work of a start, and most are
 * not needed for long.
 */
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

/** What is wrong, in words: as many problems as an answer may name, each of bounded length. */
export function describeProblems(found: readonly ErrorObject[]): Problem[] {
  return found.slice(0, MAX_PROBLEMS).map((error) => {
    const { path, problem } = describeProblem(error);
    return { path: path.length > MAX_SHOWN ? `${path.slice(0, MAX_SHOWN)}…` : path, problem };
  });
}

/** What is wrong with a member, in words. */
function describeProblem({ instancePath, keyword, params, message }: ErrorObject): Problem {
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
    case 'pattern': {
      const inWords = patterns.get(String(allowed.pattern));
      return { path: instancePath, problem: inWords ?? message ?? 'breaks a pattern' };
    }
    case 'format':
      return {
        path: instancePath,
        problem: 'must be a time with its zone, for example 2026-03-01T12:00:00Z',
      };
    default:
      return { path: instancePath, problem: message ?? `breaks ${keyword}` };
  }
}
