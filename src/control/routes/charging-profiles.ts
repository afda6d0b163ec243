import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { profileLimits, warningsBeforeSetting } from '../../operations/profile-situation.ts';
import { dialectOf } from '../../protocol/dialects.ts';
import type { ClearFilter } from '../../store/charging-profile-record.ts';
import { callChargePoint, callErrors, checkCall, checkPayload } from '../charge-point-call.ts';
import { findChargePoint } from '../charge-point-view.ts';
import { profileOf, type SetProfileBody, viewChargingProfile } from '../charging-profile-view.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { type FleetFilter, setForMany, targetsOf } from '../fleet-profile.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';
import { forceQuery, refuseUnlessForced } from '../warnings.ts';

const tag = 'Smart charging';
const path = '/api/v1/charge-points/{id}/charging-profiles';
const params = { id: { type: 'string', description: 'Identity of the charge point, percent-encoded.' } };
const profile = {
  chargingProfileId: 1,
  stackLevel: 0,
  chargingProfilePurpose: 'ChargePointMaxProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: {
    startSchedule: '2026-03-01T12:00:00.000Z',
    chargingRateUnit: 'A',
    chargingSchedulePeriod: [{ startPeriod: 0, limit: 32 }],
  },
};
const installed = {
  connectorId: 0,
  chargingProfileId: 1,
  purpose: 'ChargePointMaxProfile',
  stackLevel: 0,
  transactionId: null,
  profile,
  source: 'SetChargingProfile',
  messageId: 'm4x1a2b3-9f8e7d6c5b4a-2',
  installedAt: '2026-03-01T12:00:00.000Z',
  doubtfulSince: null,
  version: 9,
};
const answer = {
  outcome: 'result',
  messageId: 'm4x1a2b3-9f8e7d6c5b4a-2',
  payload: { status: 'Accepted' },
  durationMs: 84,
};

const list: Operation = {
  id: 'listChargingProfiles',
  method: 'GET',
  path,
  tag,
  scope: 'chargePoint',
  summary: 'List the charging profiles that a charge point holds',
  description:
    'As far as its answers to SetChargingProfile, ClearChargingProfile and RemoteStartTransaction show, however they were sent. TxProfiles go ' +
    'with their transaction, all others outlive reboots.',
  params,
  responses: {
    200: json('Its profiles and its limits.', ref('InstalledProfiles'), {
      items: [installed],
      limits: { maxStackLevel: 10, maxPeriods: 24, maxInstalled: 20, units: ['A'] },
    }),
  },
  errors: ['unknown_charge_point'],
};

const set: Operation = {
  id: 'setChargingProfile',
  idempotent: true,
  method: 'POST',
  path,
  tag,
  scope: 'chargePoint',
  summary: 'Set a charging profile',
  description:
    'The body is the payload of SetChargingProfile, sent exactly as it is. What the charge point is expected to refuse, by the standard or by ' +
    'the limits that it told, is not sent unless `force` says so.',
  params,
  query: forceQuery,
  body: {
    required: true,
    checked: false,
    content: {
      'application/json': {
        schema: ref('SetChargingProfileRequest'),
        examples: { max: { connectorId: 0, csChargingProfiles: profile } },
      },
    },
  },
  responses: {
    200: json('The charge point answered.', ref('ProfileAnswer'), {
      answer,
      warnings: [],
      items: [installed],
    }),
  },
  errors: [...callErrors, 'likely_refused', 'invalid_json', 'payload_too_large', 'unsupported_media_type'],
};

const clear: Operation = {
  id: 'clearChargingProfiles',
  method: 'DELETE',
  path,
  tag,
  scope: 'chargePoint',
  summary: 'Clear charging profiles',
  description:
    'Sends ClearChargingProfile: with `profileId` for that one, otherwise for all that fit everything that is given. Without any parameter it ' +
    'clears every profile. Connector 0 means what was set for the whole charge point, not every connector.',
  params,
  query: {
    profileId: { type: 'integer', description: 'chargingProfileId; all else is ignored then.' },
    connectorId: { type: 'integer', description: 'Where they were set.' },
    purpose: { type: 'string', enum: ['ChargePointMaxProfile', 'TxDefaultProfile', 'TxProfile'] },
    stackLevel: { type: 'integer', description: '0 is a level.' },
  },
  responses: {
    200: json('The charge point answered.', ref('ProfileAnswer'), { answer, warnings: [], items: [] }),
  },
  errors: callErrors,
};

const setMany: Operation = {
  id: 'setChargingProfileForMany',
  method: 'POST',
  path: '/api/v1/charging-profiles',
  tag,
  scope: 'narrowed',
  summary: 'Set the same charging profile at many charge points',
  description:
    'Answers a line of JSON (FleetProfileLine) for each charge point as soon as it has answered, in no order; ' +
    '`smartCharging.fleetConcurrency` of them are asked at a time. Closing the connection keeps what has not been sent from being sent.',
  query: forceQuery,
  body: {
    required: true,
    checked: true,
    isList: true,
    content: {
      'application/json': {
        schema: ref('FleetProfile'),
        examples: {
          group: { chargePoints: { group: 'Depot north' }, connectorId: 0, csChargingProfiles: profile },
        },
      },
    },
  },
  responses: {
    200: {
      description: 'A line for each charge point.',
      content: {
        'application/x-ndjson': {
          schema: ref('FleetProfileLine'),
          examples: { line: { chargePointId: 'CP-17', answer, error: null, warnings: [] } },
        },
      },
    },
  },
  errors: ['invalid_payload'],
};

interface OfCharger {
  Params: { id: string };
}

interface ClearQuery {
  readonly profileId?: number;
  readonly connectorId?: number;
  readonly purpose?: NonNullable<ClearFilter['chargingProfilePurpose']>;
  readonly stackLevel?: number;
}

interface FleetProfile extends SetProfileBody {
  readonly chargePoints: FleetFilter;
}

export function addChargingProfileRoutes(app: FastifyInstance, deps: ControlDeps): void {
  const { store, config } = deps;
  const show = (id: string) => store.chargingProfiles.of(id).map(viewChargingProfile);

  addRoute<OfCharger>(app, list, ({ params: { id } }) => {
    if (!findChargePoint(store, id)) throw apiError('unknown_charge_point', { id });
    return { items: show(id), limits: profileLimits(store, id) };
  });

  addRoute<OfCharger & { Body: SetProfileBody; Querystring: { force: boolean } }>(
    app,
    set,
    async ({ params: { id }, query, body }) => {
      checkCall(store, id, 'SetChargingProfile', body);
      const warnings = warningsBeforeSetting(store, id, profileOf(body), Date.now());
      refuseUnlessForced(id, warnings, query.force);
      const answered = await callChargePoint(deps, id, 'SetChargingProfile', body);
      return { answer: answered, warnings, items: show(id) };
    },
  );

  addRoute<OfCharger & { Querystring: ClearQuery }>(app, clear, async ({ params: { id }, query }) => {
    const { profileId, purpose, ...rest } = query;
    const request: ClearFilter = {
      ...(profileId !== undefined && { id: profileId }),
      ...rest,
      ...(purpose !== undefined && { chargingProfilePurpose: purpose }),
    };
    const answered = await callChargePoint(deps, id, 'ClearChargingProfile', request);
    return { answer: answered, warnings: [], items: show(id) };
  });

  addRoute<{ Body: FleetProfile; Querystring: { force: boolean } }>(
    app,
    setMany,
    ({ body, query, sight }, reply) => {
      const { chargePoints, ...request } = body;
      checkPayload(dialectOf(), 'SetChargingProfile', request);
      const lines = setForMany(deps, targetsOf(deps, sight, chargePoints), request, {
        atOnce: config.smartCharging.fleetConcurrency,
        force: query.force,
      });
      return reply.type('application/x-ndjson').send(Readable.from(asText(lines)));
    },
  );
}

async function* asText(lines: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}
