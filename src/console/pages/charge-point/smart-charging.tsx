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
import { rich, t } from '../../words/words.ts';
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
    `${path}/composite-schedule${queryOf({
      connectorId,
      duration,
      unit: query.get('unit') ?? 'A',
      report: asked ? 'ask' : 'last',
    })}`,
    { keep: true },
  );
  const profiles = useResource<{ readonly items: readonly InstalledProfile[] }>(`${path}/charging-profiles`);
  return (
    <>
      <section class="panel" aria-labelledby="schedule">
        <header>
          <h2 id="schedule">{t('Planned and reported limit')}</h2>
          <span class="end small soft">{t('times in {zone}', { zone })}</span>
          <button type="button" disabled={schedule.loading} onClick={schedule.reload}>
            {asked ? t('Ask again') : t('Read again')}
          </button>
        </header>
        <div class="body form">
          <ScheduleFilters connectors={connectors} />
          <Shown of={schedule} what={t('the schedule')} lines={10} room={ROOM}>
            {(found) => <Schedules found={found} />}
          </Shown>
        </div>
      </section>
      <section class="panel" aria-labelledby="profiles">
        <header>
          <h2 id="profiles">{t('Charging profiles')}</h2>
          <a class="end" href={`${urlOf.chargePoint(id)}?tab=commands&action=SetChargingProfile`}>
            {t('Set one')}
          </a>
        </header>
        <Shown of={profiles} what={t('the profiles')}>
          {({ items }) => (
            <InstalledProfiles items={items} path={path} changed={profiles.reload} connected={connected} />
          )}
        </Shown>
      </section>
    </>
  );
}

function ScheduleFilters({ connectors }: Pick<ChargePoint, 'connectors'>) {
  return (
    <form class="filters" aria-label={t('Schedule')} onSubmit={(event) => event.preventDefault()}>
      <ChoiceFilter
        name="connector"
        label={t('Connector')}
        options={[
          ['', '1'],
          ['0', t('0, the whole charge point')],
          ...connectors
            .filter((one) => one.connectorId > 1)
            .map((one) => [String(one.connectorId), String(one.connectorId)] as const),
        ]}
      />
      <ChoiceFilter
        name="duration"
        label={t('Time from now')}
        options={[
          ['', t('24 hours')],
          ['3600', t('1 hour')],
          ['21600', t('6 hours')],
          ['604800', t('7 days')],
        ]}
      />
      <ChoiceFilter
        name="unit"
        label={t('Unit')}
        options={[
          ['', t('A per phase')],
          ['W', 'W'],
        ]}
      />
    </form>
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
        <p class="note">
          {t('The charge point was asked, but its schedule is not known: {message}', {
            message: error.message,
          })}
        </p>
      )}
      {reported && reported.status !== 'Accepted' && (
        <p class="note">{t('It answered {status} to GetCompositeSchedule.', { status: reported.status })}</p>
      )}
      {unlimited && !reported?.periods.length ? (
        <Empty title={t('Nothing limits it')}>
          <p>{t('No charging profile is known to hold here in this time.')}</p>
        </Empty>
      ) : (
        <Chart
          label={t('Planned and reported limit over time')}
          times={times}
          height={CHART_HEIGHT}
          span={span}
          shaded={reported !== null}
          lines={[
            { label: t('Planned'), unit: planned.unit, values: plan, colour: 'accent', shape: 'steps' },
            ...(reported
              ? [
                  {
                    label: t('Reported'),
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
          {rich('Reported {when}', { when: <When at={reported.at} /> })}
          {!reported.fresh && t(', an earlier answer')}.{' '}
          {differences !== null && <Comparison found={found} />}
        </p>
      ) : (
        <p class="soft">{t('The charge point has not reported a schedule yet.')}</p>
      )}
    </>
  );
}

/**
 * Where no profile limits it a charge point reports what its hardware allows, which neither agrees nor
 * differs.
 */
function Comparison({ found: { planned, differences } }: { readonly found: Composite }) {
  if (differences?.length)
    return <b class="tone-attention">{t('They differ; what lies between is shaded.')}</b>;
  const limited = planned.periods.filter(({ limit }) => limit !== null).length;
  if (limited === 0) return <>{t('No profile limits it in this time: what it reports is its own limit.')}</>;
  const whole = limited === planned.periods.length;
  return (
    <span class="tone-available">
      {whole ? t('Both agree.') : t('Both agree while a profile limits it.')}
    </span>
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
