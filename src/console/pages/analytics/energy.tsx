import { useMemo } from 'preact/hooks';
import { queryOf } from '../../api.ts';
import { count, energy, quantity, zone } from '../../format.ts';
import type { Rows } from '../../model.ts';
import { ChargePointFilter } from '../../parts/charge-point-field.tsx';
import { Chart, roomOfCharts } from '../../parts/chart.tsx';
import { ChoiceFilter, TextFilter } from '../../parts/filter-fields.tsx';
import { RangeFilter } from '../../parts/range-filter.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { useResource } from '../../resource.ts';
import { place, urlOf } from '../../router.ts';
import { readRange } from '../../time-range.ts';
import { ExportLinks } from './export-links.tsx';
import { Bar } from './report-table.tsx';

interface EnergyRow {
  readonly start: string;
  readonly localStart: string;
  readonly chargePointId?: string;
  readonly connectorId?: number;
  readonly idTag?: string;
  readonly energyWh: number;
  readonly registerFalls: number;
}

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const SHOWN_SUBJECTS = 50;
const CHART_HEIGHT = 240;
/** Of the chart, the sum above it and their padding: who used it stands below. */
const ROOM = roomOfCharts([CHART_HEIGHT], 40 + 32);
/** Of one answer. */
const MOST_ROWS = 100_000;

/** Energy by hour or day, in the time zone of whoever looks, with its biggest users. */
export function EnergyReport() {
  const { query } = place.value;
  const value = (name: string) => query.get(name) ?? undefined;
  const range = readRange('24h');
  const interval = value('interval') ?? (range.to - range.from > 3 * DAY_S * 1000 ? 'day' : 'hour');
  const by = value('by') ?? 'chargePoint';
  const filters = {
    from: new Date(range.from).toISOString(),
    to: new Date(range.to).toISOString(),
    interval,
    timezone: zone,
    chargePointId: value('chargePointId'),
    idTag: value('idTag'),
  };
  const total = useResource<Rows<EnergyRow>>(`/analytics/energy${queryOf({ ...filters, by: 'total' })}`, {
    keep: true,
  });
  const subjects = useResource<Rows<EnergyRow>>(`/analytics/energy${queryOf({ ...filters, by })}`, {
    keep: true,
  });
  const seconds = interval === 'hour' ? HOUR_S : DAY_S;

  return (
    <>
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <RangeFilter byDefault="24h" />
        <ChoiceFilter
          name="interval"
          label="Per"
          options={[
            ['', interval],
            ...['hour', 'day'].filter((name) => name !== interval).map((name) => [name, name] as const),
          ]}
        />
        <ChoiceFilter
          name="by"
          label="By"
          options={[
            ['', 'charge point'],
            ['connector', 'connector'],
            ['tag', 'token'],
          ]}
        />
        <ChargePointFilter />
        <TextFilter name="idTag" label="Token" placeholder="whole idTag" />
      </form>
      <section class="panel" aria-labelledby="energy">
        <header>
          <h2 id="energy">Energy</h2>
          <span class="end row">
            <span class="small soft">time zone {zone}</span>
            <ExportLinks
              path="/analytics/energy"
              question={{ ...filters, by }}
              none={!subjects.data?.rows.length}
            />
          </span>
        </header>
        <Shown of={total} what="the energy" lines={11} room={ROOM}>
          {({ rows: told }) => {
            const rows = by === 'tag' ? told : (summedUp(subjects.data?.rows) ?? told);
            return rows.length === 0 ? (
              <Empty title="No energy in this time">
                <p>
                  Energy is the difference of register readings; it shows here some seconds after the second
                  reading came.
                </p>
              </Empty>
            ) : (
              <div class="body">
                <p class="value">
                  <b>{energy(sumOf(rows)).number}</b> <span class="unit">{energy(sumOf(rows)).unit}</span>
                </p>
                <Bars rows={rows} from={range.from} to={range.to} seconds={seconds} />
              </div>
            );
          }}
        </Shown>
      </section>
      <section class="panel" aria-label="Who used it">
        <Shown of={subjects} what="who used it" lines={6}>
          {({ rows }) => <Subjects rows={rows} />}
        </Shown>
      </section>
    </>
  );
}

/**
 * All together per interval, where every row has come: that of the whole fleet is worked out ahead and may be a minute behind what stands below
 * it. Undefined where there are too many rows for one answer.
 */
function summedUp(rows: readonly EnergyRow[] | undefined): readonly EnergyRow[] | undefined {
  if (!rows || rows.length >= MOST_ROWS) return undefined;
  const sums = new Map<string, EnergyRow>();
  for (const { start, localStart, energyWh, registerFalls } of rows) {
    const before = sums.get(start);
    sums.set(start, {
      start,
      localStart,
      energyWh: energyWh + (before?.energyWh ?? 0),
      registerFalls: registerFalls + (before?.registerFalls ?? 0),
    });
  }
  return [...sums.values()].sort((a, b) => (a.start < b.start ? -1 : 1));
}

interface BarsProps {
  readonly rows: readonly EnergyRow[];
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
}

function Bars({ rows, from, to, seconds }: BarsProps) {
  const { times, values } = useMemo(() => {
    const known = new Map(rows.map(({ start, energyWh }) => [Date.parse(start) / 1000, energyWh]));
    const all = new Set(known.keys());
    // Intervals without energy are bars of no height, so that time runs evenly; days of 23 and 25 hours bring their own begins.
    const anchor = Math.min(...known.keys());
    for (let at = anchor; at < to / 1000; at += seconds) if (seconds === HOUR_S) all.add(at);
    for (let at = anchor; at >= from / 1000; at -= seconds) if (seconds === HOUR_S) all.add(at);
    const sorted = [...all].sort((a, b) => a - b);
    return { times: sorted, values: sorted.map((at) => (known.get(at) ?? 0) / 1000) };
  }, [rows, from, to, seconds]);
  return (
    <Chart
      label="Energy over time"
      times={times}
      lines={[{ label: 'Energy', unit: 'kWh', values, colour: 'charging', shape: 'bars' }]}
      height={CHART_HEIGHT}
      barSeconds={seconds}
      span={[Math.min(from / 1000, times[0] ?? 0), to / 1000]}
    />
  );
}

function Subjects({ rows }: { readonly rows: readonly EnergyRow[] }) {
  const bySubject = new Map<string, { row: EnergyRow; wh: number; falls: number }>();
  for (const row of rows) {
    const key = `${row.chargePointId ?? ''} ${row.connectorId ?? ''} ${row.idTag ?? ''}`;
    const sum = bySubject.get(key) ?? { row, wh: 0, falls: 0 };
    bySubject.set(key, { row, wh: sum.wh + row.energyWh, falls: sum.falls + row.registerFalls });
  }
  const sums = [...bySubject.values()].sort((a, b) => b.wh - a.wh);
  const most = sums[0]?.wh ?? 0;
  if (sums.length === 0) return <Empty title="Nobody" />;
  return (
    <>
      <div class="scroll">
        <table class="table cards">
          <thead>
            <tr>
              <th scope="col">Who</th>
              <th scope="col" class="number">
                Energy
              </th>
              <th scope="col" class="share">
                Share of the highest
              </th>
              <th scope="col" class="number">
                Register falls
              </th>
            </tr>
          </thead>
          <tbody>
            {sums.slice(0, SHOWN_SUBJECTS).map(({ row, wh, falls }) => (
              <tr key={`${row.chargePointId}${row.connectorId}${row.idTag}`}>
                <td class="id">
                  <Subject row={row} />
                </td>
                <td class="number" data-label="Energy">
                  {quantity(energy(wh))}
                </td>
                <td class="share" data-label="Of the highest">
                  <Bar part={wh / (most || 1)} />
                </td>
                <td class="number" data-label="Register falls">
                  {falls === 0 ? '' : <span class="tone-attention">{falls}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {sums.length > SHOWN_SUBJECTS && (
        <p class="pager">
          The {SHOWN_SUBJECTS} highest of {count(sums.length)}; the export has all of them.
        </p>
      )}
    </>
  );
}

function Subject({ row: { chargePointId, connectorId, idTag } }: { readonly row: EnergyRow }) {
  if (idTag !== undefined) return <a href={urlOf.token(idTag)}>{idTag}</a>;
  if (chargePointId === undefined) return <span>all</span>;
  return (
    <>
      <a href={urlOf.chargePoint(chargePointId)}>{chargePointId}</a>
      {connectorId !== undefined && <span class="soft"> connector {connectorId}</span>}
    </>
  );
}

function sumOf(rows: readonly EnergyRow[]): number {
  return rows.reduce((sum, { energyWh }) => sum + energyWh, 0);
}
