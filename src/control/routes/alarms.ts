import type { FastifyInstance } from 'fastify';
import { viewAlarm } from '../alarm-view.ts';
import { alarmsInSight, seesAlarm } from '../alarms-in-sight.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { filteredPage } from '../filtered-page.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { expectedVersion } from '../preconditions.ts';
import { addRoute } from '../route.ts';

const tag = 'Alarms';
const path = '/api/v1/alarms/{id}';
const params = { id: { type: 'string', description: 'Id of the alarm.' } };
const example = {
  id: '0mm7p6yo0-824da861c0de',
  rule: 'faulted in the north',
  kind: 'faulted',
  subject: 'CP-17/1',
  chargePointId: 'CP-17',
  connectorId: 1,
  detail: 'Faulted: GroundFailure',
  since: '2026-03-01T11:50:00.000Z',
  raisedAt: '2026-03-01T12:00:04.000Z',
  endedAt: null,
  endReason: null,
  acknowledged: { at: '2026-03-01T12:03:00.000Z', by: 'night-shift', note: 'Somebody is on the way.' },
  version: 12,
};

const list: Operation = {
  id: 'listAlarms',
  method: 'GET',
  path: '/api/v1/alarms',
  tag,
  scope: 'narrowed',
  summary: 'List alarms',
  description:
    'Newest first: those that stand, and `alarms.kept` of those that are over. The counts are of all that stand.',
  query: {
    standing: { type: 'boolean', description: 'Only those that stand, or only those that are over.' },
    rule: { type: 'string', maxLength: 100, description: 'Only those of this rule.' },
    chargePointId: { type: 'string', maxLength: 255, description: 'Only those about this charge point.' },
    ...pageQuery,
  },
  responses: {
    200: json('A page of alarms.', ref('AlarmPage'), {
      items: [example],
      next: null,
      standing: 1,
      unacknowledged: 0,
    }),
  },
};

const get: Operation = {
  id: 'getAlarm',
  versioned: true,
  method: 'GET',
  path,
  tag,
  scope: 'narrowed',
  summary: 'Get an alarm',
  params,
  responses: { 200: json('The alarm.', ref('Alarm'), example) },
  errors: ['unknown_alarm'],
};

const acknowledge: Operation = {
  id: 'acknowledgeAlarm',
  versioned: true,
  method: 'POST',
  path: `${path}/acknowledge`,
  tag,
  scope: 'narrowed',
  summary: 'Acknowledge an alarm that stands',
  description:
    'Says that somebody takes care of it: nobody is reminded of it any more. Again with another note: that one takes the place of the first.',
  params,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('AlarmAcknowledgement'),
        examples: { note: { note: 'Somebody is on the way.' } },
      },
    },
  },
  responses: { 200: json('The alarm.', ref('Alarm'), example) },
  errors: ['unknown_alarm', 'alarm_over'],
};

interface OfAlarm {
  Params: { id: string };
}

interface ListQuery extends PageQuery {
  readonly standing?: boolean;
  readonly rule?: string;
  readonly chargePointId?: string;
}

export function addAlarmRoutes(app: FastifyInstance, { store, operations: { alarms } }: ControlDeps): void {
  addRoute<{ Querystring: ListQuery }>(
    app,
    list,
    ({ query: { cursor, limit, standing, rule, chargePointId }, sight }) => {
      const listing = (after: string | undefined, count: number) =>
        store.alarms.list({
          limit: count,
          ...(after !== undefined && { after }),
          ...(standing !== undefined && { standing }),
          ...(rule !== undefined && { ruleId: rule }),
          ...(chargePointId !== undefined && { chargePointId }),
        });
      const { items, next } = filteredPage(listing, {
        after: readCursor('alarms', cursor),
        limit,
        ...(sight.scope && { matches: (alarm) => seesAlarm(alarm, sight) }),
      });
      return {
        items: items.map(viewAlarm),
        next: next === undefined ? null : writeCursor('alarms', next),
        ...(sight.scope ? alarmsInSight(store, sight) : alarms.counts()),
      };
    },
  );

  addRoute<OfAlarm>(app, get, ({ params: { id }, sight }) => {
    const found = store.alarms.get(id);
    if (!found || !seesAlarm(found, sight)) throw apiError('unknown_alarm', { id });
    return viewAlarm(found);
  });

  addRoute<OfAlarm & { Body: { readonly note?: string } }>(app, acknowledge, async (request) => {
    const { id } = request.params;
    const { note = '' } = request.body;
    const found = store.alarms.get(id);
    if (found && !seesAlarm(found, request.sight)) throw apiError('unknown_alarm', { id });
    const acknowledgement = { at: Date.now(), by: request.principal?.id ?? '', note };
    const acknowledged = await alarms.acknowledge(id, acknowledgement, expectedVersion(request));
    if (!acknowledged) throw apiError('unknown_alarm', { id });
    if (acknowledged === 'ended') throw apiError('alarm_over', { id });
    return viewAlarm(acknowledged);
  });
}
