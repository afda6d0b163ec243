import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ExpectedVersion } from '../store/expected-version.ts';
import { apiError } from './errors.ts';
import type { Schema } from './openapi/operation.ts';

/**
 * The request headers of a change that is made only while nobody else made one (RFC 9110 §13.1), for the
 * description of an operation.
 */
export const preconditions: Readonly<Record<string, Schema>> = {
  'If-Match': {
    type: 'string',
    maxLength: 100,
    description:
      'The `ETag` that was read, or `*`: nothing is changed unless the version is still that one, or anything is there.',
  },
  'If-None-Match': {
    type: 'string',
    const: '*',
    description: 'Nothing is changed if there is one already.',
  },
};

/** The answer header, for the description of an operation. */
export const entityTag: Readonly<Record<string, Schema>> = {
  ETag: { type: 'string', description: 'The version, for `If-Match`.' },
};

/**
 * Returns the version that the client believes to be stored; undefined if it does not say. Throws
 * `invalid_parameter` for a header that says nothing of use.
 */
export function expectedVersion({ headers }: FastifyRequest): ExpectedVersion | undefined {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (noneMatch !== undefined) {
    if (noneMatch.trim() !== '*') throw invalid('If-None-Match', 'must be *');
    if (match !== undefined) throw invalid('If-None-Match', 'does not go with If-Match');
    return 'none';
  }
  if (match === undefined) return undefined;
  if (match.trim() === '*') return 'any';
  // A proxy that compresses answers makes their ETags weak; versions are never reused, so that changes
  // nothing.
  const [, version] = /^\s*(?:W\/)?"(0|[1-9]\d{0,14})"\s*$/.exec(match) ?? [];
  if (version === undefined) throw invalid('If-Match', 'must be an ETag that was read, or *');
  return Number(version);
}

/**
 * Gives an answer with a version its ETag, a weak one where only its settings have a version. For the
 * `preSerialization` of Fastify.
 */
export async function addEntityTag(
  _: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  const { version, settings } = (payload ?? {}) as {
    version?: unknown;
    settings?: { version?: unknown } | null;
  };
  if (reply.statusCode >= 300) return payload;
  if (typeof version === 'number') reply.header('etag', `"${version}"`);
  else if (typeof settings?.version === 'number') reply.header('etag', `W/"${settings.version}"`);
  return payload;
}

function invalid(name: string, problem: string) {
  return apiError('invalid_parameter', { name, problem }, { parameter: name });
}
