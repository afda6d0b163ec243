import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { count, rounded, zone } from '../format.ts';
import { colour, theme } from '../theme.ts';
import { t } from '../words/words.ts';
import { stampAt } from '../zoned-time.ts';
import type { Line } from './chart-line.ts';

interface ChartProps {
  /** What the chart shows, for those who do not see it. */
  readonly label: string;
  /** Epoch seconds, rising. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly height?: number;
  /** Length of a bar, s. */
  readonly barSeconds?: number;
  /** Time that the axis shows, epoch seconds; by default that of the values. */
  readonly span?: readonly [from: number, to: number];
  /** Shades what lies between the first two lines. */
  readonly shaded?: boolean;
  /** Charts of one group point at the same time. */
  readonly group?: string;
  /** IANA name of the time zone of its axis; by default that of whoever looks. */
  readonly timeZone?: string;
  /** Leaves room for an axis at the right, so that charts above each other stand in line. */
  readonly alignRight?: boolean;
}

/**
 * Height of charts so high with what is above them, and of so much else, px, as a length of CSS: the room to
 * keep until they come.
 */
export function roomOfCharts(heights: readonly number[], more: number): string {
  const fixed = heights.reduce((sum, height) => sum + height, more);
  return `calc(${heights.length} * var(--readout) + ${fixed}px)`;
}

/** Lines over local time from nought up, with units at the axes and the values under the pointer above. */
export function Chart({
  label,
  times,
  lines,
  height = 240,
  barSeconds,
  span,
  group,
  shaded = false,
  alignRight = false,
  timeZone = zone,
}: ChartProps) {
  const { host, at, isMissing } = usePlot({
    times,
    lines,
    height,
    span,
    group,
    shaded,
    alignRight,
    timeZone,
  });
  const index = at ?? lastIndex(lines);
  const time = times[index];
  // Without a pointer each line shows its last value, however long ago.
  const placeOf = ({ values }: Line) => at ?? values.findLastIndex((value) => typeof value === 'number');
  return (
    <figure class="chart" aria-label={label}>
      <figcaption class="readout">
        <span>{time === undefined ? '' : spanOf(time, barSeconds, timeZone)}</span>
        {lines.map((line) => (
          <span key={line.label}>
            <span class={`key ${line.dashed ? 'dashed' : ''}`} style={{ color: `var(--${line.colour})` }} />
            {line.label} <b>{textAt(line, placeOf(line))}</b>
          </span>
        ))}
      </figcaption>
      {isMissing && (
        <p class="note" role="status">
          {t(
            'The chart could not be drawn, perhaps because Farad was out of reach or has been updated. Reload the page to try again.',
          )}
        </p>
      )}
      <div ref={host} style={{ minHeight: `${height}px` }} />
    </figure>
  );
}

type Plotted = Required<
  Pick<ChartProps, 'times' | 'lines' | 'height' | 'shaded' | 'alignRight' | 'timeZone'>
> & {
  readonly span: ChartProps['span'] | undefined;
  readonly group: string | undefined;
};

/**
 * Draws in `host`, anew when the shape of the chart changes. `at` is the index under the pointer; `isMissing`
 * once the library could not be read.
 */
function usePlot({ times, lines, height, span, group, shaded, alignRight, timeZone }: Plotted) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const [at, setAt] = useState<number | null>(null);
  const [isMissing, setMissing] = useState(false);
  const shown = useRef(span);
  shown.current = span;
  const latest = useRef({ times, lines });
  latest.current = { times, lines };
  const shape = JSON.stringify([lines.map(({ values: _, ...rest }) => rest), height, timeZone, theme.value]);

  useEffect(() => {
    let gone = false;
    let watcher: ResizeObserver | undefined;
    const begin = async (): Promise<void> => {
      const { draw } = await import('./plot.ts');
      const element = host.current;
      if (gone || !element) return;
      setMissing(false);
      const drawn = draw(element, {
        lines,
        height,
        span: () => shown.current,
        group,
        shaded,
        alignRight,
        timeZone,
        colour,
        onPoint: setAt,
      });
      plot.current = drawn;
      // What came while the library was on its way is in it.
      drawn.setData(dataOf(latest.current.times, latest.current.lines));
      watcher = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height }));
      watcher.observe(element);
    };
    begin().catch((error: unknown) => {
      if (!gone) setMissing(true);
      console.warn('a chart cannot be drawn', error);
    });
    return () => {
      gone = true;
      watcher?.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [shape]);

  useEffect(() => {
    plot.current?.setData(dataOf(times, lines));
  }, [times, lines, span?.[0], span?.[1]]);
  return { host, at, isMissing };
}

/** Without a pointer the last moment of which anything is known. */
function lastIndex(lines: readonly Line[]): number {
  return Math.max(
    0,
    ...lines.map(({ values }) => values.findLastIndex((value) => typeof value === 'number')),
  );
}

function spanOf(time: number, barSeconds: number | undefined, timeZone: string): string {
  const precision = barSeconds === undefined ? 'second' : barSeconds >= 86_400 ? 'day' : 'minute';
  return stampAt(time * 1000, timeZone, precision);
}

function textAt({ values, unit }: Line, index: number): string {
  // What says nothing about this moment holds as it was.
  const value = values.slice(0, index + 1).findLast((known) => known !== undefined);
  if (value === null || value === undefined) return '–';
  return unit === '' ? count(value) : `${rounded(value)} ${unit}`;
}

function dataOf(times: readonly number[], lines: readonly Line[]): uPlot.AlignedData {
  return [times, ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData;
}
