import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import {
  CAMPAIGN_ITEM_STATES,
  type CampaignItem,
  type CampaignItemState,
  type CampaignRecord,
  type CampaignTask,
} from '../../store/campaign-record.ts';
import type { Sight } from '../../store/sight.ts';
import type { Store } from '../../store/store.ts';
import { viewResult } from '../campaign-view.ts';
import { sendCsv, withCsv } from '../csv-file.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { addRoute } from '../route.ts';

const tag = 'Campaigns';
const params = { id: { type: 'string', description: 'Id of the campaign.' } };
/** Results read at a time for a file. */
const CHUNK = 500;
const COLUMNS = [
  'chargePointId',
  'state',
  'reason',
  'attempts',
  'askedAt',
  'endedAt',
  'jobId',
  'answer',
] as const;

const results: Operation = {
  id: 'listCampaignResults',
  method: 'GET',
  path: '/api/v1/campaigns/{id}/results',
  tag,
  scope: 'narrowed',
  summary: 'List what became of each charge point of a campaign',
  description: 'In the order of their identities.',
  params,
  query: {
    state: { type: 'string', enum: CAMPAIGN_ITEM_STATES, description: 'Only those in this state.' },
    format: {
      type: 'string',
      enum: ['json', 'csv'],
      description: 'csv: all of them as a file; `limit` and `cursor` do not count then.',
    },
    ...pageQuery,
  },
  responses: {
    200: withCsv(
      json('A page of results.', ref('CampaignResultPage'), {
        items: [
          {
            chargePointId: 'CP-17',
            state: 'succeeded',
            reason: 'Installed',
            answer: { kind: 'result', payload: {} },
            jobId: '0mm7p6yo0-824da861.1',
            steps: [],
            attempts: 1,
            askedAt: '2026-03-02T01:00:00.000Z',
            endedAt: '2026-03-02T01:07:12.000Z',
          },
        ],
        next: null,
      }),
    ),
  },
  errors: ['unknown_campaign'],
};

interface ResultQuery extends PageQuery {
  readonly state?: CampaignItemState;
  readonly format?: 'json' | 'csv';
}

export function addCampaignResultRoute(app: FastifyInstance, { store }: ControlDeps): void {
  addRoute<{ Params: { id: string }; Querystring: ResultQuery }>(
    app,
    results,
    ({ params: { id }, query: { cursor, limit, state, format }, sight }, reply) => {
      const { task } = campaignInSight(store, id, sight);
      if (format === 'csv') return sendCsv(reply, `campaign-${id}`, COLUMNS, rowsOf(store, id, task, state));
      const after = readCursor('campaign-results', cursor);
      const { items, next } = store.campaigns.items(id, {
        limit,
        ...(after !== undefined && { after }),
        ...(state !== undefined && { state }),
      });
      return {
        items: items.map((item) => viewResult(item, task)),
        next: next === undefined ? null : writeCursor('campaign-results', next),
      };
    },
  );
}

/**
 * Returns a campaign that somebody may see: one that was created with no more in sight than they have. Throws
 * `unknown_campaign`.
 */
export function campaignInSight(
  { campaigns }: Pick<Store, 'campaigns'>,
  id: string,
  sight: Sight,
): CampaignRecord {
  const campaign = campaigns.get(id);
  if (!campaign || !sight.covers(campaign.scope)) throw apiError('unknown_campaign', { id });
  return campaign;
}

async function* rowsOf(
  store: Pick<Store, 'campaigns'>,
  id: string,
  task: CampaignTask,
  state: CampaignItemState | undefined,
) {
  for await (const items of pagesOfResults(store, id, state)) {
    yield items.map((item) => {
      const { answer, ...shown } = viewResult(item, task);
      return { ...shown, answer: answer === null ? null : JSON.stringify(answer) };
    });
  }
}

/** All charge points of a campaign, or those in one state, some at a time; others have their turn between. */
export async function* pagesOfResults(
  { campaigns }: Pick<Store, 'campaigns'>,
  id: string,
  state?: CampaignItemState,
): AsyncGenerator<readonly CampaignItem[]> {
  let after: string | undefined;
  do {
    const page = campaigns.items(id, {
      limit: CHUNK,
      ...(after !== undefined && { after }),
      ...(state !== undefined && { state }),
    });
    yield page.items;
    after = page.next;
    await nextTurn();
  } while (after !== undefined);
}
