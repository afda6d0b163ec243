/** A line of a chart; a missing y is a gap. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number | undefined }[];
}

export interface Chart {
  readonly title: string;
  /** Unit of the y axis, written beside it. */
  readonly unit: string;
  readonly series: readonly Series[];
  /** Logarithmic y axis: for latencies, whose tail would hide everything else. */
  readonly logarithmic?: boolean;
  /** Stretches of time with a name, shown behind the lines. */
  readonly bands: readonly { readonly from: number; readonly to: number; readonly name: string }[];
  /** Moments with a name. */
  readonly marks: readonly { readonly x: number; readonly name: string }[];
}

const WIDTH = 720;
const HEIGHT = 260;
const LEFT = 64;
const RIGHT = 12;
const TOP = 18;
const BOTTOM = 42;
export const SERIES_COLORS = 8;

/**
 * Draws a line chart over seconds as inline SVG; colours come from the page's custom properties `--series-N`.
 */
export function drawChart(chart: Chart): string {
  const xs = chart.series.flatMap((series) => series.points.map((point) => point.x));
  const ys = chart.series.flatMap((series) =>
    series.points.flatMap((point) => (point.y === undefined ? [] : [point.y])),
  );
  const lastX = Math.max(1, ...xs);
  const yAxis = chart.logarithmic === true ? logarithmicAxis(ys) : linearAxis(ys);
  const x = (value: number): number => LEFT + (value / lastX) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => HEIGHT - BOTTOM - yAxis.place(value) * (HEIGHT - TOP - BOTTOM);
  const parts: string[] = [];
  chart.bands.forEach((band, place) => {
    const width = Math.max(0, x(band.to) - x(band.from));
    parts.push(
      `<rect class="band band-${place % 2}" x="${fix(x(band.from))}" y="${TOP}" width="${fix(width)}" height="${HEIGHT - TOP - BOTTOM}"/>`,
      `<text class="band-name" x="${fix(x(band.from) + 4)}" y="${TOP + 11}">${escapeHtml(width > 50 ? band.name : '')}</text>`,
    );
  });
  for (const tick of yAxis.ticks) {
    parts.push(
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fix(y(tick))}" y2="${fix(y(tick))}"/>`,
      `<text class="tick" x="${LEFT - 6}" y="${fix(y(tick) + 4)}" text-anchor="end">${label(tick)}</text>`,
    );
  }
  for (const tick of niceTicks(0, lastX, 8)) {
    parts.push(
      `<line class="axis" x1="${fix(x(tick))}" x2="${fix(x(tick))}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM + 4}"/>`,
      `<text class="tick" x="${fix(x(tick))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${label(tick)}</text>`,
    );
  }
  parts.push(
    `<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM}"/>`,
    `<text class="unit" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">seconds since the begin</text>`,
    `<text class="unit" transform="translate(13 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(chart.unit)}</text>`,
  );
  for (const mark of chart.marks) {
    parts.push(
      `<line class="mark" x1="${fix(x(mark.x))}" x2="${fix(x(mark.x))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"><title>${escapeHtml(mark.name)} at ${mark.x.toFixed(0)} s</title></line>`,
    );
  }
  chart.series.forEach((series, place) => {
    parts.push(
      `<path class="line" stroke="var(--series-${place % SERIES_COLORS})" d="${path(series, x, y)}"/>`,
    );
  });
  return `<figure>
<figcaption>${escapeHtml(chart.title)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(`${chart.title}, ${chart.unit}`)}">${parts.join('')}</svg>
${legend(chart)}
</figure>`;
}

/** With one series the title says it all. */
function legend(chart: Chart): string {
  if (chart.series.length < 2) return '';
  const entries = chart.series.map(
    (series, place) =>
      `<li><i style="background:var(--series-${place % SERIES_COLORS})"></i>${escapeHtml(series.name)}</li>`,
  );
  return `<ul class="legend">${entries.join('')}</ul>`;
}

function path(series: Series, x: (value: number) => number, y: (value: number) => number): string {
  let text = '';
  let isDrawing = false;
  for (const point of series.points) {
    if (point.y === undefined) {
      isDrawing = false;
      continue;
    }
    text += `${isDrawing ? 'L' : 'M'}${fix(x(point.x))} ${fix(y(point.y))}`;
    // A single value between two gaps is a dot: a line of no length with round ends.
    if (!isDrawing) text += 'h0';
    isDrawing = true;
  }
  return text;
}

interface Axis {
  readonly ticks: readonly number[];
  /** 0 at the bottom, 1 at the top. */
  place(value: number): number;
}

function linearAxis(values: readonly number[]): Axis {
  const ticks = niceTicks(0, Math.max(...values, 0) || 1, 5);
  const top = ticks.at(-1) ?? 1;
  return { ticks, place: (value) => Math.min(1, Math.max(0, value / top)) };
}

function logarithmicAxis(values: readonly number[]): Axis {
  const positive = values.filter((value) => value > 0);
  const low = Math.floor(Math.log10(positive.length === 0 ? 1 : Math.min(...positive)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(positive.length === 0 ? 10 : Math.max(...positive))));
  const ticks = Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step));
  return {
    ticks,
    place: (value) => Math.min(1, Math.max(0, (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low))),
  };
}

/** Round numbers from `from` to at least `to`, about `count` of them. */
export function niceTicks(from: number, to: number, count: number): number[] {
  const raw = (to - from) / count;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= raw) ?? 10) * magnitude;
  const ticks: number[] = [];
  for (let index = 0; index * step < to - from + step * 0.999; index++)
    ticks.push(Number((from + index * step).toPrecision(12)));
  return ticks;
}

function label(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toPrecision(4))}M`;
  if (value >= 10_000) return `${Number((value / 1_000).toPrecision(4))}k`;
  return String(Number(value.toPrecision(4)));
}

const fix = (value: number): string => value.toFixed(1);

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
