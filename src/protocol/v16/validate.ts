import type { ErrorCode } from '../error-code.ts';
import type { Violation } from '../version.ts';
import type { Action } from './actions.ts';
import { requestValidators, responseValidators } from './generated/validators.ts';
import type { SchemaError, Validator } from './validator.ts';

/**
 * Checks a request payload against the schema of its action; undefined if it is valid.
 * @throws TypeError for an action that 1.6 does not have: ask `isAction` first.
 */
export function checkRequest(action: Action, payload: unknown): Violation | undefined {
  return check(requestValidators[action], action, payload);
}

/**
 * Checks a response payload against the schema of its action; undefined if it is valid.
 * @throws TypeError for an action that 1.6 does not have.
 */
export function checkResponse(action: Action, payload: unknown): Violation | undefined {
  return check(responseValidators[action], action, payload);
}

function check(validator: Validator | undefined, action: string, payload: unknown): Violation | undefined {
  if (validator === undefined) throw new TypeError(`OCPP 1.6 has no action ${action}`);
  if (validator(payload)) return undefined;
  const error = validator.errors?.[0];
  if (error === undefined) throw new TypeError(`The validator of ${action} gave no reason`);
  return toViolation(error, payload);
}

/** Longest part of a charge point's own text that a description repeats, in characters. */
const MAX_QUOTED = 40;
/** Longest list of allowed values that a description gives, in characters. */
const MAX_LISTED = 150;

/**
 * The code for each way to break a schema (OCPP-J 1.6 §4.2.3 table 7; errata 3.24, 3.38, 3.39). A missing
 * member is a matter of occurrence: the text also allows ProtocolError.
 */
function toViolation(error: SchemaError, payload: unknown): Violation {
  const value = valueAt(payload, error.instancePath);
  const path = readablePath(error.instancePath);
  const params = error.params;
  switch (error.keyword) {
    case 'required':
      return violation(
        'OccurenceConstraintViolation',
        join(path, String(params.missingProperty)),
        'is missing',
      );
    case 'minItems':
      return violation('OccurenceConstraintViolation', path, `needs at least ${params.limit} element(s)`);
    case 'additionalProperties':
      return violation(
        'FormationViolation',
        join(path, clip(String(params.additionalProperty))),
        'is not known here',
      );
    case 'type': {
      const wanted = `must be ${withArticle(String(params.type))}, is ${kindOf(value)}`;
      return violation(path === '' ? 'FormationViolation' : 'TypeConstraintViolation', path, wanted);
    }
    case 'maxLength':
      return violation('PropertyConstraintViolation', path, `has more than ${params.limit} characters`);
    case 'enum':
      return violation(
        'PropertyConstraintViolation',
        path,
        `${quote(value)} is not one of ${list(params.allowedValues)}`,
      );
    case 'format': {
      const wanted = params.format === 'uri' ? 'a URI' : 'an RFC 3339 date and time';
      return violation('PropertyConstraintViolation', path, `${quote(value)} is not ${wanted}`);
    }
    case 'multipleOf':
      return violation(
        'PropertyConstraintViolation',
        path,
        `${value} is not a multiple of ${params.multipleOf}`,
      );
    default:
      throw new TypeError(`No error code for the schema keyword ${error.keyword}`);
  }
}

function violation(code: ErrorCode, path: string, text: string): Violation {
  return { code, description: `${path === '' ? 'payload' : path}: ${text}`, path };
}

/**
 * `/meterValue/0/timestamp` as `meterValue[0].timestamp`. The pointers hold names of the schema only, so no
 * escapes.
 */
function readablePath(pointer: string): string {
  return pointer
    .replaceAll(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('/', '.')
    .slice(1);
}

function join(path: string, member: string): string {
  return path === '' ? member : `${path}.${member}`;
}

function valueAt(payload: unknown, pointer: string): unknown {
  let value: unknown = payload;
  for (const step of pointer.split('/').slice(1)) value = (value as Record<string, unknown>)[step];
  return value;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number' && !Number.isInteger(value)) return 'a fraction';
  return withArticle(typeof value);
}

function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

function quote(value: unknown): string {
  return JSON.stringify(typeof value === 'string' ? clip(value) : value);
}

function clip(text: string): string {
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED).toWellFormed()}...` : text;
}

function list(values: unknown): string {
  const text = (values as readonly string[]).join(', ');
  return text.length > MAX_LISTED ? `${text.slice(0, text.lastIndexOf(', ', MAX_LISTED))}, ...` : text;
}
