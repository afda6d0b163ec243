import type { FastifyInstance, FastifyRequest } from 'fastify';
import { apiError } from './errors.ts';
import type { Schema } from './openapi/operation.ts';
import { readInstant } from './validation.ts';

/** The request header, for the description of operations that may change or send something. */
export const deadlineHeader: Readonly<Record<string, Schema>> = {
  'Farad-Deadline': {
    type: 'string',
    format: 'date-time',
    description:
      'Refuses the request with `too_late` if it arrives completely only after this time, by the clock that `Farad-Time` of earlier answers tells. ' +
      'Whoever gives a request up then can be sure that nothing comes of it. Of a body that is read as it arrives (an import) only the head has to be in time.',
  },
};

/**
 * Tells on every answer what time it is here, in `Farad-Time`, and refuses requests that arrive after their
 * deadline before anything is done or sent: a browser or a proxy may hold one back for minutes, when nobody
 * wants it any more.
 */
export function keepDeadlines(app: FastifyInstance, now: () => number = Date.now): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('farad-time', new Date(now()).toISOString());
    done(null, payload);
  });
  // Once the whole body is there: it may take its time as well.
  app.addHook('preHandler', (request, _reply, done) => {
    assertInTime(request, now());
    done();
  });
}

function assertInTime({ headers, method }: FastifyRequest, now: number): void {
  const deadline = headers['farad-deadline'];
  if (deadline === undefined || method === 'GET' || method === 'HEAD') return;
  const at = typeof deadline === 'string' ? readInstant(deadline) : undefined;
  if (at === undefined) {
    const problem = 'must be a time with its zone, for example 2026-03-01T12:00:00Z';
    throw apiError('invalid_parameter', { name: 'Farad-Deadline', problem }, { parameter: 'Farad-Deadline' });
  }
  if (now <= at) return;
  throw apiError('too_late', { lateMs: String(now - at) }, { lateMs: now - at });
}
