import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AuditRecord } from '../store/audit-trail.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../telemetry/log.ts';
import { REDACTED, redactJson } from '../telemetry/redaction.ts';
import { AuditSums } from './audit-sums.ts';
import { declaredPart } from './declared-part.ts';
import type { Operation } from './openapi/operation.ts';

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
/** How often it is written down how many refusals were counted, ms. */
const TELL_EVERY_MS = 5000;
/** Answers beyond this are not looked into, characters. */
const MAX_ANSWER = 64 * 1024;

/**
 * Writes down everything that may change something, done or refused, by whom and with what outcome: on the
 * disk before the answer leaves. Looking is not written down, unless a charge point is asked for it.
 */
export function auditChanges(app: FastifyInstance, { store, log }: { store: Store; log: Log }): void {
  const sums = new AuditSums(store.audit);
  const tell = () =>
    sums.tell().catch((err: unknown) => log.error({ err }, 'counts of the audit trail cannot be written'));
  const telling = setInterval(tell, TELL_EVERY_MS);
  telling.unref();
  app.addHook('onClose', async () => {
    clearInterval(telling);
    await tell();
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

/** The error code of a refusal, what a charge point said, or `ok`. */
function outcomeOf(payload: unknown): string {
  if (typeof payload !== 'string' || payload.length > MAX_ANSWER || !payload.startsWith('{')) return 'ok';
  const whole = JSON.parse(payload) as Answered & { answer?: Answered };
  const answer = whole.answer ?? whole;
  if (answer.error?.code !== undefined) return answer.error.code;
  if (answer.outcome === 'error') return answer.code ?? 'error';
  const status = answer.payload?.status;
  return typeof status === 'string' ? status : 'ok';
}
