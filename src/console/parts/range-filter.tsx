import { place } from '../router.ts';
import { RANGES } from '../time-range.ts';
import { t } from '../words/words.ts';
import { ChoiceFilter, DayFilter } from './filter-fields.tsx';

/** Which time a report is about. */
export function RangeFilter({ byDefault }: { readonly byDefault: string }) {
  const [, first] = RANGES.find(([name]) => name === byDefault) ?? RANGES[0];
  const others = RANGES.filter(([name]) => name !== byDefault);
  return (
    <>
      <ChoiceFilter
        name="range"
        label={t('Time')}
        options={[['', t(first)], ...others.map(([name, word]) => [name, t(word)] as const)]}
      />
      {place.value.query.get('range') === 'days' && (
        <>
          <DayFilter name="from" label={t('From')} />
          <DayFilter name="to" label={t('until')} />
        </>
      )}
    </>
  );
}
