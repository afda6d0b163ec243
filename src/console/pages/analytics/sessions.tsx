import { fleetZone } from '../../fleet-zone.ts';
import { count, duration, energy, quantity, stamp } from '../../format.ts';
import type { SessionRow } from '../../model.ts';
import { Chart } from '../../parts/chart.tsx';
import { ChoiceFilter } from '../../parts/filter-fields.tsx';
import { place, urlOf } from '../../router.ts';
import { plural, t } from '../../words/words.ts';
import { Report } from './report.tsx';
import { ChargePointLink, type Column, orDash, ReportTable } from './report-table.tsx';

const SECONDS = { hour: 3600, day: 86_400 } as const;
const MOST = 10_000;

export function SessionsReport() {
  const { query } = place.value;
  const interval = query.get('interval') === 'hour' ? 'hour' : 'day';
  const asked = query.get('by');
  const by = asked === 'chargePoint' || asked === 'tag' ? asked : 'total';
  return (
    <Report<SessionRow>
      title={interval === 'hour' ? t('Sessions by hour of their start') : t('Sessions by day of their start')}
      query="sessions"
      parameters={{ interval, by, timezone: fleetZone.value, limit: MOST }}
      filters={
        <>
          <ChoiceFilter
            name="interval"
            label={t('Per')}
            options={[
              ['', t('day')],
              ['hour', t('hour')],
            ]}
          />
          <ChoiceFilter
            name="by"
            label={t('By')}
            options={[
              ['', t('all together')],
              ['chargePoint', t('charge point')],
              ['tag', t('token')],
            ]}
          />
        </>
      }
      empty={[
        'No session began in this time',
        'A session counts where it began; energy and duration are of those that are over.',
      ]}
    >
      {(rows, { from, to }) => {
        const sums = sumsOf(rows);
        return (
          <>
            <div class="body form">
              <p class="value" data-sum="sessions">
                <b>{count(sums.sessions)}</b>{' '}
                <span class="unit">{plural(sums.sessions, 'session', 'sessions')}</span>{' '}
                <b>{energy(sums.energyWh).number}</b>{' '}
                <span class="unit">
                  {t('{unit} in those that are over', { unit: energy(sums.energyWh).unit })}
                  {sums.energyUnknown > 0 &&
                    t(', without {energyUnknown} of unknown energy', {
                      energyUnknown: count(sums.energyUnknown),
                    })}
                </span>
              </p>
              <Chart
                label={interval === 'hour' ? t('Sessions per hour') : t('Sessions per day')}
                times={sums.times}
                lines={[
                  { label: t('Sessions'), unit: '', values: sums.counts, colour: 'series-1', shape: 'bars' },
                ]}
                barSeconds={SECONDS[interval]}
                timeZone={fleetZone.value}
                span={[from / 1000, to / 1000]}
              />
            </div>
            <ReportTable columns={columnsOf(by, interval)} rows={rows.toReversed()} />
          </>
        );
      }}
    </Report>
  );
}

function sumsOf(rows: readonly SessionRow[]) {
  const counts = new Map<number, number>();
  let sessions = 0;
  let [energyWh, energyUnknown] = [0, 0];
  for (const row of rows) {
    const at = Date.parse(row.start) / 1000;
    counts.set(at, (counts.get(at) ?? 0) + row.sessions);
    sessions += row.sessions;
    energyWh += row.energyWh;
    energyUnknown += row.energyUnknown;
  }
  const times = [...counts.keys()].sort((a, b) => a - b);
  return { sessions, energyWh, energyUnknown, times, counts: times.map((at) => counts.get(at) ?? 0) };
}

function columnsOf(by: 'total' | 'chargePoint' | 'tag', interval: 'hour' | 'day'): Column<SessionRow>[] {
  return [
    {
      name: interval === 'hour' ? 'Hour' : 'Day',
      show: ({ start }) => stamp(start, interval === 'hour' ? 'minute' : 'day'),
    },
    ...(by === 'chargePoint'
      ? [
          {
            name: 'Charge point' as const,
            show: ({ chargePointId = '' }: SessionRow) => <ChargePointLink id={chargePointId} />,
          },
        ]
      : by === 'tag'
        ? [
            {
              name: 'Token' as const,
              show: ({ idTag = '' }: SessionRow) => <a href={urlOf.token(idTag)}>{idTag}</a>,
            },
          ]
        : []),
    { name: 'Sessions', number: true, show: ({ sessions }) => <b>{count(sessions)}</b> },
    { name: 'Over', number: true, show: ({ stopped, closed }) => count(stopped + closed) },
    { name: 'Running', number: true, show: ({ open }) => count(open) },
    { name: 'Energy', number: true, show: ({ energyWh }) => quantity(energy(energyWh)) },
    { name: 'Average', number: true, show: (row) => lengthOf(row, row.averageDurationS) },
    { name: 'Median', number: true, show: (row) => lengthOf(row, row.medianDurationS) },
  ];
}

/** None where none is over. */
function lengthOf({ stopped }: SessionRow, seconds: number) {
  return orDash(stopped === 0 ? null : duration(seconds * 1000));
}
