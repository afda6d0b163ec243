import type { FastifyInstance } from 'fastify';
import type { TransactionRecord } from '../../store/transaction-record.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';
import { showTransactions } from '../shown-transactions.ts';
import { unfit } from '../unfit.ts';
import { readInstant } from '../validation.ts';
import { closedExample } from './transactions.ts';

const close: Operation = {
  id: 'closeTransaction',
  method: 'POST',
  path: '/api/v1/transactions/{transactionId}/close',
  tag: 'Transactions',
  scope: 'transaction',
  summary: 'Close a transaction whose stop has not come',
  description:
    'For a transaction that will never be stopped: it has ended from then on, and its tag may start another one at once. What is said here is kept beside what the charge point ' +
    'reports, with who said so and when. A StopTransaction that comes later is answered and kept: the transaction then shows the values of the charge point, unless it ' +
    'is corrected, and `closure` stays beside them. Nothing is sent to the charge point.',
  params: { transactionId: { type: 'integer', description: 'The transaction.' } },
  idempotent: true,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('TransactionEnd'),
        examples: {
          end: { meterStop: 8400, time: '2026-03-01T13:00:00Z', reason: 'Charge point was exchanged.' },
          now: {},
        },
      },
    },
  },
  responses: { 200: json('The transaction has ended.', ref('Transaction'), closedExample) },
  errors: ['unknown_transaction', 'transaction_ended', 'process_unavailable'],
};

interface EndBody {
  readonly meterStop?: number | null;
  readonly time?: string | null;
  readonly reason?: string;
}

interface OfTransaction {
  Params: { transactionId: number };
  Body: EndBody;
}

export function addTransactionClosingRoute(app: FastifyInstance, deps: ControlDeps): void {
  const { store, edges } = deps;
  const find = (id: number): TransactionRecord => {
    const transaction = store.transactions.get(id);
    if (transaction === undefined) throw apiError('unknown_transaction', { id });
    return transaction;
  };

  addRoute<OfTransaction>(app, close, async ({ params: { transactionId: id }, body, principal }) => {
    const transaction = find(id);
    if (transaction.state !== 'open') throw ended(transaction);
    const at = Date.now();
    const end = {
      transactionId: id,
      cause: 'operator',
      by: principal?.id ?? '',
      at,
      ...readEnd(transaction, body, at),
    } as const;
    const closed = await edges.closeTransaction(transaction.chargePointId, end);
    store.refresh();
    const now = find(id);
    if (!closed) throw ended(now);
    const [shown] = await showTransactions(deps, [now]);
    return shown;
  });
}

function ended({ transactionId: id, state }: TransactionRecord) {
  return apiError('transaction_ended', { id, state }, { state });
}

/**
 * What `body` says about the end of an open transaction, `now` where it names no time. Throws `invalid_body`
 * where that cannot be.
 */
export function readEnd(
  { startedAt, meterStart }: Pick<TransactionRecord, 'startedAt' | 'meterStart'>,
  { meterStop = null, time, reason = '' }: EndBody,
  now: number,
): { readonly stoppedAt: number; readonly meterStop: number | null; readonly reason: string } {
  if (meterStop !== null && meterStart !== null && meterStop < meterStart) {
    throw unfit('/meterStop', `must not be below meterStart, which is ${meterStart} Wh`);
  }
  // Where the clock of the charge point is ahead, the start is the earliest that it can be.
  const latest = Math.max(now, startedAt);
  const stoppedAt = typeof time === 'string' ? (readInstant(time) ?? Number.NaN) : latest;
  if (!(stoppedAt >= startedAt)) throw unfit('/time', 'must not be before the start of the transaction');
  if (stoppedAt > latest) throw unfit('/time', 'must not be in the future');
  return { stoppedAt, meterStop, reason };
}
