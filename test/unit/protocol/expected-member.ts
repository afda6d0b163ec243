import type { ErrorCode } from '../../../src/protocol/error-code.ts';

/** What the standard says about one member of a payload, for the table in expected-messages.ts. */
export type Expected =
  | { kind: 'text'; max?: number; optional?: true }
  | { kind: 'choice'; values: readonly string[]; optional?: true }
  | { kind: 'moment' | 'uri' | 'integer' | 'tenths' | 'flag'; optional?: true }
  | { kind: 'list'; of: Expected; atLeastOne?: true; optional?: true }
  | { kind: 'object'; members: Members; optional?: true };

export type Members = Readonly<Record<string, Expected>>;

export const text = (max?: number): Expected =>
  max === undefined ? { kind: 'text' } : { kind: 'text', max };
export const choice = (...values: string[]): Expected => ({ kind: 'choice', values });
export const moment: Expected = { kind: 'moment' };
export const uri: Expected = { kind: 'uri' };
export const integer: Expected = { kind: 'integer' };
export const tenths: Expected = { kind: 'tenths' };
export const flag: Expected = { kind: 'flag' };
export const list = (of: Expected): Expected => ({ kind: 'list', of });
export const nonEmptyList = (of: Expected): Expected => ({ kind: 'list', of, atLeastOne: true });
export const object = (members: Members): Expected => ({ kind: 'object', members });
export const optional = (member: Expected): Expected => ({ ...member, optional: true });

/** A valid value: with all optional members, or with none. */
export function sampleOf(expected: Expected, members: 'all' | 'required'): unknown {
  switch (expected.kind) {
    case 'text':
      return 'x'.repeat(expected.max ?? 30);
    case 'choice':
      return expected.values[0];
    case 'moment':
      return '2024-02-29T23:59:59.999Z';
    case 'uri':
      return 'ftp://user:secret@files.example.com:21/firmware%20v2.bin?x=1';
    case 'integer':
      return 0;
    case 'tenths':
      return 8.1;
    case 'flag':
      return false;
    case 'list':
      return [sampleOf(expected.of, members), sampleOf(expected.of, members)];
    case 'object':
      return Object.fromEntries(
        Object.entries(expected.members)
          .filter(([, member]) => members === 'all' || !member.optional)
          .map(([name, member]) => [name, sampleOf(member, members)]),
      );
  }
}

export interface Fault {
  readonly what: string;
  /** As a Violation names it. */
  readonly path: string;
  readonly code: ErrorCode;
  readonly payload: unknown;
}

export interface Variant {
  readonly what: string;
  readonly payload: unknown;
}

type Steps = readonly (string | number)[];

/** Every way to break one rule about the payload at one place, with the code that it deserves. */
export function faultsOf(payload: Expected): Fault[] {
  const valid = sampleOf(payload, 'all');
  const faults: Fault[] = [];
  const broken = (what: string, code: ErrorCode, steps: Steps, value: unknown, at: Steps = steps): void => {
    faults.push({ what, code, path: pathOf(at), payload: replaced(valid, steps, value) });
  };
  for (const value of [[], 'text', 7, true, null])
    broken(`is ${JSON.stringify(value)}`, 'FormationViolation', [], value);

  visit(payload, [], (expected, steps) => {
    const illegal = (what: string, value: unknown) =>
      broken(what, 'PropertyConstraintViolation', steps, value);
    const mistyped = (...values: unknown[]) => {
      if (steps.length === 0) return;
      for (const value of values)
        broken(`is ${JSON.stringify(value)}`, 'TypeConstraintViolation', steps, value);
    };
    switch (expected.kind) {
      case 'text':
        mistyped(7, null, {}, [], true);
        if (expected.max !== undefined) illegal('is one character too long', 'x'.repeat(expected.max + 1));
        break;
      case 'choice':
        mistyped(7, null, {});
        illegal('is no value of the enumeration', 'Invented');
        illegal(
          'has the wrong case',
          expected.values[0]?.toUpperCase() === expected.values[0]
            ? expected.values[0]?.toLowerCase()
            : expected.values[0]?.toUpperCase(),
        );
        illegal('ends with a newline', `${expected.values[0]}\n`);
        illegal('is empty', '');
        break;
      case 'moment':
        mistyped(1_700_000_000, null);
        illegal('is garbage', 'yesterday');
        illegal('is a day that does not exist', '2022-02-29T10:00:00Z');
        illegal('has no zone', '2024-01-01T10:00:00');
        break;
      case 'uri':
        mistyped(7, null);
        illegal('is no URI', 'not a uri');
        break;
      case 'integer':
        mistyped('7', 7.5, null, true, [7]);
        break;
      case 'tenths':
        mistyped('8.1', null);
        illegal('has two decimals', 8.15);
        break;
      case 'flag':
        mistyped('true', 1, null);
        break;
      case 'list':
        mistyped({}, 'text', null);
        if (expected.atLeastOne) broken('is empty', 'OccurenceConstraintViolation', steps, []);
        break;
      case 'object':
        mistyped([], 'text', 7, null);
        for (const surplus of ['surplus', '__proto__', 'constructor', 'toString']) {
          broken(`has a member ${surplus}`, 'FormationViolation', [...steps, surplus], 1);
        }
        for (const [name, member] of Object.entries(expected.members)) {
          if (!member.optional)
            broken(`lacks ${name}`, 'OccurenceConstraintViolation', [...steps, name], ABSENT);
        }
        break;
    }
  });
  return faults;
}

/** Every change at one place that leaves the payload valid. */
export function variantsOf(payload: Expected): Variant[] {
  const valid = sampleOf(payload, 'all');
  const variants: Variant[] = [
    { what: 'all members', payload: valid },
    { what: 'required members only', payload: sampleOf(payload, 'required') },
  ];
  visit(payload, [], (expected, steps) => {
    const fine = (value: unknown) =>
      variants.push({
        what: `${pathOf(steps)} = ${JSON.stringify(value)?.slice(0, 60)}`,
        payload: replaced(valid, steps, value),
      });
    if (expected.optional) fine(ABSENT);
    if (expected.kind === 'choice') for (const value of expected.values) fine(value);
    if (expected.kind === 'integer') for (const value of [0, -1, 2_147_483_647, 2 ** 63]) fine(value);
    if (expected.kind === 'tenths') for (let tenth = 0; tenth <= 400; tenth += 1) fine(tenth / 10);
    if (expected.kind === 'text') fine('');
    if (expected.kind === 'text' && expected.max !== undefined) fine('\u{1F50C}'.repeat(expected.max));
    if (expected.kind === 'moment')
      for (const value of ['2024-01-01T00:00:00Z', '2024-01-01T00:00:00.123456+05:30']) fine(value);
    if (expected.kind === 'list' && !expected.atLeastOne) fine([]);
  });
  return variants;
}

const ABSENT = Symbol('absent');

function visit(expected: Expected, steps: Steps, see: (expected: Expected, steps: Steps) => void): void {
  see(expected, steps);
  if (expected.kind === 'list') visit(expected.of, [...steps, 1], see);
  if (expected.kind === 'object') {
    for (const [name, member] of Object.entries(expected.members)) visit(member, [...steps, name], see);
  }
}

function replaced(value: unknown, steps: Steps, replacement: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((item, index) => (index === step ? replaced(item, rest, replacement) : item));
  // Parsed, as from the wire: so that `__proto__` is a member like any other.
  const copy = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  if (rest.length === 0 && replacement === ABSENT) {
    delete copy[step];
    return copy;
  }
  const changed = replaced(Object.hasOwn(copy, step) ? copy[step] : undefined, rest, replacement);
  Object.defineProperty(copy, step, { value: changed, enumerable: true, configurable: true, writable: true });
  return copy;
}

function pathOf(steps: Steps): string {
  return steps
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}
