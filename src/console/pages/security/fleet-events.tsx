import { ChargePointFilter } from '../../parts/charge-point-field.tsx';
import { TextFilter } from '../../parts/filter-fields.tsx';
import { RangeFilter } from '../../parts/range-filter.tsx';
import { place } from '../../router.ts';
import { readRange } from '../../time-range.ts';
import { t } from '../../words/words.ts';
import { SecurityEvents } from './security-events.tsx';

/** What happened to the security of the fleet, refusals included. */
export function FleetEvents() {
  const value = (name: string) => place.value.query.get(name) ?? undefined;
  const { from, to } = readRange('30d');
  return (
    <SecurityEvents
      parameters={{
        chargePointId: value('chargePointId'),
        group: value('group'),
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
      }}
      filters={
        <>
          <ChargePointFilter />
          <TextFilter name="group" label={t('Group')} placeholder={t('whole name')} />
          <RangeFilter byDefault="30d" />
        </>
      }
    />
  );
}
