import type { OpenApiDocument, OpenApiOperation } from '../../../src/control/openapi/document.ts';
import type { Random } from '../../../src/simulator/random.ts';
import type { Role } from '../../../src/store/api-keys.ts';
import { brokenBody, oddBody, oddLines } from './body.ts';
import { forgedCursor, forgedCursorOf, QUERY_VALUES, SEGMENTS, TIMES } from './values.ts';

/** An operation of the description, with where it is found. */
export interface Target {
  readonly method: string;
  readonly path: string;
  readonly operation: OpenApiOperation;
  /** Least role that it takes; undefined where it takes none. */
  readonly role: Role | undefined;
}

/** A request as it goes on the wire. */
export interface HostileRequest {
  readonly target: Target;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** What exists, by names of parameters and members. */
export type Known = (target: Target) => Readonly<Record<string, readonly string[]>>;

/** Every operation that is described. */
export function targetsOf(document: OpenApiDocument): Target[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
      role: operation['x-role'],
    })),
  );
}

/** Draws requests that are wrong in one place or another, and sometimes in none. */
export class HostileRequests {
  readonly #random: Random;
  readonly #schemas: OpenApiDocument['components']['schemas'];
  readonly #known: Known;

  constructor(random: Random, document: OpenApiDocument, known: Known) {
    this.#random = random;
    this.#schemas = document.components.schemas;
    this.#known = known;
  }

  to(target: Target): HostileRequest {
    const random = this.#random;
    const wrong = random.pick(['path', 'query', 'query', 'body', 'body', 'body', 'nothing']);
    const body = this.#bodyFor(target, wrong === 'body');
    return {
      target,
      url: this.#pathFor(target, wrong === 'path') + this.#queryFor(target, wrong === 'query'),
      headers: { ...this.#headersFor(target, body !== undefined, wrong) },
      body,
    };
  }

  #pathFor(target: Target, isWrong: boolean): string {
    const random = this.#random;
    const known = this.#known(target);
    const names = [...target.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const wrongName = isWrong ? random.pick([...names, '']) : '';
    const path = target.path.replace(/\{(\w+)\}/g, (_, name: string) => {
      if (name === wrongName || known[name] === undefined) return random.pick(SEGMENTS);
      return encodeURIComponent(random.pick(known[name]));
    });
    if (!isWrong || wrongName !== '') return path;
    const elsewhere = [`${path}/`, `/${path}`, path.toUpperCase(), `${path}/../..`];
    // Behind a word these would make a name of another operation.
    const own = target.path.endsWith('}') ? [`${path}%00`, `${path};a=b`] : [];
    return random.pick([...elsewhere, ...own]);
  }

  #queryFor(target: Target, isWrong: boolean): string {
    const random = this.#random;
    const known = this.#known(target);
    const pairs = target.operation.parameters
      .filter(({ in: where }) => where === 'query')
      .flatMap(({ name, required, schema }) => {
        if (!random.chance(required ? 0.95 : 0.3)) return [];
        const isOdd = isWrong && random.chance(0.5);
        // A client that waits longer than this is no client that is kept waiting.
        if (name === 'wait' && !isOdd) return [`${name}=${random.pick(['0', '0.1', '1'])}`];
        const value = isOdd ? this.#oddValue(target, name) : this.#fittingValue(known[name], schema);
        return random.chance(isOdd ? 0.15 : 0)
          ? [`${name}=${value}`, `${name}=${value}`]
          : [`${name}=${value}`];
      });
    if (isWrong && random.chance(0.2)) {
      pairs.push(
        random.pick([
          'unknown=1',
          '=1',
          '&&',
          'limit',
          '__proto__=1',
          'constructor[x]=1',
          'limit[]=1',
          '%=1',
          '%00=%00',
        ]),
      );
    }
    return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  }

  #oddValue({ operation }: Target, name: string): string {
    const random = this.#random;
    if (name === 'cursor') {
      return random.chance(0.7) ? forgedCursorOf(operation.operationId, random) : forgedCursor(random);
    }
    const isTime = name === 'from' || name === 'to';
    return isTime && random.chance(0.8) ? encodeOdd(random.pick(TIMES)) : random.pick(QUERY_VALUES);
  }

  #fittingValue(known: readonly string[] | undefined, schema: Readonly<Record<string, unknown>>): string {
    const random = this.#random;
    if (known) return encodeURIComponent(random.pick(known));
    if (Array.isArray(schema.enum)) return encodeURIComponent(String(random.pick(schema.enum as unknown[])));
    if (schema.type === 'boolean') return random.pick(['true', 'false']);
    if (schema.type === 'integer' || schema.type === 'number') {
      const { minimum = 0, maximum = 1000 } = schema as { minimum?: number; maximum?: number };
      return String(random.pick([minimum, maximum, Math.floor((minimum + maximum) / 2)]));
    }
    if (schema.format === 'date-time') {
      return encodeURIComponent(new Date(Date.now() - random.below(1000) * 3_600_000).toISOString());
    }
    return random.pick(['A', 'FUZZ', 'hour', 'day', 'Europe/Berlin', 'UTC']);
  }

  #bodyFor(target: Target, isWrong: boolean): Buffer | undefined {
    const random = this.#random;
    const { requestBody } = target.operation;
    if (target.method === 'GET') return undefined;
    if (!requestBody) return isWrong ? brokenBody(random, '{}') : undefined;
    const source = { random, schemas: this.#schemas, known: this.#known(target) };
    const [[type, { schema }] = ['', { schema: {} }]] = Object.entries(requestBody.content);
    const fitting = () => oddBody(source, schema);
    if (type !== 'application/json') return oddLines(random, fitting);
    return isWrong && random.chance(0.4) ? brokenBody(random, fitting()) : Buffer.from(fitting());
  }

  #headersFor({ operation }: Target, hasBody: boolean, wrong: string): Record<string, string> {
    const random = this.#random;
    const headers: Record<string, string> = {};
    const types = Object.keys(operation.requestBody?.content ?? { 'application/json': {} });
    if (hasBody) {
      headers['content-type'] =
        wrong === 'body' && random.chance(0.15)
          ? random.pick([
              'text/plain',
              'application/xml',
              'application/json; charset=utf-16',
              ';',
              'x'.repeat(3000),
              '*/*',
              'multipart/form-data; boundary=x',
            ])
          : random.pick(types);
    }
    for (const { name, in: where } of operation.parameters) {
      if (where !== 'header' || !random.chance(0.3)) continue;
      headers[name] = random.pick([
        '',
        'a',
        'x'.repeat(255),
        'x'.repeat(5000),
        '-1',
        '1e999',
        'é',
        '__proto__',
        '0',
      ]);
    }
    return headers;
  }
}

/** As a client would write it, also where it is no well-formed text. */
function encodeOdd(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
