import type { FastifyInstance } from 'fastify';
import type { CampaignFilter } from '../../operations/campaigns/campaign-targets.ts';
import type { CampaignCommand } from '../../operations/campaigns/campaigns.ts';
import { CAMPAIGN_ITEM_STATES, type CampaignItemState } from '../../store/campaign-record.ts';
import { type NewCampaignBody, readCampaign, viewCampaign, viewResult } from '../campaign-view.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { signingIn, signingWarnings } from '../firmware-check.ts';
import { campaignFilter } from '../openapi/campaign-schemas.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { refusePrivateKeyIn } from '../private-key.ts';
import { rootWarningsOf } from '../root-check.ts';
import { addRoute } from '../route.ts';
import { checkSecurityTask } from '../security-checks.ts';
import { forceQuery, refuseUnlessForced } from '../warnings.ts';

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
  version: 211,
};

const create: Operation = {
  id: 'createCampaign',
  idempotent: true,
  method: 'POST',
  path: '/api/v1/campaigns',
  tag,
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
  summary: 'Get a campaign',
  params,
  responses: { 200: json('The campaign.', ref('Campaign'), example) },
  errors: ['unknown_campaign'],
};

const results: Operation = {
  id: 'listCampaignResults',
  method: 'GET',
  path: `${path}/results`,
  tag,
  summary: 'List what became of each charge point of a campaign',
  description: 'In the order of their identities.',
  params,
  query: {
    state: { type: 'string', enum: CAMPAIGN_ITEM_STATES, description: 'Only those in this state.' },
    ...pageQuery,
  },
  responses: {
    200: json('A page of results.', ref('CampaignResultPage'), {
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
  },
  errors: ['unknown_campaign'],
};

const command = (name: CampaignCommand, summary: string, description: string): Operation => ({
  id: `${name}Campaign`,
  method: 'POST',
  path: `${path}/${name}`,
  tag,
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
  const find = (id: string) => {
    const campaign = store.campaigns.get(id);
    if (!campaign) throw apiError('unknown_campaign', { id });
    return campaign;
  };

  addRoute<{ Body: NewCampaignBody; Querystring: { force: boolean } }>(
    app,
    create,
    async (request, reply) => {
      refusePrivateKeyIn(request.body.task);
      const wanted = await readCampaign(request.body, store, request.query.force);
      checkSecurityTask(wanted.task, config, request.query.force);
      const signing = signingIn(wanted.task);
      const warnings = signing
        ? signingWarnings(signing, store, Date.now())
        : rootWarningsOf(wanted.task, Date.now());
      if (warnings) refuseUnlessForced('of the campaign', warnings, request.query.force);
      const campaign = await operations.campaigns.create(wanted);
      if (campaign === 'too_many') throw apiError('too_many_campaigns', {});
      if (campaign === 'no_match') throw apiError('no_matching_charge_points', {});
      reply.code(201);
      return viewCampaign(find(campaign.id));
    },
  );

  addRoute<{ Querystring: CampaignFilter }>(app, match, ({ query }) =>
    operations.campaigns.matches(query, SAMPLE),
  );

  addRoute<{ Querystring: PageQuery }>(app, list, ({ query: { cursor, limit } }) => {
    const after = readCursor('campaigns', cursor);
    const { items, next } = store.campaigns.list({ limit, ...(after !== undefined && { after }) });
    return {
      items: items.map(viewCampaign),
      next: next === undefined ? null : writeCursor('campaigns', next),
    };
  });

  addRoute<OfCampaign>(app, get, ({ params: { id } }) => viewCampaign(find(id)));

  addRoute<OfCampaign & { Querystring: PageQuery & { state?: CampaignItemState } }>(
    app,
    results,
    ({ params: { id }, query: { cursor, limit, state } }) => {
      const { task } = find(id);
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

  for (const [name, operation] of Object.entries(commands) as [CampaignCommand, Operation][]) {
    addRoute<OfCampaign>(app, operation, async ({ params: { id } }) => {
      const changed = await operations.campaigns.command(id, name);
      if (changed === 'unknown') throw apiError('unknown_campaign', { id });
      if (changed === 'wrong_state') {
        const { state } = find(id);
        throw apiError('campaign_state', { id, state, command: name }, { state });
      }
      return viewCampaign(changed);
    });
  }
}
