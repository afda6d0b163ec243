import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import { type AuditEntry, LONGEST_REQUEST_MS } from '../../store/audit-trail.ts';
import type { Sight } from '../../store/sight.ts';
import type { Store } from '../../store/store.ts';
import { sendCsv, withCsv } from '../csv-file.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { filteredPage, type Listing } from '../filtered-page.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { addRoute } from '../route.ts';
import { seesTransaction } from '../scopes.ts';
import { readInstant } from '../validation.ts';
import { range } from './analytics-question.ts';

const operation: Operation = {
  id: 'listAudit',
  method: 'GET',
  path: '/api/v1/audit',
  tag: 'Access',
  scope: 'narrowed',
  summary: 'Who did what',
  description:
    'Newest first: every request that may have changed something or reached a charge point, done or refused, every log-in, and each transaction that Farad closed by itself. Secrets are ' +
    'hidden, and so is whatever an operation does not declare. Kept are the last 150,000 changes, 40,000 refusals and requests of viewers, and ' +
    '10,000 requests without a key; where there is no room, the oldest of whoever has most goes. What is refused again and again within a minute ' +
    'is counted in one entry.',
  role: 'admin',
  query: {
    actor: { type: 'string', description: 'Only what this user or API key did.' },
    operation: { type: 'string', description: 'Only this operation, as `operationId` in this description.' },
    target: { type: 'string', description: 'Only what was about this: a charge point, an idTag, an action.' },
    ...range,
    format: {
      type: 'string',
      enum: ['json', 'csv'],
      description: 'csv: all of them as a file; `limit` and `cursor` do not count then.',
    },
    ...pageQuery,
  },
  responses: {
    200: withCsv(
      json('A page of the audit trail.', ref('AuditPage'), {
        items: [
          {
            seq: 17,
            at: '2026-03-01T12:00:00.000Z',
            actor: 'night-shift',
            kind: 'key',
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
    ),
  },
};

interface AuditQuery extends PageQuery {
  readonly actor?: string;
  readonly operation?: string;
  readonly target?: string;
  readonly from?: string;
  readonly to?: string;
  readonly format?: 'json' | 'csv';
}

const COLUMNS = [
  'seq',
  'at',
  'actor',
  'role',
  'via',
  'remoteAddress',
  'operation',
  'target',
  'request',
  'status',
  'outcome',
  'durationMs',
  'count',
  'kind',
] as const;
/** Entries looked at in one go for a file. */
const CHUNK = 1000;

/**
 * `operations`: of the whole API, by which it is told what an entry is about.
 */
export function addAuditRoute(app: FastifyInstance, store: Store, operations: readonly Operation[]): void {
  const { audit } = store;
  addRoute<{ Querystring: AuditQuery }>(app, operation, ({ query, sight }, reply) => {
    const { limit, cursor, format } = query;
    const asked = inSight(choiceOf(query), (entry) => isInSight(entry, { sight, store, operations }));
    if (format === 'csv') return sendCsv(reply, 'audit', COLUMNS, rowsOf(audit, asked));
    const page = filteredPage((before, most) => listed(audit, asked, before, most), {
      after: readCursor('audit', cursor),
      limit,
      ...(asked.matches && { matches: asked.matches }),
    });
    return {
      items: page.items.map(view),
      next: page.next === undefined ? null : writeCursor('audit', page.next),
    };
  });
}

/** What is asked of the trail. */
interface Choice {
  /** Absent: everything between `from` and `to`. */
  readonly matches?: (entry: AuditEntry) => boolean;
  /** Epoch ms. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

interface Ground {
  readonly sight: Sight;
  readonly store: Pick<Store, 'transactions'>;
  readonly operations: readonly Operation[];
}

/**
 * Whether an entry is about a charge point or a transaction in sight: all else is for those who may see
 * everything.
 */
function isInSight({ operation: id, target }: AuditEntry, { sight, store, operations }: Ground): boolean {
  if (!sight.scope) return true;
  switch (operations.find((one) => one.id === id)?.scope) {
    case 'chargePoint':
      return sight.sees(String(target.id));
    case 'transaction':
      return seesTransaction(sight, store.transactions, Number(target.transactionId));
    default:
      return false;
  }
}

function inSight(choice: Choice, isSeen: (entry: AuditEntry) => boolean): Choice {
  const { matches = () => true } = choice;
  return { ...choice, matches: (entry) => matches(entry) && isSeen(entry) };
}

function choiceOf({ actor, operation: wanted, target, ...times }: AuditQuery): Choice {
  const [from, to] = [times.from, times.to].map((time) =>
    time === undefined ? undefined : readInstant(time),
  );
  const isAll = [actor, wanted, target, from, to].every((asked) => asked === undefined);
  if (isAll) return { from, to };
  const matches = (entry: AuditEntry): boolean =>
    (actor === undefined || entry.actor === actor) &&
    (wanted === undefined || entry.operation === wanted) &&
    (target === undefined || Object.values(entry.target).includes(target)) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at < to);
  return { from, to, matches };
}

/** Entries before a number, newest first, from about `to` down to about `from`. */
function listed(
  audit: Store['audit'],
  { from, to }: Choice,
  position: string | undefined,
  limit: number,
): Listing<AuditEntry> {
  const before = position ?? (to === undefined ? undefined : String(audit.numberAfter(to)));
  const items = audit.list({ limit, ...(before !== undefined && { before: Number(before) }) });
  const last = items.at(-1);
  // What began before was written down by then.
  const isPast = last !== undefined && from !== undefined && last.at < from - LONGEST_REQUEST_MS;
  return { items, ...(items.length === limit && last && !isPast && { next: String(last.seq) }) };
}

async function* rowsOf(audit: Store['audit'], asked: Choice) {
  const { matches = () => true } = asked;
  let position: string | undefined;
  do {
    const { items, next } = listed(audit, asked, position, CHUNK);
    yield items.filter(matches).map((entry) => ({ ...view(entry), target: JSON.stringify(entry.target) }));
    position = next;
    await nextTurn();
  } while (position !== undefined);
}

function view({ isUser, ...entry }: AuditEntry) {
  const kind = isUser ? 'user' : entry.actor === '' ? null : 'key';
  return { ...entry, kind, at: writeTimestamp(entry.at), count: entry.count ?? 1 };
}
