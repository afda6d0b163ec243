import { useEffect, useMemo, useState } from 'preact/hooks';
import { queryOf } from '../../api.ts';
import { zone } from '../../format.ts';
import type { Rows } from '../../model.ts';
import { Chart } from '../../parts/chart.tsx';
import { type Line, SERIES } from '../../parts/chart-line.ts';
import { useResource } from '../../resource.ts';
import { t } from '../../words/words.ts';
import { type Group, PHASES } from './plan.ts';

/** An hour at a reading every two seconds. */
const MOST = 1800;
const HOUR_MS = 3_600_000;
/** Of the hour before the page was opened. */
const STEPS = 120;

interface Moment {
  /** Epoch seconds. */
  readonly at: number;
  readonly measured: readonly (number | null)[];
  /** Empty where nobody knows which limit there was. */
  readonly limit: readonly (number | null)[];
}

/** What connectors took in a step of the past. */
interface Past {
  readonly start: string;
  readonly perPhaseA: readonly number[];
}

interface LiveSumProps {
  readonly siteId: string;
  /** The one that all others are parts of. */
  readonly group: Group;
  readonly at: number;
}

/** What vehicles take at a site together under its limit: in the last hour, and as it goes on. */
export function LiveSum({ siteId, group, at }: LiveSumProps) {
  const [opened] = useState(at);
  const [moments, setMoments] = useState<readonly Moment[]>([]);
  const { id, measured, limit } = group;
  useEffect(() => {
    setMoments((before) => [...before, { at: at / 1000, measured, limit }].slice(-MOST));
  }, [at]);
  const from = opened - HOUR_MS;
  const hour = { from: new Date(from).toISOString(), to: new Date(opened).toISOString() };
  const { data, failure } = useResource<Rows<Past>>(
    `/analytics/power${queryOf({ site: siteId, ...hour, points: STEPS })}`,
  );
  const all = useMemo(() => [...(data ? pastMoments(data.rows, from) : []), ...moments], [data, moments]);
  const times = useMemo(() => all.map((moment) => moment.at), [all]);
  const lines = useMemo(() => linesOf(all), [all]);
  const first = times[0] ?? at / 1000;
  return (
    <section class="panel" aria-labelledby="live-sum">
      <header>
        <h2 id="live-sum">{t('What {id} takes, A per phase', { id })}</h2>
        <span class="end small soft">
          {t('{begin}, times in {zone}', {
            begin: failure
              ? t('since you opened this page: the hour before cannot be had')
              : t('from an hour before'),
            zone,
          })}
        </span>
      </header>
      <div class="body">
        <p class="visually-hidden" data-points={all.filter(({ measured: [one] }) => one != null).length} />
        <Chart
          label={t('Current of {id} under its limit', { id })}
          times={times}
          lines={lines}
          height={200}
          span={[first, Math.max(first + 120, at / 1000)]}
        />
      </div>
    </section>
  );
}

/** Every step of the hour from `from`, epoch ms; a step without readings breaks the lines. */
function pastMoments(rows: readonly Past[], from: number): Moment[] {
  const stepMs = HOUR_MS / STEPS;
  const known = new Map(rows.map(({ start, perPhaseA }) => [Date.parse(start), perPhaseA]));
  return Array.from({ length: STEPS }, (_, step) => {
    const begin = from + step * stepMs;
    return { at: begin / 1000, measured: known.get(begin) ?? [null, null, null], limit: [] };
  });
}

function linesOf(moments: readonly Moment[]): Line[] {
  const isEven = moments.every(({ limit }) => new Set(limit).size <= 1);
  const steps = 'steps' as const;
  return [
    ...PHASES.map((phase, index) => ({
      label: phase,
      unit: 'A',
      values: moments.map(({ measured }) => measured[index] ?? null),
      colour: SERIES[index] ?? 'text',
      shape: steps,
    })),
    ...(isEven ? PHASES.slice(0, 1) : PHASES).map((phase, index) => ({
      label: isEven ? t('Limit') : t('Limit {phase}', { phase }),
      unit: 'A',
      values: moments.map(({ limit }) => limit[index] ?? null),
      colour: 'accent',
      shape: steps,
      dashed: true,
    })),
  ];
}
