import type { FastifyInstance, FastifyRequest } from 'fastify';
import { cutDeep, MAX_DEPTH } from '../protocol/depth.ts';
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
