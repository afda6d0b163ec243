import type { AlarmRecord } from '../store/alarm-record.ts';
import type { Sight } from '../store/sight.ts';
import type { Store } from '../store/store.ts';

/** Whether somebody may see an alarm: one of no charge point is of all, and not for those who see some. */
export function seesAlarm({ chargePointId }: AlarmRecord, sight: Sight): boolean {
  return !sight.scope || (chargePointId !== null && sight.sees(chargePointId));
}

/** How many alarms stand that somebody may see. */
export function alarmsInSight({ alarms }: Pick<Store, 'alarms'>, sight: Sight) {
  const standing = [...alarms.standing()].filter((alarm) => seesAlarm(alarm, sight));
  return {
    standing: standing.length,
    unacknowledged: standing.filter(({ acknowledged }) => acknowledged === null).length,
  };
}
