import type { FastifyInstance } from 'fastify';
import { type AnsweredCall, callChargePoint, callErrors } from '../charge-point-call.ts';
import { findChargePoint } from '../charge-point-view.ts';
import { viewConfigurationKey } from '../configuration-view.ts';
import { configurationWarnings } from '../configuration-warnings.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';
import { forceProfileQuery } from '../security-checks.ts';

const tag = 'Charge points';
const id = { type: 'string', description: 'Identity of the charge point, percent-encoded.' };
const path = '/api/v1/charge-points/{id}/configuration';
const key = {
  key: 'HeartbeatInterval',
  value: '300',
  readonly: false,
  writeOnly: false,
  known: true,
  learntAt: '2026-03-01T12:00:00.000Z',
  learntFrom: 'GetConfiguration',
  pending: null,
  doubtfulSince: null,
  refused: null,
  version: 7,
};
const answer = {
  outcome: 'result',
  messageId: 'm4x1a2b3-9f8e7d6c5b4a-2',
  payload: { status: 'Accepted' },
  durationMs: 84,
};

const get: Operation = {
  id: 'getConfiguration',
  method: 'GET',
  path,
  tag,
  scope: 'chargePoint',
  summary: 'Get what is known of the configuration of a charge point',
  description:
    'Keys are learnt from the answers to GetConfiguration and ChangeConfiguration, however they were sent. Nothing is sent for this: have ' +
    'the charge point report its configuration with `refresh`.',
  params: { id },
  responses: { 200: json('Keys in alphabetical order.', ref('Configuration'), { items: [key] }) },
  errors: ['unknown_charge_point'],
};

const change: Operation = {
  id: 'changeConfiguration',
  method: 'PUT',
  path: `${path}/{key}`,
  tag,
  scope: 'chargePoint',
  summary: 'Change a configuration key',
  description:
    'Sends ChangeConfiguration, whatever is known of the key, and shows the answer. RebootRequired: the value is kept as `pending` until the ' +
    'charge point has been reset and has booted. The value of AuthorizationKey is sent and never shown again; once the ' +
    'charge point has taken it, it opens its connections instead of the key before (`keyState` of the charge point). SecurityProfile can only be raised; what is missing for it has to be there first, or `force`.',
  params: { id, key: { type: 'string', description: 'Upper and lower case make no difference.' } },
  query: forceProfileQuery,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': { schema: ref('ConfigurationChange'), examples: { interval: { value: '60' } } },
    },
  },
  responses: {
    200: json('The charge point answered.', ref('ConfigurationChanged'), { answer, key, warnings: [] }),
  },
  errors: callErrors,
};

const refresh: Operation = {
  id: 'refreshConfiguration',
  method: 'POST',
  path: `${path}/refresh`,
  tag,
  scope: 'chargePoint',
  summary: 'Have a charge point report its configuration',
  description:
    'Sends GetConfiguration: without keys for all of them, otherwise in as many calls as GetConfigurationMaxKeys asks for, where that is ' +
    'known. Where a call fails, what the calls before it brought is kept.',
  params: { id },
  query: {
    key: {
      type: 'array',
      items: { type: 'string', maxLength: 50 },
      maxItems: 500,
      description: 'Only these; repeat it for several.',
    },
  },
  responses: {
    200: json('The charge point answered.', ref('ConfigurationRefreshed'), {
      answers: [answer],
      items: [key],
    }),
  },
  errors: callErrors,
};

interface OfCharger {
  Params: { id: string };
}

export function addConfigurationRoutes(app: FastifyInstance, deps: ControlDeps): void {
  const { store } = deps;
  const show = (chargePointId: string) => store.configurations.of(chargePointId).map(viewConfigurationKey);

  addRoute<OfCharger>(app, get, ({ params }) => {
    if (!findChargePoint(store, params.id)) throw apiError('unknown_charge_point', { id: params.id });
    return { items: show(params.id) };
  });

  addRoute<{ Params: { id: string; key: string }; Body: { value: string }; Querystring: { force: boolean } }>(
    app,
    change,
    async ({ params, body: { value }, query }) => {
      const warnings = configurationWarnings(store, params.id, params.key, value);
      const payload = { key: params.key, value };
      const answered = await callChargePoint(deps, params.id, 'ChangeConfiguration', payload, query);
      const known = store.configurations.get(params.id, params.key);
      return { answer: answered, key: known ? viewConfigurationKey(known) : null, warnings };
    },
  );

  addRoute<OfCharger & { Querystring: { key?: readonly string[] } }>(
    app,
    refresh,
    async ({ params, query }) => {
      const answers: AnsweredCall[] = [];
      const most = Number(store.configurations.get(params.id, 'GetConfigurationMaxKeys')?.value ?? 0);
      for (const request of requestsFor(query.key ?? [], most)) {
        answers.push(await callChargePoint(deps, params.id, 'GetConfiguration', request));
      }
      return { answers, items: show(params.id) };
    },
  );
}

/** No keys ask for all in one request, which has no limit (OCPP 1.6 ed. 2 §5.8). */
function requestsFor(keys: readonly string[], most: number): { key?: string[] }[] {
  if (keys.length === 0) return [{}];
  const size = Number.isInteger(most) && most > 0 ? most : keys.length;
  const requests: { key: string[] }[] = [];
  for (let start = 0; start < keys.length; start += size)
    requests.push({ key: keys.slice(start, start + size) });
  return requests;
}
