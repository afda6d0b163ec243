import { place } from '../router.ts';
import { RANGES } from '../time-range.ts';
import { ChoiceFilter, DayFilter } from './filter-fields.tsx';

/** Which time a report is about. */
export function RangeFilter({ byDefault }: { readonly byDefault: string }) {
  const [, first] = RANGES.find(([name]) => name === byDefault) ?? RANGES[0];
  const others = RANGES.filter(([name]) => name !== byDefault);
  return (
    <>
      <ChoiceFilter name="range" label="Time" options={[['', first], ...others]} />
      {place.value.query.get('range') === 'days' && (
        <>
          <DayFilter name="from" label="From" />
          <DayFilter name="to" label="until" />
        </>
      )}
    </>
  );
}
