import { useEffect, useMemo, useState } from 'preact/hooks';
import { zone } from '../../format.ts';
import { Chart } from '../../parts/chart.tsx';
import type { Line } from '../../parts/chart-line.ts';
import { type Group, PHASES } from './plan.ts';

/** An hour at a reading every two seconds. */
const MOST = 1800;
/** None of them is the colour of a status. */
const COLOURS = ['series-1', 'series-2', 'series-3'];

interface Moment {
  /** Epoch seconds. */
  readonly at: number;
  readonly measured: readonly number[];
  readonly limit: readonly (number | null)[];
}

/** What vehicles take of a group together under its limit, from the moment that somebody looks. */
export function LiveSum({ group, at }: { readonly group: Group; readonly at: number }) {
  const [moments, setMoments] = useState<readonly Moment[]>([]);
  const { id, measured, limit } = group;
  useEffect(() => {
    setMoments((before) => [...before, { at: at / 1000, measured, limit }].slice(-MOST));
  }, [at]);
  const times = useMemo(() => moments.map((moment) => moment.at), [moments]);
  const lines = useMemo<Line[]>(() => {
    const isEven = moments.every((moment) => new Set(moment.limit).size === 1);
    const limits = (isEven ? PHASES.slice(0, 1) : PHASES).map((phase, index) => ({
      label: isEven ? 'Limit' : `Limit ${phase}`,
      unit: 'A',
      values: moments.map((moment) => moment.limit[index] ?? null),
      colour: 'accent',
      shape: 'steps' as const,
      dashed: true,
    }));
    return [
      ...PHASES.map((phase, index) => ({
        label: phase,
        unit: 'A',
        values: moments.map((moment) => moment.measured[index] ?? null),
        colour: COLOURS[index] ?? 'text',
        shape: 'steps' as const,
      })),
      ...limits,
    ];
  }, [moments]);
  const first = times[0] ?? at / 1000;
  return (
    <section class="panel" aria-labelledby="live-sum">
      <header>
        <h2 id="live-sum">What {id} takes, A per phase</h2>
        <span class="end small soft">since you opened this page, times in {zone}</span>
      </header>
      <div class="body">
        <Chart
          label={`Current of ${id} under its limit`}
          times={times}
          lines={lines}
          height={200}
          span={[first, Math.max(first + 120, at / 1000)]}
        />
      </div>
    </section>
  );
}
