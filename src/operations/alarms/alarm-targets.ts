import type { AlarmFilter } from '../../store/alarm-rule-record.ts';
import { findChargePoint, isMeant } from '../../store/known-charge-points.ts';
import type { Store } from '../../store/store.ts';

/** Whether a rule with a filter is about a charge point: some reads each time. */
export function targetsOf(
  store: Pick<Store, 'settings' | 'chargePoints' | 'sites'>,
  filter: AlarmFilter | undefined,
): ((chargePointId: string) => boolean) | undefined {
  if (!filter || Object.values(filter).every((value) => value === undefined)) return undefined;
  const { site, ...described } = filter;
  const members =
    site === undefined
      ? undefined
      : new Set(store.sites.get(site)?.members.map(({ chargePointId }) => chargePointId));
  return (chargePointId) => {
    if (members && !members.has(chargePointId)) return false;
    const known = findChargePoint(store, chargePointId);
    return known !== undefined && isMeant(described, known);
  };
}
