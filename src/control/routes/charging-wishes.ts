import type { FastifyInstance } from 'fastify';
import type { SiteOperations } from '../../operations/sites/sites.ts';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { ChargingWish } from '../../store/site-record.ts';
import type { TransactionRecord } from '../../store/transaction-record.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';
import { readInstant } from '../validation.ts';

const tag = 'Sites';
const path = '/api/v1/transactions/{transactionId}/charging-wish';
const params = { transactionId: { type: 'integer', description: 'The transaction.' } };
const example = {
  transactionId: 4711,
  priority: 2,
  departure: '2026-03-01T17:30:00.000Z',
  energyWh: 24000,
  version: 1,
};

const get: Operation = {
  id: 'getChargingWish',
  method: 'GET',
  path,
  tag,
  scope: 'transaction',
  summary: 'Get what a driver wants',
  params,
  responses: { 200: json('The wish.', ref('ChargingWish'), example) },
  errors: ['unknown_transaction', 'unknown_charging_wish'],
};

const put: Operation = {
  id: 'putChargingWish',
  method: 'PUT',
  path,
  tag,
  scope: 'transaction',
  summary: 'Tell what a driver wants',
  description: 'Counts at sites that share power by wishes, and is forgotten with the transaction.',
  params,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('ChargingWishUpdate'),
        examples: { wish: { priority: 2, departure: '2026-03-01T17:30:00Z', energyWh: 24000 } },
      },
    },
  },
  responses: { 200: json('The wish.', ref('ChargingWish'), example) },
  errors: ['unknown_transaction'],
};

const remove: Operation = {
  id: 'deleteChargingWish',
  method: 'DELETE',
  path,
  tag,
  scope: 'transaction',
  summary: 'Forget what a driver wants',
  params,
  responses: { 204: { description: 'The wish is gone.' } },
  errors: ['unknown_transaction', 'unknown_charging_wish'],
};

interface OfTransaction {
  Params: { transactionId: number };
}

interface WishBody {
  readonly priority?: number;
  readonly departure?: string | null;
  readonly energyWh?: number | null;
}

export function addChargingWishRoutes(
  app: FastifyInstance,
  { store }: ControlDeps,
  sites: SiteOperations,
): void {
  const running = (id: number): TransactionRecord => {
    const transaction = store.transactions.get(id);
    if (transaction?.state !== 'open') throw apiError('unknown_transaction', { id });
    return transaction;
  };
  const replan = ({ chargePointId, connectorId }: TransactionRecord): void => {
    const site = store.sites.ofConnector(chargePointId, connectorId);
    if (site !== undefined) sites.changed(site);
  };

  addRoute<OfTransaction>(app, get, ({ params: { transactionId } }) => {
    running(transactionId);
    const wish = store.chargingWishes.get(transactionId);
    if (!wish) throw apiError('unknown_charging_wish', { id: transactionId });
    return viewWish(wish);
  });

  addRoute<OfTransaction & { Body: WishBody }>(app, put, async ({ params: { transactionId }, body }) => {
    const transaction = running(transactionId);
    const { priority = 0, departure, energyWh = null } = body;
    const wish = await store.chargingWishes.put({
      transactionId,
      priority,
      departure: typeof departure === 'string' ? (readInstant(departure) ?? null) : null,
      energyWh,
    });
    replan(transaction);
    return viewWish(wish);
  });

  addRoute<OfTransaction>(app, remove, async ({ params: { transactionId } }, reply) => {
    const transaction = running(transactionId);
    if (!(await store.chargingWishes.remove(transactionId))) {
      throw apiError('unknown_charging_wish', { id: transactionId });
    }
    replan(transaction);
    return reply.code(204).send();
  });
}

function viewWish({ departure, ...wish }: ChargingWish) {
  return { ...wish, departure: departure === null ? null : writeTimestamp(departure) };
}
