import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import {
  DRIFT_STATES,
  type DriftState,
  driftOf,
  type KeyDrift,
  worstOf,
} from '../../operations/configuration/drift.ts';
import { compareIds, findChargePoint } from '../../store/known-charge-points.ts';
import type { Store } from '../../store/store.ts';
import { type NewCampaignBody, readCampaign, viewCampaign } from '../campaign-view.ts';
import { censusInSight } from '../census-in-sight.ts';
import type { TemplateDrift } from '../comparison.ts';
import { sendCsv, withCsv } from '../csv-file.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import type { FleetCensus, FleetIndex } from '../fleet-index.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { addRoute } from '../route.ts';

const tag = 'Charge points';
const path = '/api/v1/configuration-templates/{id}';
const params = { id: { type: 'string', description: 'Name of the template.' } };
/** Charge points looked at before others have their turn. */
const SLICE = 200;
const COLUMNS = ['chargePointId', 'key', 'wants', 'has', 'state', 'expected'] as const;
const key = {
  key: 'MeterValueSampleInterval',
  wants: '60',
  has: '900',
  state: 'differs',
  expected: false,
  template: 'Duo 22',
};

const list: Operation = {
  id: 'listConfigurationDrift',
  method: 'GET',
  path: `${path}/drift`,
  tag,
  scope: 'narrowed',
  summary: 'List charge points whose configuration is not what a template wants',
  description:
    'In the order of their identities, from an index of the whole fleet that is some seconds old, and what is stored of their keys now. Once a template has changed, the ' +
    'answer waits until the fleet was compared again.',
  params,
  query: {
    state: {
      type: 'string',
      enum: DRIFT_STATES.filter((state) => state !== 'matches'),
      description: 'Only those whose worst key is in this state.',
    },
    format: {
      type: 'string',
      enum: ['json', 'csv'],
      description: 'csv: all of them as a file, a line for each key; `limit` and `cursor` do not count then.',
    },
    ...pageQuery,
  },
  responses: {
    200: withCsv(
      json('A page of charge points.', ref('ConfigurationDriftPage'), {
        items: [{ chargePointId: 'CP-17', state: 'differs', mendable: true, keys: [key] }],
        next: null,
        total: 1,
      }),
    ),
  },
  errors: ['unknown_configuration_template'],
};

const mend: Operation = {
  id: 'mendConfigurationDrift',
  idempotent: true,
  method: 'POST',
  path: `${path}/mend`,
  tag,
  scope: 'narrowed',
  summary: 'Bring charge points to what a configuration template wants',
  description:
    'Begins a campaign for exactly those charge points of the list that asking or changing may mend. A value that holds after a reset is not sent again. What it sends is worked out for ' +
    'each charge point when its turn comes.',
  params,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('DriftMend'),
        examples: { slowly: { atOnce: 5, stopAfterFailed: 20 } },
      },
    },
  },
  responses: { 201: json('The campaign.', ref('Campaign')) },
  errors: ['unknown_configuration_template', 'no_matching_charge_points', 'too_many_campaigns'],
};

const ofOne: Operation = {
  id: 'getConfigurationDrift',
  method: 'GET',
  path: '/api/v1/charge-points/{id}/configuration/drift',
  tag,
  scope: 'chargePoint',
  summary: 'Get how a charge point stands to what configuration templates want',
  description:
    'All keys that a template wants of it, those that match too; nothing where no template is for it.',
  params: { id: { type: 'string', description: 'Identity of the charge point, percent-encoded.' } },
  responses: { 200: json('The keys.', ref('KeyDrifts'), { items: [key] }) },
  errors: ['unknown_charge_point'],
};

interface OfTemplate {
  Params: { id: string };
}

interface DriftQuery extends PageQuery {
  readonly state?: DriftState;
  readonly format?: 'json' | 'csv';
}

interface MendBody extends Pick<NewCampaignBody, 'atOnce' | 'startAt' | 'endAt' | 'stopAfterFailed'> {
  readonly name?: string;
  readonly states?: readonly DriftState[];
}

export function addConfigurationDriftRoutes(
  app: FastifyInstance,
  { store, operations }: ControlDeps,
  fleet: FleetIndex,
): void {
  const find = (id: string) => {
    const found = store.configurationTemplates.get(id);
    if (!found) throw apiError('unknown_configuration_template', { id });
    return found;
  };

  addRoute<OfTemplate & { Querystring: DriftQuery }>(
    app,
    list,
    async ({ params: { id }, query: { cursor, limit, state, format }, sight }, reply) => {
      find(id);
      const ids = driftingIn(censusInSight(await fleet.comparedCensus(), sight), id, (drift) =>
        state === undefined ? drift.state !== 'matches' : drift.state === state,
      );
      const look = (chargePointId: string) => viewDrift(store, chargePointId, id, state);
      if (format === 'csv') return sendCsv(reply, `drift-${id}`, COLUMNS, rowsOf(ids, look));
      const after = readCursor('configuration-drift', cursor);
      const start = after === undefined ? 0 : placeAfter(ids, after);
      const page = ids.slice(start, start + limit);
      const last = page.at(-1);
      const isMore = start + page.length < ids.length && last !== undefined;
      return {
        items: page.flatMap(look),
        next: isMore ? writeCursor('configuration-drift', last) : null,
        total: ids.length,
      };
    },
  );

  addRoute<OfTemplate & { Body: MendBody }>(app, mend, async ({ params: { id }, body, sight }, reply) => {
    const { version } = find(id);
    const {
      states = ['not_reported', 'differs', 'rejected'],
      name = `Mend the drift of ${id}`,
      ...pace
    } = body;
    const ids = driftingIn(
      censusInSight(await fleet.comparedCensus(), sight),
      id,
      ({ state, mendable }) => mendable && states.includes(state),
    );
    // One that was deleted since the fleet was compared is left out.
    const known = ids.filter((chargePointId) => findChargePoint(store, chargePointId));
    if (known.length === 0) throw apiError('no_matching_charge_points', {});
    const task = { template: id, version };
    const wanted = await readCampaign(
      { name, task, targets: { ids: known }, ...pace },
      { store, sight, force: false },
    );
    const campaign = await operations.campaigns.create(wanted);
    if (campaign === 'too_many') throw apiError('too_many_campaigns', {});
    if (campaign === 'no_match') throw apiError('no_matching_charge_points', {});
    reply.code(201);
    return viewCampaign(store.campaigns.get(campaign.id) ?? campaign);
  });

  addRoute<OfTemplate>(app, ofOne, ({ params: { id } }) => {
    const known = findChargePoint(store, id);
    if (!known) throw apiError('unknown_charge_point', { id });
    return { items: driftOf(store, store.configurationTemplates.inPrecedence(), known).map(viewKey) };
  });
}

/** The charge points of a template whose stand is meant, in the order of their ids. */
function driftingIn(
  { chargePoints }: FleetCensus,
  template: string,
  isMeant: (drift: TemplateDrift) => boolean,
): string[] {
  return chargePoints
    .filter(({ drifts }) => drifts.some((drift) => drift.template === template && isMeant(drift)))
    .map(({ id }) => id);
}

/** The first place behind an id, which itself may be gone by now. */
function placeAfter(ids: readonly string[], after: string): number {
  const place = ids.findIndex((id) => compareIds(id, after) > 0);
  return place === -1 ? ids.length : place;
}

/**
 * `#/components/schemas/ConfigurationDrift`, from what is stored now; nothing where the charge point does not
 * stand like that any more.
 */
function viewDrift(store: Store, chargePointId: string, template: string, wanted: DriftState | undefined) {
  const known = findChargePoint(store, chargePointId);
  if (!known) return [];
  const own = driftOf(store, store.configurationTemplates.inPrecedence(), known).filter(
    (key) => key.template === template,
  );
  const state = worstOf(own);
  if (state === 'matches' || (wanted !== undefined && state !== wanted)) return [];
  const keys = own.filter((key) => key.state !== 'matches');
  return [{ chargePointId, state, mendable: keys.some(({ mendable }) => mendable), keys: keys.map(viewKey) }];
}

/** `#/components/schemas/KeyDrift` */
function viewKey({ key, value, has, state, expected, template }: KeyDrift) {
  return { key, wants: value, has, state, expected, template };
}

async function* rowsOf(ids: readonly string[], look: (id: string) => ReturnType<typeof viewDrift>) {
  for (let start = 0; start < ids.length; start += SLICE) {
    const found = ids.slice(start, start + SLICE).flatMap(look);
    yield found.flatMap(({ chargePointId, keys }) => keys.map((row) => ({ chargePointId, ...row })));
    await nextTurn();
  }
}
