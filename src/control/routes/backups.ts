import type { FastifyInstance } from 'fastify';
import { LinkError } from '../../link/link-error.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { object } from '../openapi/shapes.ts';
import { addRoute } from '../route.ts';

/** How long a copy of the tables may take, ms. */
const COPY_DEADLINE_MS = 9 * 60_000;

const begin: Operation = {
  id: 'beginBackup',
  method: 'POST',
  path: '/api/v1/backups',
  tag: 'Operations',
  scope: 'refused',
  role: 'admin',
  summary: 'Begin a backup',
  description:
    '`farad backup` does all of it. No row moves to ClickHouse until the end of the backup, charge points are served as ever; the tables of the embedded ' +
    'ClickHouse are copied before this answers.',
  responses: { 201: json('The data directory can be copied now.', ref('Backup')) },
  errors: ['engine_unavailable', 'backup_running'],
};

const end: Operation = {
  id: 'endBackup',
  method: 'DELETE',
  path: '/api/v1/backups/{id}',
  tag: 'Operations',
  scope: 'refused',
  role: 'admin',
  summary: 'End a backup',
  description: 'Rows move to ClickHouse again, and the copy of the tables is removed where it still lies.',
  params: { id: { type: 'string', description: 'Of the backup.' } },
  responses: {
    200: json(
      'Whether it was held all the time; if not, what was copied does not fit together.',
      object('The end.', { held: { type: 'boolean' } }),
    ),
  },
  errors: ['engine_unavailable'],
};

export function addBackupRoutes(app: FastifyInstance, { link }: ControlDeps): void {
  const unreachable = (error: unknown): never => {
    if (!(error instanceof LinkError) || error.code === 'failed') throw error;
    throw apiError('engine_unavailable', { reason: 'the analytics process does not answer' });
  };
  addRoute(app, begin, async (_request, reply) => {
    const begun = await link
      .call('analytics', 'backup.begin', {}, { deadlineMs: COPY_DEADLINE_MS })
      .catch(unreachable);
    if (!begun.ok) throw apiError(begun.code, { reason: begun.message });
    const { id, clickhouse, database, heldUntil } = begun;
    return reply.code(201).send({ id, clickhouse, database, heldUntil: new Date(heldUntil).toISOString() });
  });
  addRoute<{ Params: { id: string } }>(app, end, ({ params: { id } }) =>
    link.call('analytics', 'backup.end', { id }, { deadlineMs: 60_000 }).catch(unreachable),
  );
}
