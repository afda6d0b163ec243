import type { Distribution } from '../performance/distribution.ts';
import { escapeHtml } from './escape-html.ts';
import { declaredText, duration } from './wording.ts';

const WIDTH = 760;
const LEFT = 96;
const RIGHT = 90;
const ROW = 44;
const TOP = 14;
const AXIS = 30;

/** Decades of the axis, ms. */
const FROM = 0.1;
const TO = 10_000;
const TICKS = [0.1, 1, 10, 100, 1000, 10_000];

/**
 * Percentiles of several measurements beside the declared limit, on a logarithmic axis: a line from the
 * median to the longest time, with a mark for p99. Colours come from the page.
 */
export function latencyChart(
  rows: readonly { readonly name: string; readonly times: Distribution }[],
  declaredMs: number,
): string {
  const height = TOP + rows.length * ROW + AXIS;
  const bottom = height - AXIS;
  const summary = rows
    .map(({ name, times }) => `${name}: median ${duration(times.p50)}, longest ${duration(times.max)}`)
    .join('; ');
  return [
    `<svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(`Authorize, ${summary}; declared ${declaredText(declaredMs)}`)}">`,
    ...TICKS.map(
      (ms) =>
        `<line class="grid" x1="${x(ms)}" y1="${TOP}" x2="${x(ms)}" y2="${bottom}"/>` +
        `<text class="tick" x="${x(ms)}" y="${bottom + 18}" text-anchor="middle">${tickLabel(ms)}</text>`,
    ),
    `<line class="limit" x1="${x(declaredMs)}" y1="${TOP - 8}" x2="${x(declaredMs)}" y2="${bottom}"/>`,
    `<text class="limit-label" x="${x(declaredMs) - 6}" y="${TOP + 2}" text-anchor="end">declared ${escapeHtml(declaredText(declaredMs))}</text>`,
    ...rows.map(({ name, times }, index) => row(name, times, TOP + index * ROW + ROW / 2 + 4)),
    '</svg>',
  ].join('\n');
}

function row(name: string, times: Distribution, y: number): string {
  return [
    `<text class="name" x="0" y="${y + 4}">${escapeHtml(name)}</text>`,
    `<line class="range" x1="${x(times.p50)}" y1="${y}" x2="${x(times.max)}" y2="${y}"/>`,
    `<circle class="median" cx="${x(times.p50)}" cy="${y}" r="5"><title>p50 ${duration(times.p50)}</title></circle>`,
    `<circle class="p99" cx="${x(times.p99)}" cy="${y}" r="4"><title>p99 ${duration(times.p99)}</title></circle>`,
    `<circle class="longest" cx="${x(times.max)}" cy="${y}" r="4"><title>max ${duration(times.max)}</title></circle>`,
    `<text class="value" x="${x(times.p50) - 10}" y="${y + 4}" text-anchor="end">${duration(times.p50)}</text>`,
    `<text class="value" x="${x(times.max) + 10}" y="${y + 4}">${duration(times.max)}</text>`,
  ].join('');
}

function x(ms: number): number {
  const share = Math.log10(Math.min(Math.max(ms, FROM), TO) / FROM) / Math.log10(TO / FROM);
  return Math.round((LEFT + share * (WIDTH - LEFT - RIGHT)) * 10) / 10;
}

function tickLabel(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}
