import type { FastifyInstance } from 'fastify';
import { ALARM_CHANNELS } from '../../store/alarm-rule-record.ts';
import { type AlarmRuleBody, readAlarmRule, viewAlarmRule } from '../alarm-view.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { PRINTED_SEGMENT } from '../openapi/shapes.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { expectedVersion } from '../preconditions.ts';
import { addRoute } from '../route.ts';

const tag = 'Alarms';
const path = '/api/v1/alarm-rules/{id}';
const params = {
  id: {
    type: 'string',
    minLength: 1,
    maxLength: 100,
    pattern: PRINTED_SEGMENT,
    description: 'Name of the rule.',
  },
};
/** Rules that there may be. */
const MOST = 100;
const written = {
  condition: { kind: 'faulted', minutes: 10 },
  enabled: true,
  filter: { group: 'Depot north' },
  quietHours: { from: '22:00', to: '06:00' },
  urgent: false,
  repeatMinutes: 240,
  tellOver: true,
  emails: ['duty@example.org'],
  note: 'Reset it once, then call the field service.',
};
const update = {
  ...written,
  webhook: { url: 'https://hooks.example/farad', secret: 'a-secret-of-the-receiver' },
};
const example = {
  id: 'faulted in the north',
  ...written,
  webhook: { url: 'https://hooks.example/farad', hasSecret: true },
  standing: 2,
  deliveries: [
    {
      channel: 'webhook',
      waiting: 0,
      lost: 0,
      arrivedAt: '2026-03-01T12:00:00.000Z',
      triedAt: '2026-03-01T12:00:00.000Z',
      failingSince: null,
      problem: null,
    },
  ],
  writtenBy: 'night-shift',
  writtenAt: '2026-03-01T11:00:00.000Z',
  version: 3,
};

const list: Operation = {
  id: 'listAlarmRules',
  method: 'GET',
  path: '/api/v1/alarm-rules',
  tag,
  scope: 'refused',
  summary: 'List rules of alarms',
  description: 'In the order of their names, with how telling goes.',
  role: 'operator',
  query: pageQuery,
  responses: { 200: json('A page of rules.', ref('AlarmRulePage'), { items: [example], next: null }) },
};

const get: Operation = {
  id: 'getAlarmRule',
  versioned: true,
  method: 'GET',
  path,
  tag,
  scope: 'refused',
  summary: 'Get a rule of alarms',
  role: 'operator',
  params,
  responses: { 200: json('The rule.', ref('AlarmRule'), example) },
  errors: ['unknown_alarm_rule'],
};

const put: Operation = {
  id: 'putAlarmRule',
  versioned: true,
  method: 'PUT',
  path,
  tag,
  scope: 'refused',
  summary: 'Create or replace a rule of alarms',
  description: `From then on whoever it names is told. At most ${MOST}. Alarms that it would not raise any more end.`,
  role: 'admin',
  params,
  body: {
    required: true,
    checked: true,
    content: { 'application/json': { schema: ref('AlarmRuleUpdate'), examples: { faulted: update } } },
  },
  responses: {
    200: json('The rule was replaced.', ref('AlarmRule'), example),
    201: json('The rule was created.', ref('AlarmRule'), example),
  },
  errors: ['too_many_alarm_rules'],
};

const remove: Operation = {
  id: 'deleteAlarmRule',
  versioned: true,
  method: 'DELETE',
  path,
  tag,
  scope: 'refused',
  summary: 'Delete a rule of alarms',
  description: 'Its alarms end; nobody is told of that, nor of what still waits to be told.',
  role: 'admin',
  params,
  responses: { 204: { description: 'The rule is gone.' } },
  errors: ['unknown_alarm_rule'],
};

const test: Operation = {
  id: 'testAlarmRule',
  method: 'POST',
  path: `${path}/test`,
  tag,
  scope: 'refused',
  summary: 'Send a test message on every channel of a rule',
  description: 'Once, also in quiet hours; the answer says what came of it. Nothing is raised.',
  params,
  responses: {
    200: json('What came of it.', ref('AlarmTest'), {
      channels: [
        { channel: 'email', arrived: true, problem: null },
        { channel: 'webhook', arrived: false, problem: 'the receiver answered 403' },
      ],
    }),
  },
  errors: ['unknown_alarm_rule'],
};

interface OfRule {
  Params: { id: string };
}

export function addAlarmRuleRoutes(
  app: FastifyInstance,
  { store, operations: { alarms }, config }: ControlDeps,
): void {
  const find = (id: string) => {
    const found = store.alarmRules.get(id);
    if (!found) throw apiError('unknown_alarm_rule', { id });
    return found;
  };
  const view = (rule: ReturnType<typeof find>) => {
    const deliveries = ALARM_CHANNELS.flatMap((channel) => store.alarmQueue.delivery(rule.id, channel) ?? []);
    return viewAlarmRule(rule, deliveries, alarms.standingOf(rule.id));
  };

  addRoute<{ Querystring: PageQuery }>(app, list, ({ query: { cursor, limit } }) => {
    const after = readCursor('alarm-rules', cursor);
    const { items, next } = store.alarmRules.list({ limit, ...(after !== undefined && { after }) });
    return { items: items.map(view), next: next === undefined ? null : writeCursor('alarm-rules', next) };
  });

  addRoute<OfRule>(app, get, ({ params: { id } }) => view(find(id)));

  addRoute<OfRule & { Body: AlarmRuleBody }>(app, put, async (request, reply) => {
    const { id } = request.params;
    const isKnown = store.alarmRules.get(id) !== undefined;
    const rule = readAlarmRule(id, request.body, {
      writtenBy: request.principal?.id ?? '',
      canMail: config.alarms.smtp.host !== '',
    });
    const put = await store.alarmRules.put(rule, MOST, expectedVersion(request));
    if (put === 'full') throw apiError('too_many_alarm_rules', { most: MOST });
    alarms.ruleChanged(id);
    return reply.code(isKnown ? 200 : 201).send(view(put));
  });

  addRoute<OfRule>(app, remove, async (request, reply) => {
    const { id } = request.params;
    if (!(await store.alarmRules.remove(id, expectedVersion(request)))) {
      throw apiError('unknown_alarm_rule', { id });
    }
    alarms.ruleChanged(id);
    return reply.code(204).send();
  });

  addRoute<OfRule>(app, test, async ({ params: { id } }) => ({ channels: await alarms.test(find(id)) }));
}
