import type { FastifyInstance } from 'fastify';
import type { CallReply } from '../../operations/charge-point-calls.ts';
import type { SyncMode, SyncReport } from '../../operations/local-lists/list-sync.ts';
import { refusalOf } from '../call-refusal.ts';
import { findChargePoint } from '../charge-point-view.ts';
import type { ControlDeps } from '../deps.ts';
import { type ApiError, apiError } from '../errors.ts';
import { viewListAtChargePoint } from '../local-list-view.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';

const tag = 'Local lists';
const params = { id: { type: 'string', description: 'Identity of the charge point.' } };
const example = {
  chargePointId: 'CP-17',
  state: 'up_to_date',
  list: {
    id: 'depot-north',
    scope: { group: 'Depot north' },
    sync: 'manual',
    note: null,
    version: 3,
    entryCount: 2,
  },
  unknownTags: [],
  held: {
    listVersion: 4,
    entriesKnown: true,
    entryCount: 2,
    supported: true,
    inDoubt: false,
    acceptedAt: '2026-03-01T12:00:00.000Z',
    toldAt: null,
    pending: null,
    lastAnswer: {
      listVersion: 4,
      updateType: 'Full',
      sentAt: '2026-03-01T11:59:59.900Z',
      status: 'Accepted',
      at: '2026-03-01T12:00:00.000Z',
    },
  },
  changes: { changed: 0, deleted: 0 },
  conflictAt: null,
  lastSync: { outcome: 'synced', messages: 1, at: '2026-03-01T12:00:00.000Z', failures: 0 },
  syncing: false,
};

const get: Operation = {
  id: 'getLocalListOfChargePoint',
  method: 'GET',
  path: '/api/v1/charge-points/{id}/local-list',
  tag,
  scope: 'chargePoint',
  summary: 'See what a charge point holds of its local authorization list',
  description: 'From what it was sent and told; nothing is asked of the charge point.',
  params,
  responses: { 200: json('What it holds, and what it is to hold.', ref('LocalListAtChargePoint'), example) },
  errors: ['unknown_charge_point'],
};

const post: Operation = {
  id: 'syncLocalList',
  idempotent: true,
  method: 'POST',
  path: '/api/v1/charge-points/{id}/local-list/sync',
  tag,
  scope: 'chargePoint',
  summary: 'Bring the local authorization list of a charge point up to date',
  description:
    'Sends what it takes and waits for the answers: GetConfiguration where the limits of the charge point are not known, GetLocalListVersion where it is in ' +
    'doubt what it holds, and the list as Full or Differential in as many messages as the charge point wants. A Differential that it does not take is ' +
    'followed by the Full list, once; a Full that failed by nothing.',
  params,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('LocalListSyncRequest'),
        examples: { auto: {}, full: { mode: 'full' } },
      },
    },
  },
  responses: {
    200: json('What was sent, and what the charge point answered. Look at `outcome`.', ref('LocalListSync'), {
      outcome: 'synced',
      steps: [
        {
          action: 'SendLocalList',
          listVersion: 4,
          updateType: 'Full',
          entryCount: 2,
          reply: {
            outcome: 'result',
            messageId: '5f0c6d8e-1',
            payload: { status: 'Accepted' },
            durationMs: 84,
          },
        },
      ],
      localList: example,
    }),
  },
  errors: [
    'unknown_charge_point',
    'no_local_list',
    'sync_running',
    'not_connected',
    'registration_state',
    'queue_full',
    'storage_full',
    'busy',
  ],
};

interface OfChargePoint {
  Params: { id: string };
}

export function addLocalListSyncRoutes(app: FastifyInstance, { store, operations }: ControlDeps): void {
  const { localLists } = operations;

  const check = (id: string): void => {
    if (!findChargePoint(store, id)) throw apiError('unknown_charge_point', { id });
  };

  addRoute<OfChargePoint>(app, get, ({ params: { id } }) => {
    check(id);
    return viewListAtChargePoint(id, localLists.describe(id));
  });

  addRoute<OfChargePoint & { Body: { mode?: SyncMode } }>(app, post, async ({ params: { id }, body }) => {
    check(id);
    const report = await localLists.sync(id, body.mode ?? 'auto');
    if (report === 'no_list') throw apiError('no_local_list', { id });
    if (report === 'already_running') throw apiError('sync_running', { id });
    if (report.outcome === 'not_sent') throw unsent(report, id);
    return {
      outcome: report.outcome,
      steps: report.steps.map(viewStep),
      localList: viewListAtChargePoint(id, localLists.describe(id)),
    };
  });
}

function viewStep({ action, listVersion, updateType, entryCount, reply }: SyncReport['steps'][number]) {
  return {
    action,
    listVersion: listVersion ?? null,
    updateType: updateType ?? null,
    entryCount: entryCount ?? null,
    reply,
  };
}

/** Why nothing was sent. */
function unsent({ steps }: SyncReport, id: string): ApiError {
  const step = steps.at(-1);
  if (!step) throw new TypeError('a sync that could not be sent has tried');
  return refusalOfReply(step.reply, id, step.action);
}

function refusalOfReply(reply: CallReply, id: string, action: string): ApiError {
  const refusal = reply.outcome === 'busy' ? undefined : refusalOf(reply, id, action);
  return refusal ?? apiError('busy', { what: 'calls to charge points' });
}
