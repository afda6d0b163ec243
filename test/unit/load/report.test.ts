import { expect, test } from 'vitest';
import { type Chart, drawChart, niceTicks } from '../../../load/report/chart.ts';
import { table } from '../../../load/summary.ts';

const chart = (change: Partial<Chart>): Chart => ({
  title: 'Latency',
  unit: 'ms',
  series: [{ name: 'p99', points: [] }],
  bands: [],
  marks: [],
  ...change,
});

test('ticks are round numbers that reach beyond the largest value', () => {
  expect(niceTicks(0, 9.3, 5)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(niceTicks(0, 60, 8)).toEqual([0, 10, 20, 30, 40, 50, 60]);
  expect(niceTicks(0, 0.07, 5).at(-1)).toBeGreaterThanOrEqual(0.07);
  for (const top of [0.001, 0.33, 1, 7, 999, 1e6]) expect(niceTicks(0, top, 5).length).toBeLessThan(9);
});

test('a line is interrupted where there is no value, and never leaves the plot', () => {
  const points = [
    { x: 0, y: 1 },
    { x: 1, y: 1_000 },
    { x: 2, y: undefined },
    { x: 3, y: 0 },
    { x: 4, y: 50 },
  ];
  for (const logarithmic of [true, false]) {
    const svg = drawChart(chart({ logarithmic, series: [{ name: 'p99', points }] }));
    const path = /class="line"[^>]* d="([^"]+)"/.exec(svg)?.[1] ?? '';
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path).not.toContain('NaN');
    const ys = [...path.matchAll(/[ML]([\d.]+) ([\d.-]+)/g)].map((match) => Number(match[2]));
    expect(ys).toHaveLength(4);
    expect(Math.min(...ys)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...ys)).toBeLessThanOrEqual(260);
    expect(svg).toContain('seconds since the begin');
  }
});

test('a chart without any value is still one', () => {
  expect(drawChart(chart({ logarithmic: true }))).not.toContain('NaN');
  expect(drawChart(chart({}))).not.toContain('NaN');
});

test('names are text, not markup', () => {
  const svg = drawChart(chart({ title: '<b>&"', marks: [{ x: 1, name: 'SIGKILL <edge>' }] }));
  expect(svg).toContain('&lt;b&gt;&amp;&quot;');
  expect(svg).not.toContain('<edge>');
});

test('tables have their numbers under each other', () => {
  expect(
    table(
      ['action', 'count'],
      [
        ['Authorize', '7'],
        ['Heartbeat', '1,234'],
      ],
    ),
  ).toBe(['action     count', 'Authorize      7', 'Heartbeat  1,234'].join('\n'));
});
