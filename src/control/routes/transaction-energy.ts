import type { FastifyInstance } from 'fastify';
import type { ControlDeps } from '../deps.ts';
import { energyCurveOf } from '../energy-curve.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';

const operation: Operation = {
  id: 'getTransactionEnergy',
  method: 'GET',
  path: '/api/v1/transactions/{transactionId}/energy',
  tag: 'Transactions',
  scope: 'transaction',
  summary: 'See how the energy of a transaction rose',
  description:
    'From the begin of the transaction, by its registers and its meter values, and by the same rules as its `energyWh`: readings that cannot be are left out and ' +
    'told. Corrections and closures of operators are not in it.',
  params: { transactionId: { type: 'integer', description: 'The number that the charge point was given.' } },
  query: {
    points: { type: 'integer', minimum: 2, maximum: 5000, default: 1000, description: 'Most points.' },
  },
  responses: {
    200: json('The curve.', ref('TransactionEnergyCurve'), {
      energyWh: 7200,
      energySource: 'readings',
      energyReason: null,
      energyFlags: ['readings-left-out'],
      points: [
        { time: '2026-03-01T12:00:00.000Z', energyWh: 0 },
        { time: '2026-03-01T12:10:00.000Z', energyWh: 3600 },
        { time: '2026-03-01T12:30:00.000Z', energyWh: 7200 },
      ],
      leftOut: [{ time: '2026-03-01T12:20:00.000Z', wh: 0, reason: 'fell-and-returned' }],
    }),
  },
  errors: ['unknown_transaction'],
};

export function addTransactionEnergyRoute(app: FastifyInstance, deps: ControlDeps): void {
  addRoute<{ Params: { transactionId: number }; Querystring: { points: number } }>(
    app,
    operation,
    ({ params: { transactionId }, query: { points } }) => {
      const transaction = deps.store.transactions.get(transactionId);
      if (!transaction) throw apiError('unknown_transaction', { id: transactionId });
      return energyCurveOf(deps, transaction, points);
    },
  );
}
