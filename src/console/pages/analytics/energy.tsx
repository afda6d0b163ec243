import { useMemo } from 'preact/hooks';
import { queryOf } from '../../api.ts';
import { fleetZone } from '../../fleet-zone.ts';
import { count, energy, quantity } from '../../format.ts';
import type { EnergyRow, Rows } from '../../model.ts';
import { ChargePointFilter } from '../../parts/charge-point-field.tsx';
import { Chart, roomOfCharts } from '../../parts/chart.tsx';
import { ChoiceFilter, TextFilter } from '../../parts/filter-fields.tsx';
import { Pager } from '../../parts/pager.tsx';
import { RangeFilter } from '../../parts/range-filter.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { useResource } from '../../resource.ts';
import { place, urlOf } from '../../router.ts';
import { readRange } from '../../time-range.ts';
import { t } from '../../words/words.ts';
import { ExportLinks } from './export-links.tsx';
import { Bar, type Column, ReportTable } from './report-table.tsx';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const CHART_HEIGHT = 240;
/** Of the chart, the sum above it and their padding: who used it stands below. */
const ROOM = roomOfCharts([CHART_HEIGHT], 40 + 32);
/** What can be added up to the energy over time: a connector belongs to one of these, and all are named. */
const DISJOINT: ReadonlySet<string> = new Set(['chargePoint', 'connector', 'group']);
const INTERVALS = ['hour', 'day'] as const;
type Interval = (typeof INTERVALS)[number];
/** Of the ranking on one page; where there are fewer, the energy over time is added up here. */
const PER_PAGE = 50;

/** Energy by hour or day, in the time zone of the fleet, with its biggest users. */
export function EnergyReport() {
  const { question, range, ...energyOf } = useEnergy();
  const { total, ranking, parts, isAddedUp, isFirstPage, isWorkedOutAhead } = energyOf;
  const { interval, by } = question;
  const ranked = ranking.data?.rows.length ?? 0;
  const next = ranking.data?.next ?? null;
  // These have no intervals.
  const isWhole = by === 'site' || by === 'chargePointTag';
  return (
    <>
      <EnergyFilters interval={interval} />
      <section class="panel" aria-labelledby="energy">
        <header>
          <h2 id="energy">{t('Energy')}</h2>
          <span class="end row">
            <span class="small soft">
              {isWorkedOutAhead && `${t('worked out ahead, up to some minutes behind the ranking')} · `}
              {t('time zone {fleetZone}', { fleetZone: fleetZone.value })}
            </span>
            <ExportLinks
              path="/analytics/energy"
              question={{ ...question, ...(isWhole && { interval: 'whole' }) }}
              none={ranked === 0}
              isCsvOnly={isWhole}
            />
          </span>
        </header>
        <Shown of={total} what={t('the energy')} lines={11} room={ROOM}>
          {({ rows }) => (
            <OverTime
              rows={isAddedUp && parts.data ? addedUp(parts.data.rows) : rows}
              from={range.from}
              to={range.to}
              seconds={interval === 'hour' ? HOUR_S : DAY_S}
            />
          )}
        </Shown>
      </section>
      <section class="panel" aria-label={t('Who used it')}>
        <Shown of={ranking} what={t('who used it')} lines={6}>
          {({ rows }) => <Ranking rows={rows} isFirstPage={isFirstPage} />}
        </Shown>
        {!(isFirstPage && next === null) && (
          <Pager
            next={next}
            sum={ranked === 0 ? t('no more') : t('{ranked}, the highest first', { ranked: count(ranked) })}
          />
        )}
      </section>
    </>
  );
}

/** Reads the energy over time and its biggest users, as the query of the page asks for them. */
function useEnergy() {
  const { query } = place.value;
  const value = (name: string) => query.get(name) ?? undefined;
  const range = readRange('24h');
  const by = value('by') ?? 'chargePoint';
  const filters = {
    from: new Date(range.from).toISOString(),
    to: new Date(range.to).toISOString(),
    interval:
      INTERVALS.find((name) => name === value('interval')) ??
      (range.to - range.from > 3 * DAY_S * 1000 ? 'day' : 'hour'),
    timezone: fleetZone.value,
    chargePointId: value('chargePointId'),
    group: value('group'),
    site: value('site'),
    idTag: value('idTag'),
  };
  const pathOf = (more: Readonly<Record<string, string | number | undefined>>) =>
    `/analytics/energy${queryOf({ ...filters, ...more })}`;
  const total = useResource<Rows<EnergyRow>>(pathOf({ by: 'total' }), { keep: true });
  const cursor = value('cursor');
  const ranking = useResource<Rows<EnergyRow>>(
    pathOf({ by, interval: 'whole', sort: '-energyWh', limit: PER_PAGE, cursor }),
    { keep: true },
  );
  const isRanked = (ranking.data?.rows.length ?? 0) > 0;
  const isAllRanked = cursor === undefined && (ranking.data?.next ?? null) === null;
  // That of the whole fleet is worked out ahead and may be a minute behind the ranking, which shows where few
  // have used any.
  const isAddedUp = isRanked && isAllRanked && DISJOINT.has(by);
  const parts = useResource<Rows<EnergyRow>>(isAddedUp ? pathOf({ by }) : undefined);
  const isFiltered = [filters.chargePointId, filters.group, filters.site, filters.idTag].some(Boolean);
  return {
    question: { ...filters, by },
    range,
    total,
    ranking,
    parts,
    isFirstPage: cursor === undefined,
    /** Whether `parts` are everything, so that their sum stands for the total. */
    isAddedUp,
    isWorkedOutAhead: isRanked && !isAddedUp && by !== 'tag' && !isFiltered,
  };
}

function EnergyFilters({ interval }: { readonly interval: Interval }) {
  return (
    <form class="filters" aria-label={t('Filters')} onSubmit={(event) => event.preventDefault()}>
      <RangeFilter byDefault="24h" />
      <ChoiceFilter
        name="interval"
        label={t('Per')}
        options={[
          ['', t(interval)],
          ...INTERVALS.filter((name) => name !== interval).map((name) => [name, t(name)] as const),
        ]}
      />
      <ChoiceFilter
        name="by"
        label={t('By')}
        options={[
          ['', t('charge point')],
          ['connector', t('connector')],
          ['group', t('group')],
          ['site', t('site')],
          ['chargePointTag', t('tag of charge points')],
          ['tag', t('token')],
        ]}
      />
      <ChargePointFilter />
      <TextFilter name="group" label={t('Group')} placeholder={t('whole name')} />
      <TextFilter name="site" label={t('Site')} placeholder={t('whole name')} />
      <TextFilter name="idTag" label={t('Token')} placeholder={t('whole idTag')} />
    </form>
  );
}

function OverTime(props: BarsProps) {
  if (props.rows.length === 0) {
    return (
      <Empty title={t('No energy in this time')}>
        <p>
          {t(
            'Energy is the difference of register readings; it shows here some seconds after the second reading came.',
          )}
        </p>
      </Empty>
    );
  }
  const { number, unit } = energy(sumOf(props.rows));
  return (
    <div class="body">
      <p class="value">
        <b>{number}</b> <span class="unit">{unit}</span>
      </p>
      <Bars {...props} />
    </div>
  );
}

type EnergyOfInterval = Pick<EnergyRow, 'start' | 'localStart' | 'energyWh' | 'registerFalls'>;

/** All together per interval. */
function addedUp(rows: readonly EnergyRow[]): readonly EnergyOfInterval[] {
  const sums = new Map<string, EnergyOfInterval>();
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
  readonly rows: readonly EnergyOfInterval[];
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
}

function Bars({ rows, from, to, seconds }: BarsProps) {
  const { times, values } = useMemo(() => {
    const known = new Map(rows.map(({ start, energyWh }) => [Date.parse(start) / 1000, energyWh]));
    const all = new Set(known.keys());
    // Intervals without energy are bars of no height, so that time runs evenly; days of 23 and 25 hours bring
    // their own begins.
    const anchor = Math.min(...known.keys());
    for (let at = anchor; at < to / 1000; at += seconds) if (seconds === HOUR_S) all.add(at);
    for (let at = anchor; at >= from / 1000; at -= seconds) if (seconds === HOUR_S) all.add(at);
    const sorted = [...all].sort((a, b) => a - b);
    return { times: sorted, values: sorted.map((at) => (known.get(at) ?? 0) / 1000) };
  }, [rows, from, to, seconds]);
  return (
    <Chart
      label={t('Energy over time')}
      times={times}
      lines={[{ label: t('Energy'), unit: 'kWh', values, colour: 'series-1', shape: 'bars' }]}
      height={CHART_HEIGHT}
      timeZone={fleetZone.value}
      barSeconds={seconds}
      span={[Math.min(from / 1000, times[0] ?? 0), to / 1000]}
    />
  );
}

interface RankingProps {
  readonly rows: readonly EnergyRow[];
  readonly isFirstPage: boolean;
}

function Ranking({ rows, isFirstPage }: RankingProps) {
  const most = rows[0]?.energyWh ?? 0;
  if (rows.length === 0) return <Empty title={isFirstPage ? t('Nobody') : t('Nobody else')} />;
  const columns: Column<EnergyRow>[] = [
    { name: 'Who', show: (row) => <Subject row={row} /> },
    { name: 'Energy', number: true, show: ({ energyWh }) => quantity(energy(energyWh)) },
    {
      name: isFirstPage ? 'Share of the highest' : 'Share of the highest here',
      share: true,
      show: ({ energyWh }) => <Bar part={energyWh / (most || 1)} />,
    },
    {
      name: 'Register falls',
      number: true,
      show: ({ registerFalls }) =>
        registerFalls === 0 ? '' : <span class="tone-attention">{count(registerFalls)}</span>,
    },
  ];
  return <ReportTable columns={columns} rows={rows} />;
}

function Subject({ row }: { readonly row: EnergyRow }) {
  const { chargePointId, connectorId, idTag, group, site, chargePointTag } = row;
  if (group !== undefined) return <Named name={group} none={t('in no group')} />;
  if (chargePointTag !== undefined) return <Named name={chargePointTag} none={t('without a tag')} />;
  if (site === '') return <Named name="" none={t('of no site')} />;
  if (site !== undefined) return <a href={`/sites/${encodeURIComponent(site)}`}>{site}</a>;
  if (idTag !== undefined) return <a href={urlOf.token(idTag)}>{idTag}</a>;
  if (chargePointId === undefined) return <span>{t('all')}</span>;
  return (
    <>
      <a href={urlOf.chargePoint(chargePointId)}>{chargePointId}</a>
      {connectorId !== undefined && (
        <span class="soft"> {t('connector {connectorId}', { connectorId })}</span>
      )}
    </>
  );
}

function Named({ name, none }: { readonly name: string; readonly none: string }) {
  return name === '' ? <span class="soft">{none}</span> : <b>{name}</b>;
}

function sumOf(rows: readonly EnergyOfInterval[]): number {
  return rows.reduce((sum, { energyWh }) => sum + energyWh, 0);
}
