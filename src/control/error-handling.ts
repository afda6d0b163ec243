import type { Socket } from 'node:net';
import type { ErrorObject } from 'ajv';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { VersionConflict } from '../store/expected-version.ts';
import { CommitError, LogUnavailableError } from '../store/store.ts';
import { ApiError, apiError, errorBody } from './errors.ts';
import { describeProblems } from './validation.ts';

/** Longest content type that an answer repeats, characters. */
const MAX_SHOWN_TYPE = 100;
/** Longest path that an answer repeats, characters. */
const MAX_SHOWN_PATH = 300;

/**
 * Gives every refusal the one shape of the API, whoever refuses: a route, the router, the body reader, the
 * HTTP parser.
 */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: unknown, request, reply) =>
    sendError(toApiError(error, request), error, request, reply),
  );
  app.setNotFoundHandler((request, reply) => sendError(notFound(request), undefined, request, reply));
}

/** The refusal of a path, or of its method, that nothing answers to. */
export function notFound({ method, url }: FastifyRequest): ApiError {
  const path = url.slice(0, MAX_SHOWN_PATH).replace(/[?#].*$/s, '');
  return apiError('not_found', { method, path });
}

/** For the `frameworkErrors` of Fastify: URLs that cannot be routed at all. */
export function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void sendError(toApiError(error, request), error, request, reply);
}

/**
 * For the `clientErrorHandler` of Fastify: bytes that are no HTTP request get an answer, then the connection
 * ends.
 */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal = unreadable(error.code ?? 'unknown');
  const body = JSON.stringify(errorBody(refusal));
  socket.end(
    `HTTP/1.1 ${refusal.status} ${refusal.code}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function unreadable(code: string): ApiError {
  if (code === 'HPE_HEADER_OVERFLOW') return apiError('headers_too_large', {});
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return apiError('request_timeout', {});
  return apiError('bad_request', { reason: code });
}

function sendError(
  refusal: ApiError,
  cause: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  let answer = refusal;
  if (refusal.code === 'internal_error') {
    request.log.error(
      { err: cause, requestId: request.id, route: request.routeOptions.url },
      'request failed',
    );
    answer = apiError('internal_error', {}, { requestId: request.id });
  }
  if (answer.status === 401) reply.header('www-authenticate', 'Bearer realm="farad"');
  if (answer.status === 429 || answer.status === 503) {
    const { seconds = 1 } = answer.details as { seconds?: number };
    reply.header('retry-after', String(seconds));
  }
  return reply
    .code(answer.status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(errorBody(answer)));
}

function toApiError(error: unknown, request: FastifyRequest): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof VersionConflict)
    return apiError('changed_meanwhile', {}, { version: error.current ?? null });
  if (error instanceof LogUnavailableError) return apiError('log_unavailable', { reason: error.message });
  if (error instanceof CommitError) return apiError('storage_full', {});
  const { code, validation, validationContext, message } = error as FastifyError;
  if (validation) return invalid(validation as ErrorObject[], validationContext);
  switch (code) {
    case 'FST_ERR_BAD_URL':
      return apiError('invalid_url', { reason: 'bad percent-encoding' });
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return apiError('invalid_url', { reason: 'a path segment is too long' });
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return apiError('payload_too_large', { limit: request.routeOptions.bodyLimit });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return apiError('unsupported_media_type', {
        type: request.headers['content-type']?.slice(0, MAX_SHOWN_TYPE) ?? 'of this request',
        allowed:
          Object.keys(request.routeOptions.config.operation?.body?.content ?? {}).join(' or ') || 'no body',
      });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return apiError('bad_request', { reason: message });
    default:
      return apiError('internal_error', {});
  }
}

function invalid(found: readonly ErrorObject[], context: string | undefined): ApiError {
  const problems = describeProblems(found);
  const [first] = problems;
  if (!first) return apiError('internal_error', {});
  if (context !== 'body') {
    const parameter = first.path.slice(1) || (context ?? 'parameters');
    return apiError('invalid_parameter', { name: parameter, problem: first.problem }, { parameter });
  }
  const problem = `${first.path || 'it'} ${first.problem}`;
  return apiError('invalid_body', { problem }, { problems });
}
