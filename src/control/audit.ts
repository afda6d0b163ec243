import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isObject } from '../protocol/members.ts';
import type { AuditRecord, AuditTrail } from '../store/audit-trail.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../telemetry/log.ts';
import { REDACTED, redactJson } from '../telemetry/redaction.ts';
import { networkOf } from './attempt-limit.ts';
import { payloadSchemas } from './openapi/ocpp-payloads.ts';
import type { Operation, Schema } from './openapi/operation.ts';
import { schemas } from './openapi/schemas.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** A route sets it where looking reaches a charge point. */
    isAudited: boolean;
  }
}

/** Longest body that is kept, characters. */
const MAX_REQUEST = 4096;
/** Longest parameter that is kept, characters. */
const MAX_PARAMETER = 255;
/** How often the numbers of counted refusals are written, ms. */
const WRITE_EVERY_MS = 5000;
/** Answers beyond this are not looked into, characters. */
const MAX_ANSWER = 64 * 1024;

/**
 * Writes down everything that may change something, done or refused, by whom and with what outcome: on the
 * disk before the answer leaves. Requests that only look are not written down, unless they ask a charge
 * point.
 */
export function auditChanges(app: FastifyInstance, { store, log }: { store: Store; log: Log }): void {
  const sums = new AuditSums(store.audit);
  const write = () =>
    sums.write().catch((err: unknown) => log.error({ err }, 'counts of the audit trail cannot be written'));
  const writing = setInterval(write, WRITE_EVERY_MS);
  writing.unref();
  app.addHook('onClose', async () => {
    clearInterval(writing);
    await write();
  });
  app.decorateRequest('isAudited', false);
  app.addHook('onSend', async (request, reply, payload) => {
    const { operation } = request.routeOptions.config;
    if (!operation || (operation.method === 'GET' && !request.isAudited)) return payload;
    if (!request.principal && !operation.open) return payload;
    const entry: AuditRecord = {
      at: Date.now() - Math.round(reply.elapsedTime),
      actor: request.principal?.id ?? '',
      ...(request.principal?.kind === 'user' && { isUser: true }),
      role: request.principal?.role ?? '',
      via: request.principal ? request.via : 'none',
      remoteAddress: request.ip,
      operation: operation.id,
      target: targetOf(operation, request),
      request: bodyOf(request),
      status: reply.statusCode,
      outcome: outcomeOf(payload),
      durationMs: Math.round(reply.elapsedTime),
    };
    try {
      await sums.add(entry);
    } catch (error) {
      // What was done is done: the answer must not claim otherwise.
      log.error({ err: error, ...entry, request: undefined }, 'the audit trail cannot be written');
    }
    return payload;
  });
}

/**
 * The parameters that the operation declares, as far as they are what it declares: whatever else was sent may
 * be anything.
 */
function targetOf({ params, query }: Operation, request: FastifyRequest): Record<string, string> {
  const sent = { ...(request.query as object), ...(request.params as object) } as Record<string, unknown>;
  const declared = Object.entries({ ...query, ...params }).flatMap(([name, { enum: choices }]) => {
    const value = sent[name];
    if (value === undefined || (Array.isArray(choices) && !choices.includes(value))) return [];
    const shown = typeof value === 'string' ? value.slice(0, MAX_PARAMETER) : value;
    // Numbers are read from any text: one that JSON cannot hold is none.
    const isShown = typeof shown === 'number' ? Number.isFinite(shown) : typeof shown !== 'object';
    return isShown ? [[name, shown] as const] : [];
  });
  return redactJson(Object.fromEntries(declared)) as Record<string, string>;
}

function bodyOf({ body: sent, params, routeOptions }: FastifyRequest): string {
  if (typeof sent !== 'object' || sent === null || 'pipe' in sent) return '';
  const { body: declared, secretMembers: hidden = [] } = routeOptions.config.operation ?? {};
  const schema = declared?.schemaFor
    ? declared.schemaFor(params as Record<string, string>)
    : declared?.content['application/json']?.schema;
  const body = schema && declaredPart(schema, sent);
  if (typeof body !== 'object' || body === null) return '';
  // The path may say that a member is a secret: the value of the configuration key AuthorizationKey.
  const whole = Array.isArray(body) ? body : { ...(params as object), ...body };
  const shown = Object.entries(redactJson(whole) as object)
    .filter(([name]) => name in body)
    .map(([name, value]) => [name, hidden.includes(name) && typeof value === 'string' ? REDACTED : value]);
  const text = JSON.stringify(
    Array.isArray(body) ? shown.map(([, value]) => value) : Object.fromEntries(shown),
  );
  return text.length > MAX_REQUEST ? `${text.slice(0, MAX_REQUEST)}…` : text;
}

/** What an answer may say about what was done. */
interface Answered {
  readonly error?: { readonly code?: string } | null;
  readonly outcome?: string;
  readonly code?: string;
  readonly payload?: { readonly status?: unknown };
}

/** Returns the error code of a refusal, the status that a charge point answered with, or `ok`. */
function outcomeOf(payload: unknown): string {
  if (typeof payload !== 'string' || payload.length > MAX_ANSWER || !payload.startsWith('{')) return 'ok';
  const whole = JSON.parse(payload) as Answered & { answer?: Answered };
  const answer = whole.answer ?? whole;
  if (answer.error?.code !== undefined) return answer.error.code;
  if (answer.outcome === 'error') return answer.code ?? 'error';
  const status = answer.payload?.status;
  return typeof status === 'string' ? status : 'ok';
}

/** Within this time of the first, what is alike is counted there, ms. */
const WINDOW_MS = 60_000;
/** Refusals of one key that are written down one by one within that time. */
const SINGLE_REFUSALS = 20;
/** Sums under way; beyond that, addresses are no longer distinguished. */
const MAX_SUMS = 500;

interface Sum {
  readonly since: number;
  /** Number of the entry that stands for all. */
  seq: Promise<number>;
  /** Entries that were written for it. */
  written: number;
  /** How many the newest entry stands for. */
  count: number;
  noted: number;
}

/**
 * Writes to the audit trail, and counts there what is refused again and again: of those without a key, one
 * entry per network, operation and outcome within a minute; of each key, the first ones of an operation and
 * outcome, and one entry for the rest.
 */
class AuditSums {
  private readonly audit: AuditTrail;
  private readonly now: () => number;
  private readonly sums = new Map<string, Sum>();

  constructor(audit: AuditTrail, now: () => number = Date.now) {
    this.audit = audit;
    this.now = now;
  }

  /** Resolves once it is on the disk, or counted. */
  async add(entry: AuditRecord): Promise<void> {
    const isStranger = entry.via === 'none';
    if (!isStranger && (entry.status < 400 || entry.status >= 500)) {
      await this.audit.add(entry);
      return;
    }
    const who = isStranger ? networkOf(entry.remoteAddress) : entry.actor;
    let key = JSON.stringify([entry.via, who, entry.operation, entry.outcome]);
    let shown = entry;
    if (this.sums.size >= MAX_SUMS && !this.sums.has(key)) {
      await this.write();
      if (this.sums.size >= MAX_SUMS) {
        key = JSON.stringify([entry.via, entry.operation, entry.outcome]);
        shown = { ...entry, remoteAddress: 'many' };
      }
    }
    const sum = this.sums.get(key);
    if (!sum || sum.since + WINDOW_MS <= this.now()) {
      if (sum) await this.noteOne(sum);
      const begun = { since: this.now(), seq: this.audit.add(shown), written: 1, count: 1, noted: 1 };
      this.sums.set(key, begun);
      // What could not be written is no sum either.
      await begun.seq.catch((error: unknown) => {
        this.sums.delete(key);
        throw error;
      });
    } else if (!isStranger && sum.written < SINGLE_REFUSALS) {
      sum.written++;
      sum.seq = this.audit.add(shown);
      await sum.seq;
    } else {
      sum.count++;
    }
  }

  /** Writes down how far the sums are, and forgets those whose time is over. */
  async write(): Promise<void> {
    for (const [key, sum] of [...this.sums]) {
      await this.noteOne(sum);
      if (sum.since + WINDOW_MS <= this.now()) this.sums.delete(key);
    }
  }

  private async noteOne(sum: Sum): Promise<void> {
    if (sum.count === sum.noted) return;
    const { count } = sum;
    await this.audit.count(await sum.seq, count);
    sum.noted = count;
  }
}

/** Items of a list that are kept; nothing that is shown needs more. */
const MAX_ITEMS = 100;
/** Longest text that is kept, characters. */
const MAX_TEXT = 1000;

const shared: Readonly<Record<string, Schema>> = { ...schemas, ...payloadSchemas() };

/**
 * What a schema declares of a JSON value: members that it does not know, and values of another type or
 * outside of its choices, are left out. Undefined where nothing is left.
 */
function declaredPart(schema: Schema, value: unknown): unknown {
  const { $ref } = schema;
  if (typeof $ref === 'string') {
    const found = shared[$ref.slice($ref.lastIndexOf('/') + 1)];
    return found && declaredPart(found, value);
  }
  const alternatives = (schema.anyOf ?? schema.oneOf ?? schema.allOf) as readonly Schema[] | undefined;
  const parts = [...(alternatives ?? []).map((one) => declaredPart(one, value)), ownPart(schema, value)];
  const found = parts.filter((part) => part !== undefined);
  if (found.length > 1 && found.every(isObject)) return Object.assign({}, ...found);
  return found[0];
}

function ownPart(schema: Schema, value: unknown): unknown {
  if (!accepts(schema, value)) return undefined;
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = schema.items as Schema | undefined;
    if (!items) return undefined;
    return value.slice(0, MAX_ITEMS).flatMap((item) => declaredPart(items, item) ?? []);
  }
  const { properties } = schema;
  // An object of any members is declared as it is.
  if (properties === undefined) return schema.type === 'object' && !schema.additionalProperties ? value : {};
  const members = Object.entries(properties as Readonly<Record<string, Schema>>).flatMap(([name, member]) => {
    if (!Object.hasOwn(value, name)) return [];
    const part = declaredPart(member, (value as Record<string, unknown>)[name]);
    return part === undefined ? [] : [[name, part] as const];
  });
  return Object.fromEntries(members);
}

function accepts(
  { type, enum: choices, properties, items, anyOf, oneOf, allOf }: Schema,
  value: unknown,
): boolean {
  if (Array.isArray(choices)) return choices.includes(value);
  const types = type === undefined ? [] : [type].flat();
  if (types.length > 0)
    return types.includes(typeOf(value)) || (types.includes('number') && typeOf(value) === 'integer');
  if (anyOf || oneOf || allOf) return false;
  return (isObject(value) && properties !== undefined) || (Array.isArray(value) && items !== undefined);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
