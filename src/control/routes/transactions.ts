import type { FastifyInstance } from 'fastify';
import { INT32_MAX } from '../../protocol/int32.ts';
import type { TransactionState } from '../../store/transaction-record.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { transactionState } from '../openapi/shapes.ts';
import { type PageQuery, pageQuery, refuseFiltersBeside } from '../paging.ts';
import { addRoute } from '../route.ts';
import { showTransactions } from '../shown-transactions.ts';
import { listTransactions } from '../transaction-list.ts';
import { doubtfulOf } from '../transaction-review.ts';
import { readInstant } from '../validation.ts';

const tag = 'Transactions';
const example = {
  transactionId: 4711,
  chargePointId: 'CP-17',
  connectorId: 1,
  idTag: '04A2B3C4D5',
  parentIdTag: 'FLEET-7',
  authorization: 'Accepted',
  reservationId: null,
  startedAt: '2026-03-01T12:00:00.000Z',
  meterStart: 1200,
  stoppedAt: '2026-03-01T13:00:00.000Z',
  meterStop: 8400,
  energyWh: 7200,
  energySource: 'registers',
  energyReason: null,
  energyFlags: [],
  correctedEnergyWh: null,
  correction: null,
  toReview: false,
  stopIdTag: null,
  stopReason: 'Local',
  state: 'stopped',
  closure: null,
  suspicions: [],
  flags: [],
  version: 2,
};

export const closedExample = {
  ...example,
  stopReason: null,
  state: 'closed',
  closure: {
    cause: 'operator',
    by: 'bootstrap',
    at: '2026-03-08T09:00:00.000Z',
    reason: 'Charge point was exchanged.',
    stoppedAt: '2026-03-01T13:00:00.000Z',
    meterStop: 8400,
  },
};

const list: Operation = {
  id: 'listTransactions',
  method: 'GET',
  path: '/api/v1/transactions',
  tag,
  scope: 'narrowed',
  summary: 'List transactions',
  description:
    'Newest first. Closed transactions are listed until the setting `transactions.retention` is over; all of them can be queried under Analytics.',
  query: {
    transactionId: {
      type: 'integer',
      minimum: 0,
      maximum: INT32_MAX,
      description: 'Only the one of this number, or none. It goes with no other filter.',
    },
    chargePointId: { type: 'string', description: 'Only those of this charge point.' },
    idTag: {
      type: 'string',
      maxLength: 20,
      description: 'Only those that this idTag started, in any spelling.',
    },
    state: { ...transactionState, description: 'Only those in this state.' },
    review: {
      type: 'boolean',
      description:
        'Only those that have ended and that somebody should look at, because their energy is not known or something was odd about them, and that nobody has corrected; or only the others.',
    },
    suspect: {
      type: 'boolean',
      description:
        'Only open ones whose stop is overdue, with `suspicions`, in the order of charge points and connectors; or only the others.',
    },
    from: {
      type: 'string',
      format: 'date-time',
      description: 'Only those that started at this time or later.',
    },
    to: { type: 'string', format: 'date-time', description: 'Only those that started before this time.' },
    ...pageQuery,
  },
  responses: {
    200: json('A page of transactions.', ref('TransactionPage'), { items: [example], next: null }),
  },
};

const get: Operation = {
  id: 'getTransaction',
  method: 'GET',
  path: '/api/v1/transactions/{transactionId}',
  tag,
  scope: 'transaction',
  summary: 'Get a transaction',
  params: { transactionId: { type: 'integer', description: 'The number that the charge point was given.' } },
  responses: { 200: json('The transaction.', ref('Transaction'), example) },
  errors: ['unknown_transaction'],
};

interface ListQuery extends PageQuery {
  readonly transactionId?: number;
  readonly chargePointId?: string;
  readonly idTag?: string;
  readonly state?: TransactionState;
  readonly review?: boolean;
  readonly suspect?: boolean;
  readonly from?: string;
  readonly to?: string;
}

export function addTransactionRoutes(app: FastifyInstance, deps: ControlDeps): void {
  const { store, config } = deps;
  addRoute<{ Querystring: ListQuery }>(app, list, async ({ query, sight }) => {
    const { transactionId, cursor, from, to, ...filter } = query;
    if (transactionId !== undefined) {
      const { limit: _, ...others } = filter;
      refuseFiltersBeside('transactionId', { ...others, cursor, from, to });
      const known = store.transactions.get(transactionId);
      const isSeen = known !== undefined && sight.sees(known.chargePointId);
      return { items: await showTransactions(deps, isSeen ? [known] : []), next: null };
    }
    const listing = filter.suspect === true ? 'open-transactions' : 'transactions';
    const before = readCursor(listing, cursor);
    const doubtful = filter.review === undefined ? undefined : await doubtfulOf(deps, filter.chargePointId);
    const { items, next } = listTransactions(store, sight, {
      ...filter,
      ...(doubtful && { doubtful }),
      forgottenAfter: config.transactions.forgottenAfter,
      ...(from !== undefined && { from: readInstant(from) as number }),
      ...(to !== undefined && { to: readInstant(to) as number }),
      ...(before !== undefined && { before }),
    });
    return {
      items: await showTransactions(deps, items),
      next: next === undefined ? null : writeCursor(listing, next),
    };
  });

  addRoute<{ Params: { transactionId: number } }>(app, get, async ({ params: { transactionId } }) => {
    const transaction = store.transactions.get(transactionId);
    if (!transaction) throw apiError('unknown_transaction', { id: transactionId });
    const [shown] = await showTransactions(deps, [transaction]);
    return shown;
  });
}
