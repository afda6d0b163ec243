import type { FastifyInstance } from 'fastify';
import type { CampaignCommand } from '../../operations/campaigns/campaigns.ts';
import type { CampaignItemState } from '../../store/campaign-record.ts';
import type { ChargePointFilter } from '../../store/charge-point-filter.ts';
import { findChargePoint } from '../../store/known-charge-points.ts';
import type { Sight } from '../../store/sight.ts';
import { type NewCampaignBody, readCampaign, sameCampaignFor, viewCampaign } from '../campaign-view.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { filteredPage } from '../filtered-page.ts';
import { signingIn, signingWarnings } from '../firmware-check.ts';
import { campaignFilter } from '../openapi/campaign-schemas.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { refusePrivateKeyIn } from '../private-key.ts';
import { rootWarningsOf } from '../root-check.ts';
import { addRoute } from '../route.ts';
import { checkSecurityTask } from '../security-checks.ts';
import { forceQuery, refuseUnlessForced } from '../warnings.ts';
import { campaignInSight, pagesOfResults } from './campaign-results.ts';

const tag = 'Campaigns';
const path = '/api/v1/campaigns/{id}';
const params = { id: { type: 'string', description: 'Id of the campaign.' } };
const request = {
  name: 'Firmware 2.1 for the north',
  task: {
    action: 'UpdateFirmware',
    payload: { location: 'https://files.example/firmware-2.1.bin', retrieveDate: '2026-03-01T00:00:00Z' },
  },
  targets: { group: 'Depot north', firmwareVersion: '2.0.4' },
  atOnce: 20,
  startAt: '2026-03-02T01:00:00Z',
  endAt: '2026-03-02T05:00:00Z',
  itemTimeout: 3600,
  stopAfterFailed: 5,
};
const example = {
  id: '0mm7p6yo0-824da861',
  ...request,
  startAt: '2026-03-02T01:00:00.000Z',
  endAt: '2026-03-02T05:00:00.000Z',
  state: 'running',
  counts: { pending: 61, asking: 1, running: 19, succeeded: 40, failed: 2, unknown: 0, total: 123 },
  createdAt: '2026-03-01T15:00:00.000Z',
  startedAt: '2026-03-02T01:00:00.000Z',
  endedAt: null,
  endReason: null,
  version: 211,
};

const create: Operation = {
  id: 'createCampaign',
  idempotent: true,
  method: 'POST',
  path: '/api/v1/campaigns',
  tag,
  scope: 'narrowed',
  summary: 'Do one thing at many charge points',
  description:
    'Each charge point is asked once, when it is connected, no more than `atOnce` at a time; where a job begins, its place is free when that has ended. The ' +
    'campaign goes on over restarts of Farad. A charge point whose answer was lost is not asked again: its result is `unknown`, unless the reports of ' +
    'its job show what came of it. Only where it is certain that the CALL never left is it sent again. A task with signed firmware is looked at as ' +
    'in a job of its own. A ChangeConfiguration of SecurityProfile is not sent where it would not raise the profile, or where something is missing for it: the result is `failed` ' +
    'with the reason `security_profile_not_raised` or `security_prerequisites_missing`; with `force` the latter is not looked at. Tasks of security (`security`) do what a profile needs first.',
  query: forceQuery,
  body: {
    required: true,
    checked: true,
    isList: true,
    content: {
      'application/json': {
        schema: ref('NewCampaign'),
        examples: {
          firmware: request,
          configuration: {
            name: 'Sample every minute',
            task: {
              action: 'ChangeConfiguration',
              payload: { key: 'MeterValueSampleInterval', value: '60' },
            },
            targets: { all: true },
          },
          profile: {
            name: 'To profile 2',
            task: { security: 'raise-profile', profile: 2 },
            targets: { group: 'Depot north' },
          },
          certificates: {
            name: 'New certificates',
            task: { security: 'renew-certificate' },
            targets: { all: true },
          },
          passwords: {
            name: 'New passwords',
            task: { security: 'rotate-password' },
            targets: { all: true },
          },
          localLists: { name: 'Lists', task: { localList: 'auto' }, targets: { ids: ['CP-17', 'CP-18'] } },
        },
      },
    },
  },
  responses: { 201: json('The campaign.', ref('Campaign'), example) },
  errors: [
    'invalid_payload',
    'likely_refused',
    'private_key',
    'no_matching_charge_points',
    'too_many_campaigns',
  ],
};

/** Identities that an answer to `match` names. */
const SAMPLE = 10;

const match: Operation = {
  id: 'matchCampaignTargets',
  method: 'GET',
  path: '/api/v1/campaigns/matches',
  tag,
  scope: 'narrowed',
  summary: 'Find the charge points that a campaign would be for',
  description: 'Those that match every parameter; all of them where there is none.',
  query: campaignFilter,
  responses: {
    200: json('The charge points.', ref('CampaignMatches'), { total: 123, sample: ['CP-17', 'CP-18'] }),
  },
};

const list: Operation = {
  id: 'listCampaigns',
  method: 'GET',
  path: '/api/v1/campaigns',
  tag,
  scope: 'narrowed',
  summary: 'List campaigns',
  description: 'Newest first; `operations.campaignsKept` of those that have ended are kept.',
  query: pageQuery,
  responses: { 200: json('A page of campaigns.', ref('CampaignPage'), { items: [example], next: null }) },
};

const get: Operation = {
  id: 'getCampaign',
  method: 'GET',
  path,
  tag,
  scope: 'narrowed',
  summary: 'Get a campaign',
  params,
  responses: { 200: json('The campaign.', ref('Campaign'), example) },
  errors: ['unknown_campaign'],
};

const retry: Operation = {
  id: 'retryCampaign',
  idempotent: true,
  method: 'POST',
  path: `${path}/retry`,
  tag,
  scope: 'narrowed',
  summary: 'Do the same again where it failed',
  description:
    'A new campaign, which begins at once, for those charge points of one that has ended whose results are in one of the `states`; those that were deleted meanwhile are left out.',
  params,
  query: forceQuery,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('CampaignRetry'),
        examples: { failed: { states: ['failed'] }, allOthers: { states: ['failed', 'pending'] } },
      },
    },
  },
  responses: { 201: json('The new campaign.', ref('Campaign'), example) },
  errors: [
    'unknown_campaign',
    'campaign_state',
    'campaign_secret_gone',
    'likely_refused',
    'no_matching_charge_points',
    'too_many_campaigns',
  ],
};

const command = (name: CampaignCommand, summary: string, description: string): Operation => ({
  id: `${name}Campaign`,
  method: 'POST',
  path: `${path}/${name}`,
  tag,
  scope: 'narrowed',
  summary,
  description,
  params,
  responses: { 200: json('The campaign.', ref('Campaign'), example) },
  errors: ['unknown_campaign', 'campaign_state'],
});

const commands: Readonly<Record<CampaignCommand, Operation>> = {
  pause: command('pause', 'Pause a campaign', 'Nobody new is asked; who was asked is still followed.'),
  resume: command('resume', 'Resume a paused campaign', 'It goes on where it was, or waits for its start.'),
  abort: command(
    'abort',
    'Abort a campaign',
    'Nobody new is asked, for good. What is under way at charge points goes on, OCPP has no way to end it, and is still followed.',
  ),
};

interface OfCampaign {
  Params: { id: string };
}

export function addCampaignRoutes(app: FastifyInstance, { store, config, operations }: ControlDeps): void {
  const find = (id: string, sight: Sight) => campaignInSight(store, id, sight);

  const begin = async (body: NewCampaignBody, sight: Sight, force: boolean) => {
    refusePrivateKeyIn(body.task);
    const wanted = await readCampaign(body, { store, sight, force });
    checkSecurityTask(wanted.task, config, force);
    const signing = signingIn(wanted.task);
    const warnings = signing
      ? signingWarnings(signing, store, Date.now())
      : rootWarningsOf(wanted.task, Date.now());
    if (warnings) refuseUnlessForced('of the campaign', warnings, force);
    const campaign = await operations.campaigns.create(wanted);
    if (campaign === 'too_many') throw apiError('too_many_campaigns', {});
    if (campaign === 'no_match') throw apiError('no_matching_charge_points', {});
    return viewCampaign(find(campaign.id, sight));
  };

  addRoute<{ Body: NewCampaignBody; Querystring: { force: boolean } }>(
    app,
    create,
    async ({ body, query: { force }, sight }, reply) => {
      const campaign = await begin(body, sight, force);
      reply.code(201);
      return campaign;
    },
  );

  addRoute<{ Querystring: ChargePointFilter }>(app, match, ({ query, sight }) =>
    operations.campaigns.matches(query, SAMPLE, sight.scope),
  );

  addRoute<{ Querystring: PageQuery }>(app, list, ({ query: { cursor, limit }, sight }) => {
    const listing = (after: string | undefined, count: number) =>
      store.campaigns.list({ limit: count, ...(after !== undefined && { after }) });
    const { items, next } = filteredPage(listing, {
      after: readCursor('campaigns', cursor),
      limit,
      ...(sight.scope && { matches: ({ scope }) => sight.covers(scope) }),
    });
    return {
      items: items.map(viewCampaign),
      next: next === undefined ? null : writeCursor('campaigns', next),
    };
  });

  addRoute<OfCampaign>(app, get, ({ params: { id }, sight }) => viewCampaign(find(id, sight)));

  addRoute<OfCampaign & { Body: { states: readonly CampaignItemState[] }; Querystring: { force: boolean } }>(
    app,
    retry,
    async ({ params: { id }, body: { states }, query: { force }, sight }, reply) => {
      const campaign = find(id, sight);
      const { state, task } = campaign;
      if (state !== 'finished' && state !== 'aborted') {
        throw apiError('campaign_state', { id, state, command: 'be retried' }, { state });
      }
      const ids: string[] = [];
      for await (const items of pagesOfResults(store, id)) {
        for (const item of items) {
          const { chargePointId, state } = item;
          if (states.includes(state) && sight.sees(chargePointId) && findChargePoint(store, chargePointId)) {
            ids.push(item.chargePointId);
          }
        }
      }
      if (ids.length === 0) throw apiError('no_matching_charge_points', {});
      const body = sameCampaignFor(campaign, ids);
      if (body === undefined) throw apiError('campaign_secret_gone', { id });
      const again = await begin(body, sight, force || ('force' in task && task.force === true));
      reply.code(201);
      return again;
    },
  );

  for (const [name, operation] of Object.entries(commands) as [CampaignCommand, Operation][]) {
    addRoute<OfCampaign>(app, operation, async ({ params: { id }, sight }) => {
      find(id, sight);
      const changed = await operations.campaigns.command(id, name);
      if (changed === 'unknown') throw apiError('unknown_campaign', { id });
      if (changed === 'wrong_state') {
        const { state } = find(id, sight);
        throw apiError('campaign_state', { id, state, command: name }, { state });
      }
      return viewCampaign(changed);
    });
  }
}
