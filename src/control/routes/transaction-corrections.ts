import type { FastifyInstance } from 'fastify';
import { correctedEnergy } from '../../energy/corrected-energy.ts';
import type { TransactionRecord } from '../../store/transaction-record.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';
import { viewCorrection } from '../transaction-view.ts';

const tag = 'Transactions';
const path = '/api/v1/transactions/{transactionId}/correction';
const params = { transactionId: { type: 'integer', description: 'The transaction.' } };
const example = {
  transactionId: 4711,
  energyWh: 5000,
  meterStart: null,
  meterStop: null,
  note: 'Read off the meter on site.',
  by: 'bootstrap',
  at: '2026-03-02T09:00:00.000Z',
  version: 1,
};

const put: Operation = {
  id: 'putTransactionCorrection',
  method: 'PUT',
  path,
  tag,
  scope: 'transaction',
  summary: 'Correct the energy of a transaction',
  description:
    'Kept beside what the charge point reported, which stays as it is, with who said so and when. Says the energy, or the registers that determine it; one that is absent or null is the reported one. Replaces the correction before it.',
  params,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('TransactionCorrectionUpdate'),
        examples: { energy: { energyWh: 5000, note: 'Read off the meter on site.' } },
      },
    },
  },
  responses: { 200: json('The correction.', ref('TransactionCorrection'), example) },
  errors: ['unknown_transaction', 'transaction_runs'],
};

const remove: Operation = {
  id: 'deleteTransactionCorrection',
  method: 'DELETE',
  path,
  tag,
  scope: 'transaction',
  summary: 'Take a correction back',
  params,
  responses: { 204: { description: 'What the charge point reported stands alone again.' } },
  errors: ['unknown_correction'],
};

interface OfTransaction {
  Params: { transactionId: number };
}

interface CorrectionBody {
  readonly energyWh?: number | null;
  readonly meterStart?: number | null;
  readonly meterStop?: number | null;
  readonly note: string;
}

export function addTransactionCorrectionRoutes(app: FastifyInstance, { store }: ControlDeps): void {
  const ended = (id: number): TransactionRecord => {
    const transaction = store.transactions.get(id);
    if (transaction === undefined) throw apiError('unknown_transaction', { id });
    if (transaction.state === 'open') throw apiError('transaction_runs', { id });
    return transaction;
  };

  addRoute<OfTransaction & { Body: CorrectionBody }>(
    app,
    put,
    async ({ params: { transactionId }, body, principal }) => {
      const transaction = ended(transactionId);
      const { energyWh = null, meterStart = null, meterStop = null, note } = body;
      const said = { energyWh, meterStart, meterStop };
      if (correctedEnergy(transaction, said) === null) {
        const problem = 'energyWh, or registers that determine the energy, must be given';
        throw apiError('invalid_body', { problem }, { problems: [{ path: '', message: problem }] });
      }
      const correction = await store.transactionCorrections.put({
        transactionId,
        chargePointId: transaction.chargePointId,
        ...said,
        note,
        by: principal?.id ?? '',
        at: Date.now(),
      });
      return viewCorrection(correction);
    },
  );

  addRoute<OfTransaction>(app, remove, async ({ params: { transactionId } }, reply) => {
    if (!(await store.transactionCorrections.remove(transactionId))) {
      throw apiError('unknown_correction', { id: transactionId });
    }
    return reply.code(204).send();
  });
}
