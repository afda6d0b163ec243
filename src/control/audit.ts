import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AuditRecord } from '../store/audit-trail.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../telemetry/log.ts';
import { REDACTED, redactJson } from '../telemetry/redaction.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** A route sets it where looking reaches a charge point. */
    isAudited: boolean;
  }
}

/** Longest body that is kept, characters. */
const MAX_REQUEST = 4096;
/** Answers beyond this are not looked into, characters. */
const MAX_ANSWER = 64 * 1024;

/**
 * Writes down everything that may change something, done or refused, by whom and with what outcome: on the disk before the answer
 * leaves. Looking is not written down, unless a charge point is asked for it.
 */
export function auditChanges(app: FastifyInstance, { store, log }: { store: Store; log: Log }): void {
  app.decorateRequest('isAudited', false);
  app.addHook('onSend', async (request, reply, payload) => {
    const { operation } = request.routeOptions.config;
    if (!operation || (operation.method === 'GET' && !request.isAudited)) return payload;
    if (!request.principal && !operation.open) return payload;
    const entry: AuditRecord = {
      at: Date.now() - Math.round(reply.elapsedTime),
      actor: request.principal?.id ?? '',
      role: request.principal?.role ?? '',
      via: request.principal ? request.via : 'none',
      remoteAddress: request.ip,
      operation: operation.id,
      target: { ...(request.params as Record<string, string>), ...(request.query as Record<string, string>) },
      request: bodyOf(request),
      status: reply.statusCode,
      outcome: outcomeOf(payload),
      durationMs: Math.round(reply.elapsedTime),
    };
    try {
      await store.audit.add(entry);
    } catch (error) {
      // What was done is done: the answer must not claim otherwise.
      log.error({ err: error, ...entry, request: undefined }, 'the audit trail cannot be written');
    }
    return payload;
  });
}

function bodyOf({ body, params, routeOptions }: FastifyRequest): string {
  if (typeof body !== 'object' || body === null || 'pipe' in body) return '';
  const hidden = routeOptions.config.operation?.secretMembers ?? [];
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
