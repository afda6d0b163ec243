import type { EnergyScope } from '../energy/energy-scope.ts';
import type { QueryParameters } from '../engine.ts';

/** A parameter of a query is missing, unknown or not what is allowed. */
export class BadParameter extends Error {
  override readonly name = 'BadParameter';
}

/** Identities are at most this long, in characters. */
const LONGEST_TEXT = 255;

/** Texts of a list, all together, in bytes: ClickHouse takes queries of at most 256 KiB. */
const LONGEST_LIST = 50_000;

/** ClickHouse keeps times from 1900 to 2299. */
const EARLIEST = Date.UTC(1900, 0, 1);
const LATEST = Date.UTC(2299, 11, 31);

/**
 * Reads the parameters of one request, each once; `undefined` is as good as absent. Every method throws
 * BadParameter.
 */
export class Parameters {
  private readonly given: Readonly<Record<string, unknown>>;
  private readonly unread: Set<string>;

  constructor(given: Readonly<Record<string, unknown>>) {
    this.given = given;
    this.unread = new Set(Object.keys(given).filter((name) => given[name] !== undefined));
  }

  text(name: string): string | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (!isText(value) || value.length > LONGEST_TEXT) {
      throw new BadParameter(`${name} must be text of at most ${LONGEST_TEXT} characters, none of them NUL`);
    }
    return value;
  }

  requiredText(name: string): string {
    return this.text(name) ?? missing(name);
  }

  /** Texts, at most `most` of them, with at most LONGEST_LIST bytes together. */
  texts(name: string, most: number): readonly string[] | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    const isFine = Array.isArray(value) && value.length <= most && value.every(isText);
    if (!isFine || Buffer.byteLength(value.join('')) > LONGEST_LIST) {
      throw new BadParameter(`${name} must be a list of at most ${most} texts, without NUL`);
    }
    return value;
  }

  /** Epoch ms. */
  time(name: string): number | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < EARLIEST || value > LATEST) {
      throw new BadParameter(`${name} must be a time in epoch milliseconds`);
    }
    return value;
  }

  requiredTime(name: string): number {
    return this.time(name) ?? missing(name);
  }

  integer(name: string, { min, max, byDefault }: { min: number; max: number; byDefault: number }): number {
    const value = this.take(name) ?? byDefault;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
      throw new BadParameter(`${name} must be a whole number from ${min} to ${max}`);
    }
    return value;
  }

  flag(name: string): boolean {
    const value = this.take(name) ?? false;
    if (typeof value !== 'boolean') throw new BadParameter(`${name} must be true or false`);
    return value;
  }

  oneOf<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    const word = words.find((known) => known === value);
    return word ?? fail(`${name} must be one of ${words.join(', ')}`);
  }

  /** An IANA time zone in its canonical spelling, which is the only one that ClickHouse knows for certain. */
  timeZone(name: string): string {
    const value = this.text(name) ?? 'UTC';
    try {
      return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
    } catch {
      throw new BadParameter(`${name} must be an IANA time zone, for example Europe/Berlin`);
    }
  }

  /** Call it after all were read: a misspelt name must not widen a query silently. */
  end(): void {
    for (const name of this.unread) throw new BadParameter(`there is no parameter ${name}`);
  }

  private take(name: string): unknown {
    this.unread.delete(name);
    return this.given[name];
  }
}

/** Whether ClickHouse takes it as it is: no parameter of a query can hold a NUL. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}

/**
 * Conditions of a query and the values of their placeholders; what came from outside is only ever a value.
 */
export class Conditions {
  readonly values: Record<string, string | number | readonly string[]> = {};
  private readonly conditions: string[] = [];

  /** Adds a condition that names its value as `{name:Type}`, unless there is no value. */
  where(condition: string, name: string, value: string | number | readonly string[] | undefined): this {
    if (value === undefined) return this;
    this.conditions.push(condition);
    this.values[name] = value;
    return this;
  }

  /** Gives a value to a placeholder of a condition that has another one, too. */
  with(name: string, value: readonly string[]): this {
    this.values[name] = value;
    return this;
  }

  /** Times of `column` from `from` on and before `to`, epoch ms. */
  between(column: string, from: number | undefined, to: number | undefined): this {
    return this.where(`${column} >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')`, 'from', from).where(
      `${column} < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`,
      'to',
      to,
    );
  }

  toString(): string {
    return this.conditions.length > 0 ? this.conditions.join(' AND ') : '1';
  }
}

/** What a query file makes of a request. */
export interface PreparedQuery {
  readonly sql: string;
  readonly parameters: QueryParameters;
  /** It may read for seconds, and gives way to those that do not. */
  readonly patient?: boolean;
  /** Energy that is to be worked out before. */
  readonly energyOf?: EnergyScope;
  /**
   * It is answered also while energy of a large fleet is left to be worked out, and says of which
   * transactions.
   */
  readonly energyMayLag?: boolean;
}

function missing(name: string): never {
  return fail(`${name} is missing`);
}

function fail(message: string): never {
  throw new BadParameter(message);
}
