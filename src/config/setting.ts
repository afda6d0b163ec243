import { readDuration, readSize, writeDuration, writeSize } from './quantities.ts';

/** The outcome of reading one raw value: the value itself, or that it is not allowed. */
export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

/**
 * One setting: everything that flags, environment names, the YAML file, `farad config` and docs/settings.md
 * say about it. Its name is its place in the schema.
 */
export interface Setting<T = unknown> {
  readonly isSetting: true;
  readonly default: T;
  /** What it does, in one sentence or two. */
  readonly help: string;
  /** What a value may be, completing "must be ...". */
  readonly allowed: string;
  /** Never printed or logged. */
  readonly secret: boolean;
  /** A flag without a value means `true`. */
  readonly bare: boolean;
  /** Reads text (flag, environment) or what YAML holds. */
  readonly read: (raw: unknown) => Reading<T>;
  /** The value as one would write it in a file. */
  readonly write: (value: T) => string;
}

interface Options {
  readonly secret?: boolean;
}

interface Range {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

const refused = { ok: false } as const;

/** Any text; `pattern` and `allowed` narrow it. */
export function text(
  byDefault: string,
  help: string,
  options: Options & { pattern?: RegExp; allowed?: string } = {},
): Setting<string> {
  return setting({
    default: byDefault,
    help,
    allowed: options.allowed ?? 'text',
    secret: options.secret ?? false,
    read: (raw) => {
      const value = typeof raw === 'number' ? String(raw) : raw;
      if (typeof value !== 'string' || (options.pattern && !options.pattern.test(value))) return refused;
      return { ok: true, value };
    },
    write: (value) => value,
  });
}

/** Empty, or the IANA name of a time zone. */
export function timeZone(help: string): Setting<string> {
  return setting({
    default: '',
    help,
    allowed: 'empty, or an IANA time zone such as Europe/Berlin',
    read: (raw) =>
      typeof raw === 'string' && (raw === '' || isTimeZone(raw)) ? { ok: true, value: raw } : refused,
    write: (value) => value,
  });
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** One word out of a few. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  byDefault: NoInfer<Word>,
  help: string,
): Setting<Word> {
  return setting({
    default: byDefault,
    help,
    allowed: `one of ${words.join(', ')}`,
    read: (raw) => {
      const value = words.find((word) => word === raw);
      return value === undefined ? refused : { ok: true, value };
    },
    write: (value) => value,
  });
}

/** Several words, comma separated or a YAML list; an empty text is the empty list. */
export function list(
  byDefault: readonly string[],
  help: string,
  options: { words?: readonly string[] } = {},
): Setting<readonly string[]> {
  const { words } = options;
  return setting({
    default: byDefault,
    help,
    allowed: words ? `a comma separated list out of ${words.join(', ')}` : 'a comma separated list',
    read: (raw) => {
      const items = typeof raw === 'string' ? raw.split(',') : raw;
      if (!Array.isArray(items)) return refused;
      const value: string[] = [];
      for (const item of items) {
        if (typeof item !== 'string') return refused;
        const word = item.trim();
        if (words && word !== '' && !words.includes(word)) return refused;
        if (word !== '' && !value.includes(word)) value.push(word);
      }
      return { ok: true, value };
    },
    write: (value) => value.join(','),
  });
}

export function flag(byDefault: boolean, help: string): Setting<boolean> {
  return setting({
    default: byDefault,
    help,
    allowed: 'true or false',
    bare: true,
    read: (raw) => {
      if (raw === true || raw === 'true') return { ok: true, value: true };
      if (raw === false || raw === 'false') return { ok: true, value: false };
      return refused;
    },
    write: String,
  });
}

/** A whole number, both ends included. */
export function integer(byDefault: number, help: string, { min = 0, max }: Range = {}): Setting<number> {
  return setting({
    default: byDefault,
    help,
    allowed: max === undefined ? `a whole number, ${min} or more` : `a whole number from ${min} to ${max}`,
    read: (raw) => {
      const value = typeof raw === 'string' && /^\d+$/.test(raw) ? Number(raw) : raw;
      return typeof value === 'number' && Number.isSafeInteger(value) && within(value, { min, max })
        ? { ok: true, value }
        : refused;
    },
    write: String,
  });
}

/** Milliseconds, written "200ms", "30s", "5m", "12h", "30d". Limits and default in the same spelling. */
export function duration(
  byDefault: string,
  help: string,
  range: { min?: string; max?: string } = {},
): Setting<number> {
  return quantity(
    'duration such as 200ms, 30s, 5m, 12h or 30d',
    readDuration,
    writeDuration,
    byDefault,
    help,
    range,
  );
}

/** Bytes, written "64KiB", "4GiB". Limits and default in the same spelling. */
export function size(
  byDefault: string,
  help: string,
  range: { min?: string; max?: string } = {},
): Setting<number> {
  return quantity('size such as 512B, 64KiB, 16MiB or 4GiB', readSize, writeSize, byDefault, help, range);
}

function quantity(
  what: string,
  read: (text: string) => number | undefined,
  write: (value: number) => string,
  byDefault: string,
  help: string,
  range: { min?: string; max?: string },
): Setting<number> {
  const exactly = (spelled: string): number => {
    const value = read(spelled);
    if (value === undefined) throw new RangeError(`${JSON.stringify(spelled)} in the schema is no ${what}`);
    return value;
  };
  const min = exactly(range.min ?? '0');
  const max = range.max === undefined ? Number.MAX_SAFE_INTEGER : exactly(range.max);
  const limits = [range.min && `at least ${range.min}`, range.max && `at most ${range.max}`].filter(Boolean);
  return setting({
    default: exactly(byDefault),
    help,
    allowed: [`a ${what}`, ...limits].join(', '),
    read: (raw) => {
      const value = typeof raw === 'string' || raw === 0 ? read(String(raw)) : undefined;
      return value !== undefined && within(value, { min, max }) ? { ok: true, value } : refused;
    },
    write,
  });
}

function within(value: number, { min, max }: Range): boolean {
  return (min === undefined || value >= min) && (max === undefined || value <= max);
}

function setting<T>(
  given: Omit<Setting<T>, 'isSetting' | 'secret' | 'bare'> & { secret?: boolean; bare?: boolean },
): Setting<T> {
  return { isSetting: true, secret: false, bare: false, ...given };
}

/** An address to bind to; by default the loopback one. */
export const host = (help: string): Setting<string> =>
  text('127.0.0.1', help, { pattern: /^[A-Za-z0-9.:_-]+$/, allowed: 'an IP address or a host name' });

/** A port; 0 lets the system choose one. */
export const port = (byDefault: number, help: string): Setting<number> =>
  integer(byDefault, help, { min: 0, max: 65_535 });
