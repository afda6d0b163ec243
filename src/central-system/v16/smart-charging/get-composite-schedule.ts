import { membersOf } from '../../../protocol/members.ts';
import type { ChargingSchedule, ChargingSchedulePeriod } from '../../../protocol/v16/generated/messages.ts';
import { type Follower, statusOf } from '../follower.ts';

/**
 * GetCompositeSchedule (OCPP 1.6 ed. 2 §5.7): the newest of each connector is kept, to be held against the
 * plan.
 */
export const compositeScheduleAnswered: Follower<'GetCompositeSchedule'> = (
  { store, clock },
  { id },
  { payload: request },
  answer,
) => {
  if (answer.kind !== 'result') return undefined;
  const { scheduleStart, chargingSchedule } = membersOf(answer.payload);
  return store.reportedSchedules.put({
    chargePointId: id,
    connectorId: request.connectorId,
    duration: request.duration,
    unit: request.chargingRateUnit ?? null,
    status: statusOf(answer) ?? '',
    scheduleStart: typeof scheduleStart === 'string' ? scheduleStart.slice(0, 64) : null,
    schedule: readSchedule(chargingSchedule),
    reportedAt: clock(),
  });
};

/** More periods are not kept; the standard leaves it to ChargingScheduleMaxPeriods. */
const MAX_PERIODS = 1_024;

/** A schedule as far as it can be used; firmware was met whose timestamps in it are "0". */
function readSchedule(value: unknown): ChargingSchedule | null {
  const { chargingRateUnit, chargingSchedulePeriod, duration, startSchedule, minChargingRate } =
    membersOf(value);
  if (chargingRateUnit !== 'A' && chargingRateUnit !== 'W') return null;
  if (!Array.isArray(chargingSchedulePeriod)) return null;
  return {
    chargingRateUnit,
    chargingSchedulePeriod: chargingSchedulePeriod.slice(0, MAX_PERIODS).flatMap(readPeriod),
    ...(typeof duration === 'number' && { duration }),
    ...(typeof startSchedule === 'string' && { startSchedule }),
    ...(typeof minChargingRate === 'number' && { minChargingRate }),
  };
}

function readPeriod(value: unknown): ChargingSchedulePeriod[] {
  const { startPeriod, limit, numberPhases } = membersOf(value);
  if (typeof startPeriod !== 'number' || typeof limit !== 'number') return [];
  return [{ startPeriod, limit, ...(typeof numberPhases === 'number' && { numberPhases }) }];
}
