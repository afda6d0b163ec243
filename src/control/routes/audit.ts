import type { FastifyInstance } from 'fastify';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { AuditEntry } from '../../store/audit-trail.ts';
import type { Store } from '../../store/store.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { filteredPage } from '../filtered-page.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { addRoute } from '../route.ts';

const operation: Operation = {
  id: 'listAudit',
  method: 'GET',
  path: '/api/v1/audit',
  tag: 'Access',
  summary: 'Who did what',
  description:
    'Newest first: every request that may have changed something or reached a charge point, done or refused, every log-in, and each transaction that Farad closed by itself. Secrets are ' +
    'hidden, and so is whatever an operation does not declare. Kept are the last 150,000 changes, 40,000 refusals and requests of viewers, and ' +
    '10,000 requests without a key; where there is no room, the oldest of whoever has most goes. What is refused again and again within a minute ' +
    'is counted in one entry.',
  role: 'admin',
  query: {
    actor: { type: 'string', description: 'Only what this API key did.' },
    operation: { type: 'string', description: 'Only this operation, as `operationId` in this description.' },
    target: { type: 'string', description: 'Only what was about this: a charge point, an idTag, an action.' },
    ...pageQuery,
  },
  responses: {
    200: json('A page of the audit trail.', ref('AuditPage'), {
      items: [
        {
          seq: 17,
          at: '2026-03-01T12:00:00.000Z',
          actor: 'night-shift',
          role: 'operator',
          via: 'session',
          remoteAddress: '192.0.2.7',
          operation: 'callChargePoint',
          target: { id: 'CP-17', Action: 'Reset' },
          request: '{"type":"Soft"}',
          status: 200,
          outcome: 'Accepted',
          durationMs: 84,
          count: 1,
        },
      ],
      next: null,
    }),
  },
};

interface AuditQuery extends PageQuery {
  readonly actor?: string;
  readonly operation?: string;
  readonly target?: string;
}

export function addAuditRoute(app: FastifyInstance, { audit }: Store): void {
  addRoute<{ Querystring: AuditQuery }>(app, operation, ({ query }) => {
    const { actor, operation: wanted, target, limit, cursor } = query;
    const matches = (entry: AuditEntry): boolean =>
      (actor === undefined || entry.actor === actor) &&
      (wanted === undefined || entry.operation === wanted) &&
      (target === undefined || Object.values(entry.target).includes(target));
    const all = actor === undefined && wanted === undefined && target === undefined;
    const list = (before: string | undefined, count: number) => {
      const items = audit.list({ limit: count, ...(before !== undefined && { before: Number(before) }) });
      const last = items.at(-1);
      return { items, ...(items.length === count && last && { next: String(last.seq) }) };
    };
    const page = filteredPage(list, { after: readCursor('audit', cursor), limit, ...(!all && { matches }) });
    return {
      items: page.items.map((entry) => ({ ...entry, at: writeTimestamp(entry.at), count: entry.count ?? 1 })),
      next: page.next === undefined ? null : writeCursor('audit', page.next),
    };
  });
}
