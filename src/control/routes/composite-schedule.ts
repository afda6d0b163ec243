import type { FastifyInstance, FastifyRequest } from 'fastify';
import { compareSchedules, plannedPeriods, reportedPeriods } from '../../operations/schedule-comparison.ts';
import { Schedules } from '../../operations/schedules.ts';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { ReportedScheduleRecord } from '../../store/reported-schedules.ts';
import { callChargePoint } from '../charge-point-call.ts';
import { findChargePoint } from '../charge-point-view.ts';
import type { ControlDeps } from '../deps.ts';
import { ApiError, apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { requireRole } from '../roles.ts';
import { addRoute } from '../route.ts';

const period = { startPeriod: 0, limit: 16, numberPhases: 3, converted: 11_040 };
const WEEK_S = 7 * 86_400;

const operation: Operation = {
  id: 'getCompositeSchedule',
  method: 'GET',
  path: '/api/v1/charge-points/{id}/composite-schedule',
  tag: 'Smart charging',
  scope: 'chargePoint',
  summary: 'See what a charge point will allow, as planned by Farad and as it says itself',
  description:
    'The plan follows from the profiles that the charge point is known to hold. The report is its answer to GetCompositeSchedule, which is ' +
    'sent for this request (an operator asks it), or the last one that is known. Limits are shown in both units; where the plan has no ' +
    'limit, what the charge point reports is no difference. A request that asks the charge point is in the audit trail.',
  params: { id: { type: 'string', description: 'Identity of the charge point, percent-encoded.' } },
  query: {
    connectorId: { type: 'integer', minimum: 0, description: '0 is the whole charge point.' },
    duration: { type: 'integer', minimum: 0, maximum: WEEK_S, description: 'Seconds from now.' },
    unit: { type: 'string', enum: ['A', 'W'], description: 'Absent: A, and the choice of the charge point.' },
    report: {
      type: 'string',
      enum: ['ask', 'last', 'none'],
      description:
        'ask: send GetCompositeSchedule now; last: show the last answer; none. Absent: ask, for viewers last.',
    },
  },
  requiredQuery: ['connectorId', 'duration'],
  responses: {
    200: json('Plan and report.', ref('CompositeSchedule'), {
      chargePointId: 'CP-17',
      connectorId: 1,
      duration: 3600,
      voltage: 230,
      planned: { start: '2026-03-01T12:00:00.000Z', unit: 'A', otherUnit: 'W', periods: [period] },
      reported: {
        at: '2026-03-01T12:00:00.084Z',
        fresh: true,
        status: 'Accepted',
        duration: 3600,
        scheduleStart: '2026-03-01T12:00:00Z',
        told: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] },
        unit: 'A',
        otherUnit: 'W',
        periods: [period],
      },
      error: null,
      differences: [],
    }),
  },
  errors: ['unknown_charge_point', 'forbidden', 'unreadable_profile'],
};

interface Query {
  readonly connectorId: number;
  readonly duration: number;
  readonly unit?: 'A' | 'W';
  readonly report?: 'ask' | 'last' | 'none';
}

interface Route {
  Params: { id: string };
  Querystring: Query;
}

interface Report {
  readonly record: ReportedScheduleRecord | undefined;
  readonly fresh: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export function addCompositeScheduleRoute(app: FastifyInstance, deps: ControlDeps): void {
  const { store, config } = deps;
  const schedules = new Schedules(store, config.smartCharging);
  app.addHook('onClose', () => schedules.close());

  addRoute<Route>(app, operation, async (request) => {
    const { id } = request.params;
    const { connectorId, duration, unit = 'A' } = request.query;
    if (!findChargePoint(store, id)) throw apiError('unknown_charge_point', { id });
    const mode = modeOf(request);
    const from = Date.now();
    const [[plan], report] = await Promise.all([
      schedules.plan([{ chargePointId: id, connectorId, from, duration, unit }]),
      mode === 'ask' ? ask(deps, id, request.query) : known(deps, id, connectorId, mode),
    ]);
    if (!plan?.ok) throw apiError('unreadable_profile', { id, reason: plan?.reason ?? '' });

    const { schedule } = plan;
    const { nominalVoltage: voltage } = config.smartCharging;
    const units = { unit, otherUnit: unit === 'A' ? 'W' : 'A' };
    const { record, fresh, error } = report;
    return {
      chargePointId: id,
      connectorId,
      duration,
      voltage,
      planned: { start: writeTimestamp(from), ...units, periods: plannedPeriods(schedule, voltage) },
      reported: record
        ? {
            at: writeTimestamp(record.reportedAt),
            fresh,
            status: record.status,
            duration: record.duration,
            scheduleStart: record.scheduleStart,
            told: record.schedule,
            ...units,
            periods: reportedPeriods(record, unit, voltage) ?? [],
          }
        : null,
      error,
      // An earlier report speaks of another time.
      differences: record && fresh ? compareSchedules(schedule, record, voltage) : null,
    };
  });
}

/** To have a charge point asked is for operators; viewers see what is known. */
function modeOf(request: FastifyRequest<Route>): 'ask' | 'last' | 'none' {
  const mode = request.query.report ?? (request.principal?.role === 'viewer' ? 'last' : 'ask');
  request.isAudited = mode === 'ask';
  if (mode === 'ask') requireRole(request as unknown as FastifyRequest, 'operator');
  return mode;
}

function known({ store }: ControlDeps, id: string, connectorId: number, mode: 'last' | 'none'): Report {
  const record = mode === 'last' ? store.reportedSchedules.get(id, connectorId) : undefined;
  return { record, fresh: false, error: null };
}

/** The answer to a GetCompositeSchedule of now; where there is none, why, and the last one that is known. */
async function ask(deps: ControlDeps, id: string, { connectorId, duration, unit }: Query): Promise<Report> {
  const request = { connectorId, duration, ...(unit && { chargingRateUnit: unit }) };
  try {
    const answer = await callChargePoint(deps, id, 'GetCompositeSchedule', request);
    if (answer.outcome === 'result') {
      return { record: deps.store.reportedSchedules.get(id, connectorId), fresh: true, error: null };
    }
    const { code, description } = answer;
    return { ...known(deps, id, connectorId, 'last'), error: { code, message: description } };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { code, message } = error;
    return { ...known(deps, id, connectorId, 'last'), error: { code, message } };
  }
}
