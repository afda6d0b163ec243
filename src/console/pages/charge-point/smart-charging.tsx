import { useMemo } from 'preact/hooks';
import { queryOf } from '../../api.ts';
import type { InstalledProfile } from '../../charging-profile.ts';
import { zone } from '../../format.ts';
import type { ChargePoint } from '../../model.ts';
import { Chart, roomOfCharts } from '../../parts/chart.tsx';
import { ChoiceFilter } from '../../parts/filter-fields.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { useResource } from '../../resource.ts';
import { place, urlOf } from '../../router.ts';
import { may } from '../../session.ts';
import { InstalledProfiles } from './installed-profiles.tsx';

interface Period {
  readonly startPeriod: number;
  readonly limit: number | null;
}

interface Composite {
  readonly duration: number;
  readonly planned: { readonly start: string; readonly unit: string; readonly periods: readonly Period[] };
  readonly reported: {
    readonly at: string;
    readonly fresh: boolean;
    readonly status: string;
    readonly duration: number;
    readonly scheduleStart: string | null;
    readonly periods: readonly Period[];
  } | null;
  readonly error: { readonly message: string } | null;
  readonly differences: readonly unknown[] | null;
}

const CHART_HEIGHT = 240;
/** Of the chart and the line below it: the profiles stand below. */
const ROOM = roomOfCharts([CHART_HEIGHT], 16 + 20);

/**
 * The limits that a charge point works under: as planned, and as it says itself; and the profiles they come
 * from.
 */
export function SmartCharging({ chargePoint }: { readonly chargePoint: ChargePoint }) {
  const { id, connectors, connected } = chargePoint;
  const { query } = place.value;
  const connectorId = query.get('connector') ?? '1';
  const duration = query.get('duration') ?? '86400';
  const path = `/charge-points/${encodeURIComponent(id)}`;
  const asked = may('operator') && connected;
  const schedule = useResource<Composite>(
    `${path}/composite-schedule${queryOf({ connectorId, duration, unit: query.get('unit') ?? 'A', report: asked ? 'ask' : 'last' })}`,
    { keep: true },
  );
  const profiles = useResource<{ readonly items: readonly InstalledProfile[] }>(`${path}/charging-profiles`);
  return (
    <>
      <section class="panel" aria-labelledby="schedule">
        <header>
          <h2 id="schedule">Planned and reported limit</h2>
          <span class="end small soft">times in {zone}</span>
          <button type="button" disabled={schedule.loading} onClick={schedule.reload}>
            {asked ? 'Ask again' : 'Read again'}
          </button>
        </header>
        <div class="body form">
          <form class="filters" aria-label="Schedule" onSubmit={(event) => event.preventDefault()}>
            <ChoiceFilter
              name="connector"
              label="Connector"
              options={[
                ['', '1'],
                ['0', '0, the whole charge point'],
                ...connectors
                  .filter((one) => one.connectorId > 1)
                  .map((one) => [String(one.connectorId), String(one.connectorId)] as const),
              ]}
            />
            <ChoiceFilter
              name="duration"
              label="Time from now"
              options={[
                ['', '24 hours'],
                ['3600', '1 hour'],
                ['21600', '6 hours'],
                ['604800', '7 days'],
              ]}
            />
            <ChoiceFilter
              name="unit"
              label="Unit"
              options={[
                ['', 'A per phase'],
                ['W', 'W'],
              ]}
            />
          </form>
          <Shown of={schedule} what="the schedule" lines={10} room={ROOM}>
            {(found) => <Schedules found={found} />}
          </Shown>
        </div>
      </section>
      <section class="panel" aria-labelledby="profiles">
        <header>
          <h2 id="profiles">Charging profiles</h2>
          <a class="end" href={`${urlOf.chargePoint(id)}?tab=commands&action=SetChargingProfile`}>
            Set one
          </a>
        </header>
        <Shown of={profiles} what="the profiles">
          {({ items }) => (
            <InstalledProfiles items={items} path={path} changed={profiles.reload} connected={connected} />
          )}
        </Shown>
      </section>
    </>
  );
}

function Schedules({ found }: { readonly found: Composite }) {
  const { planned, reported, error, differences, duration } = found;
  const from = Date.parse(planned.start) / 1000;
  const span: [number, number] = [from, from + duration];
  const { times, plan, report } = useMemo(() => stepsOf(found), [found]);
  const unlimited = planned.periods.every(({ limit }) => limit === null);
  return (
    <>
      {error && (
        <p class="note">The charge point was asked, but its schedule is not known: {error.message}</p>
      )}
      {reported && reported.status !== 'Accepted' && (
        <p class="note">It answered {reported.status} to GetCompositeSchedule.</p>
      )}
      {unlimited && !reported?.periods.length ? (
        <Empty title="Nothing limits it">
          <p>No charging profile is known to hold here in this time.</p>
        </Empty>
      ) : (
        <Chart
          label="Planned and reported limit over time"
          times={times}
          height={CHART_HEIGHT}
          span={span}
          shaded={reported !== null}
          lines={[
            { label: 'Planned', unit: planned.unit, values: plan, colour: 'accent', shape: 'steps' },
            ...(reported
              ? [
                  {
                    label: 'Reported',
                    unit: planned.unit,
                    values: report,
                    colour: 'text',
                    shape: 'steps' as const,
                    dashed: true,
                  },
                ]
              : []),
          ]}
        />
      )}
      {reported ? (
        <p class="soft">
          Reported <When at={reported.at} />
          {!reported.fresh && ', an earlier answer'}. {differences !== null && <Comparison found={found} />}
        </p>
      ) : (
        <p class="soft">The charge point has not reported a schedule yet.</p>
      )}
    </>
  );
}

/**
 * Where no profile limits it a charge point reports what its hardware allows, which neither agrees nor
 * differs.
 */
function Comparison({ found: { planned, differences } }: { readonly found: Composite }) {
  if (differences?.length) return <b class="tone-attention">They differ; what lies between is shaded.</b>;
  const limited = planned.periods.filter(({ limit }) => limit !== null).length;
  if (limited === 0) return <>No profile limits it in this time: what it reports is its own limit.</>;
  const whole = limited === planned.periods.length;
  return (
    <span class="tone-available">{whole ? 'Both agree.' : 'Both agree while a profile limits it.'}</span>
  );
}

/** Both schedules at the moments where either changes, and at the end; null where nothing limits. */
function stepsOf({ planned, reported, duration }: Composite) {
  const from = Date.parse(planned.start) / 1000;
  const end = from + duration;
  const reportFrom = reported?.scheduleStart ? Date.parse(reported.scheduleStart) / 1000 : from;
  const reportEnd = Math.min(end, reportFrom + (reported?.duration ?? 0));
  const begins = [
    ...planned.periods.map(({ startPeriod }) => from + startPeriod),
    ...(reported?.periods.map(({ startPeriod }) => reportFrom + startPeriod) ?? []),
    ...(reported ? [reportEnd] : []),
    end,
  ].filter((at) => at >= from && at <= end);
  const times = [...new Set([from, ...begins])].sort((a, b) => a - b);
  const limitAt = (periods: readonly Period[], start: number, until: number, at: number) =>
    at < start || at > until
      ? null
      : (periods.findLast(({ startPeriod }) => start + startPeriod <= at)?.limit ?? null);
  return {
    times,
    plan: times.map((at) => limitAt(planned.periods, from, end, at)),
    report: times.map((at) => limitAt(reported?.periods ?? [], reportFrom, reportEnd, at)),
  };
}
