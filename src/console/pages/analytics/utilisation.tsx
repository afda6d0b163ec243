import { fleetZone } from '../../fleet-zone.ts';
import { count, rounded } from '../../format.ts';
import type { UtilisationRow } from '../../model.ts';
import { ChoiceFilter } from '../../parts/filter-fields.tsx';
import { place } from '../../router.ts';
import { written } from '../../words/locale.ts';
import { type Plain, plural, t } from '../../words/words.ts';
import { HeatMap } from './heat-map.tsx';
import { Report } from './report.tsx';
import { ReportTable } from './report-table.tsx';

const WEEKDAYS: readonly Plain[] = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
];

export function UtilisationReport() {
  const { query } = place.value;
  const by = query.get('by') === 'date' ? 'date' : 'weekday';
  const asTable = query.get('view') === 'table';
  const title = by === 'date' ? t('Utilisation by hour and date') : t('Utilisation by hour and weekday');
  return (
    <Report<UtilisationRow>
      title={title}
      query="utilisation"
      parameters={{ by, timezone: fleetZone.value }}
      filters={
        <>
          <ChoiceFilter
            name="by"
            label={t('Days')}
            options={[
              ['', t('weekdays')],
              ['date', t('dates')],
            ]}
          />
          <ChoiceFilter
            name="view"
            label={t('As')}
            options={[
              ['', t('heat map')],
              ['table', t('table')],
            ]}
          />
        </>
      }
      empty={['No connector is known', 'Connectors are counted as they are known now.']}
    >
      {(rows) => {
        const known = new Map(rows.map((row) => [`${dayOf(row)} ${row.hour}`, row]));
        const days = [...new Set(rows.map(dayOf))].map((key) => ({ key, word: wordOf(key) }));
        const occupied = rows.reduce((sum, { occupiedHours }) => sum + occupiedHours, 0);
        return (
          <>
            <div class="body form">
              <p class="value">
                <b>{rounded(occupied)}</b>{' '}
                <span class="unit">
                  {plural(
                    rows[0]?.connectors ?? 0,
                    'hours taken by transactions, of {n} connectors',
                    'hours taken by transactions, of {n} connectors',
                  )}
                </span>
              </p>
              {!asTable && (
                <HeatMap
                  label={title}
                  days={days}
                  shareOf={(day, hour) => known.get(`${day} ${hour}`)?.utilisation}
                />
              )}
            </div>
            {asTable && (
              <ReportTable
                rows={rows}
                columns={[
                  { name: by === 'date' ? 'Date' : 'Weekday', show: (row) => wordOf(dayOf(row)) },
                  { name: 'Hour', show: ({ hour }) => `${String(hour).padStart(2, '0')}:00` },
                  { name: 'Utilisation', number: true, show: (row) => `${rounded(100 * row.utilisation)} %` },
                  { name: 'Hours taken', number: true, show: (row) => rounded(row.occupiedHours) },
                  { name: 'Connectors', number: true, show: (row) => count(row.connectors) },
                ]}
              />
            )}
          </>
        );
      }}
    </Report>
  );
}

function dayOf({ weekday, date }: UtilisationRow): string {
  return date ?? String(weekday);
}

function wordOf(day: string): string {
  const name = WEEKDAYS[Number(day) - 1];
  if (name !== undefined) return t(name);
  const [year = 0, month = 1, dayOfMonth = 1] = day.split('-').map(Number);
  return written({ year, month, day: dayOfMonth });
}
