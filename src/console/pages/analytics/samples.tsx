import { useMemo } from 'preact/hooks';
import { zone } from '../../format.ts';
import type { MeterSample } from '../../model.ts';
import { ChargePointFilter } from '../../parts/charge-point-field.tsx';
import { Chart } from '../../parts/chart.tsx';
import { type Line, SERIES } from '../../parts/chart-line.ts';
import { ChoiceFilter } from '../../parts/filter-fields.tsx';
import { RangeFilter } from '../../parts/range-filter.tsx';
import { Empty, Refused, Skeleton } from '../../parts/states.tsx';
import { place } from '../../router.ts';
import { useSamples } from '../../samples.ts';
import { readRange } from '../../time-range.ts';
import { plural, t } from '../../words/words.ts';
import { ExportLinks } from './export-links.tsx';

const MEASURANDS = [
  'Power.Active.Import',
  'Energy.Active.Import.Register',
  'Current.Import',
  'Voltage',
  'SoC',
  'Temperature',
  'Power.Offered',
  'Current.Offered',
  'Frequency',
  'Power.Factor',
  'Energy.Active.Import.Interval',
  'Energy.Active.Export.Register',
  'Power.Active.Export',
];

/** One measurand of one charge point over time, a line per connector and phase. */
export function SampleReport() {
  const { query } = place.value;
  const chargePointId = query.get('chargePointId') ?? '';
  const measurand = query.get('measurand') ?? 'Power.Active.Import';
  const range = readRange('24h');
  const { samples, complete, failure } = useSamples(
    chargePointId === '' ? undefined : { chargePointId, measurand, from: range.from, to: range.to },
  );
  const { times, lines } = useMemo(() => linesOf(samples), [samples]);

  return (
    <>
      <form class="filters" aria-label={t('Filters')} onSubmit={(event) => event.preventDefault()}>
        <ChargePointFilter />
        <ChoiceFilter
          name="measurand"
          label={t('Measurand')}
          options={MEASURANDS.map((name, index) => [index === 0 ? '' : name, name] as const)}
        />
        <RangeFilter byDefault="24h" />
      </form>
      <section class="panel" aria-labelledby="samples">
        <header>
          <h2 id="samples">{measurand}</h2>
          <span class="soft">
            {plural(samples.length, '{n} sample', '{n} samples')}
            {!complete && chargePointId !== '' && ` ${t('so far')}`}
          </span>
          <span class="end row">
            <span class="small soft">{t('times in {zone}', { zone })}</span>
            <ExportLinks
              path="/analytics/meter-samples"
              question={{
                chargePointId,
                measurand,
                from: new Date(range.from).toISOString(),
                to: new Date(range.to).toISOString(),
              }}
              none={samples.length === 0}
            />
          </span>
        </header>
        <div class="body">
          {chargePointId === '' ? (
            <Empty title={t('Which charge point?')}>
              <p>
                {t(
                  'Give its id above. Its samples are shown as it sent them, a line per connector and phase.',
                )}
              </p>
            </Empty>
          ) : failure && samples.length === 0 ? (
            <Refused failure={failure} />
          ) : samples.length > 0 ? (
            <Chart
              label={t('{measurand} of {chargePointId}', { measurand, chargePointId })}
              times={times}
              lines={lines}
              height={320}
            />
          ) : complete ? (
            <Empty title={t('No samples of this in this time')} />
          ) : (
            <Skeleton lines={8} what={t('the samples')} />
          )}
        </div>
      </section>
    </>
  );
}

/** A line breaks after so long without a reading, s. */
const BREAK_S = 120;

function linesOf(samples: readonly MeterSample[]): { times: number[]; lines: Line[] } {
  const found = new Map<
    string,
    { unit: string; factor: number; points: Map<number, number | null>; last: number }
  >();
  for (const { connectorId, phase, location, unit, time, value } of samples) {
    const name = [t('Connector {connectorId}', { connectorId }), phase, location === 'Outlet' ? '' : location]
      .filter(Boolean)
      .join(' ');
    const kilo = unit === 'W' || unit === 'Wh';
    const line = found.get(name) ?? {
      unit: kilo ? `k${unit}` : unit,
      factor: kilo ? 1000 : 1,
      points: new Map<number, number | null>(),
      last: Number.POSITIVE_INFINITY,
    };
    found.set(name, line);
    const at = Date.parse(time) / 1000;
    if (at - line.last > BREAK_S) line.points.set(line.last + 1, null);
    if (value !== null) line.points.set(at, value / line.factor);
    line.last = at;
  }
  const times = [...new Set([...found.values()].flatMap(({ points }) => [...points.keys()]))].sort(
    (a, b) => a - b,
  );
  return {
    times,
    lines: [...found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([label, { unit, points }], index) => ({
        label,
        unit,
        values: times.map((time) => points.get(time)),
        colour: SERIES[index % SERIES.length] ?? 'text',
      })),
  };
}
