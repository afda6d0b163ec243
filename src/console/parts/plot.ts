import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { count, rounded } from '../format.ts';
import { type Language, spoken } from '../words/language.ts';
import type { Line } from './chart-line.ts';

interface PlotOptions {
  readonly lines: readonly Line[];
  readonly height: number;
  readonly span: () => readonly [from: number, to: number] | undefined;
  readonly shaded: boolean;
  readonly alignRight: boolean;
  /** IANA name. */
  readonly timeZone: string;
  readonly group: string | undefined;
  readonly colour: (name: string) => string;
  /** Index under the pointer, null when it has left. */
  readonly onPoint: (index: number | null) => void;
}

/** Width of the axis at the right, px. */
const RIGHT_AXIS = 64;
const FONT = '12px system-ui, sans-serif';

/** Draws an empty chart into `host`. In a chunk of its own: pages without a chart do without the library. */
export function draw(host: HTMLElement, options: PlotOptions): uPlot {
  const { lines, height, span, group, shaded, alignRight, timeZone, colour, onPoint } = options;
  const soft = colour('soft');
  const grid = { stroke: colour('line'), width: 1 };
  const axis = { font: FONT, stroke: soft, grid, ticks: { ...grid, size: 4 } };
  const right = lines.some((line) => line.right);
  const unitOf = (side: boolean) => lines.find((line) => (line.right ?? false) === side)?.unit ?? '';
  const values = (unit: string) => (_: uPlot, ticks: number[]) =>
    ticks.map((tick, index) => (index === ticks.length - 1 ? `${brief(tick)} ${unit}`.trim() : brief(tick)));
  return new uPlot(
    {
      width: host.clientWidth,
      height,
      padding: [12, right ? 0 : alignRight ? RIGHT_AXIS : 24, 0, 0],
      ...(shaded && {
        bands: [
          { series: [1, 2] as [number, number], fill: `${colour('attention')}44` },
          { series: [2, 1] as [number, number], fill: `${colour('attention')}44` },
        ],
      }),
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), timeZone),
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, ...(group !== undefined && { sync: { key: group } }) },
      scales: {
        x: { time: true, range: (_, min, max) => [...(span() ?? [min, max])] },
        y: { range: fromNought },
        right: { range: fromNought },
      },
      axes: [
        { ...axis, grid: { show: false }, values: timesOf(spoken().language) },
        {
          ...axis,
          size: 72,
          values: values(unitOf(false)),
          ...(unitOf(false) === '' && { incrs: COUNTS }),
        },
        ...(right
          ? [
              {
                ...axis,
                scale: 'right',
                side: 1 as const,
                size: RIGHT_AXIS,
                grid: { show: false },
                values: values(unitOf(true)),
              },
            ]
          : []),
      ],
      series: [{}, ...lines.map((line) => seriesOf(line, colour))],
      hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
    },
    undefined,
    host,
  );
}

/** Days in the order of the language, and 24 hours. */
function timesOf(spoken: Language): uPlot.Axis.Values {
  const [date, day] =
    spoken === 'de' ? ['{DD}.{MM}.{YYYY}', '{DD}.{MM}.'] : ['{YYYY}-{MM}-{DD}', '{MM}-{DD}'];
  const below = [`\n${date}`, null, `\n${day}`, null, null, null, 1] as const;
  return [
    [86_400, date, null, null, null, null, null, null, 1],
    [3600, '{HH}:{mm}', ...below],
    [60, '{HH}:{mm}', ...below],
    [1, '{HH}:{mm}:{ss}', ...below],
  ];
}

/** Steps of an axis that counts. */
const COUNTS = [1, 2, 5]
  .flatMap((step) => [0, 1, 2, 3, 4, 5, 6, 7, 8].map((zeros) => step * 10 ** zeros))
  .sort((a, b) => a - b);

function seriesOf(line: Line, colour: (name: string) => string): uPlot.Series {
  const stroke = colour(line.colour);
  const { bars, stepped, linear } = uPlot.paths;
  const paths =
    line.shape === 'bars'
      ? bars?.({ align: 1, size: [0.9, 48], gap: 1 })
      : line.shape === 'steps'
        ? stepped?.({ align: 1 })
        : linear?.();
  return {
    label: line.label,
    scale: line.right ? 'right' : 'y',
    stroke,
    width: line.shape === 'bars' ? 0 : 1.5,
    ...(line.dashed && { dash: [6, 4] }),
    ...((line.filled || line.shape === 'bars') && { fill: line.shape === 'bars' ? stroke : `${stroke}22` }),
    ...(paths && { paths }),
    // A line of one point would not be seen.
    points: { show: (plot) => line.shape !== 'bars' && (plot.data[0]?.length ?? 0) < 2, size: 5 },
  };
}

/** Zero is always in the picture. */
function fromNought(_: uPlot, min: number | null, max: number | null): [number, number] {
  const low = Math.min(0, min ?? 0);
  const high = Math.max(0, max ?? 0);
  if (low === high) return [0, 1];
  return [low * 1.08, high * 1.08];
}

function brief(value: number): string {
  return Number.isInteger(value) ? count(value) : rounded(value);
}
