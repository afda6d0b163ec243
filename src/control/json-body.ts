import type { FastifyInstance, FastifyRequest } from 'fastify';
import { cutDeep, MAX_DEPTH } from '../protocol/frame.ts';
import { apiError } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * JSON in UTF-8 and at most 64 levels deep, or the error `invalid_json`. Numbers, member order and members
 * named `__proto__` are left as they are.
 */
export function readJson(bytes: Buffer): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw apiError('invalid_json', { reason: 'it is not UTF-8' });
  }
  if (cutDeep(text) !== undefined) {
    throw apiError('invalid_json', { reason: `it is more than ${MAX_DEPTH} levels deep` });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw apiError('invalid_json', { reason: withoutQuotation((error as SyntaxError).message) });
  }
}

/** Node quotes the text that it could not read, which may hold a secret. */
function withoutQuotation(message: string): string {
  return message.replace(/, (?:\.\.\.)?".*$/s, '');
}

/** Reads `application/json` bodies; everything else is 415 unless a route says otherwise. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, parseJson);
}

async function parseJson({ routeOptions }: FastifyRequest, bytes: Buffer): Promise<unknown> {
  // Many clients name a content type with every request, also where there is no body.
  if (bytes.length === 0 && !routeOptions.config.operation?.body) return undefined;
  return readJson(bytes);
}

/** How long a client may take to send the head of a request, ms; also to send a first byte. */
export const HEAD_TIMEOUT_MS = 20_000;
/** How long it may take to send all of a request, ms: imports are streams that last. */
export const REQUEST_TIMEOUT_MS = 10 * 60_000;
/** Connections at the same time; further ones are closed at once, so that files can still be opened. */
export const MAX_CONNECTIONS = 4096;

const bodyTimers = new WeakMap<FastifyRequest, NodeJS.Timeout>();

/**
 * Refuses bodies that take longer than `bodyMs` to arrive, and ends their connection; imports, which are read
 * as streams, may last.
 */
export function endSlowBodies(app: FastifyInstance, bodyMs: number): void {
  app.addHook('preParsing', async (request, reply) => {
    const { body } = request.routeOptions.config.operation ?? {};
    if (body?.isStream || request.raw.complete) return;
    const timer = setTimeout(() => {
      reply.header('connection', 'close').send(apiError('request_timeout', {}));
    }, bodyMs);
    timer.unref();
    bodyTimers.set(request, timer);
  });
  const arrived = async (request: FastifyRequest) => clearTimeout(bodyTimers.get(request));
  app.addHook('preValidation', arrived);
  app.addHook('onError', arrived);
  app.addHook('onRequestAbort', arrived);
}
