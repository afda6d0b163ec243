import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { type Chart, drawChart, escapeHtml } from '../report/chart.ts';
import { STYLE } from '../report/page.ts';
import { LEAST_USED, type SiteOutcome, type SiteSample } from './site-judge.ts';

export interface SiteReport {
  readonly chargePoints: number;
  readonly limit: number;
  readonly speed: number;
  readonly seed: number;
  readonly outcome: SiteOutcome;
  /** What is not as it must be, one line each. */
  readonly failures: readonly string[];
}

/** The figures of a run as lines for a terminal. */
export function siteSummary({ outcome, failures }: SiteReport): string {
  const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
  return [
    `highest sum on a phase        ${percent(outcome.highest)} of the limit`,
    `below a limit cut to half     after ${outcome.belowAfter.toFixed(1)} s`,
    `used while vehicles waited    ${percent(outcome.used)} of the whole limit, ${percent(outcome.usedHalved)} of the halved one`,
    `longest wait for a turn       ${(outcome.longestWait / 60).toFixed(1)} min`,
    failures.length === 0 ? 'passed' : ['FAILED', ...failures].join('\n  '),
  ].join('\n');
}

/** Writes report.json and index.html into `directory`. Returns the path of the page. */
export async function writeSiteReport(directory: string, report: SiteReport): Promise<string> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'report.json'), `${JSON.stringify(report)}\n`);
  const file = resolve(directory, 'index.html');
  await writeFile(file, sitePage(report));
  return file;
}

function sitePage(report: SiteReport): string {
  const { chargePoints, limit, speed, seed, outcome, failures } = report;
  const title = `Farad: a site of ${chargePoints} charge points behind ${limit} A per phase`;
  const verdict = failures.length === 0 ? 'Passed' : 'Failed';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>Seconds are simulated ones, ${speed} in a real one; seed ${seed}; ${cpus().length} cores, shared with the simulator. Currents are what flows in the simulated vehicles,
not what Farad believes.</p>
<div class="${verdict.toLowerCase()}"><strong>${verdict}</strong><ul>${failures.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul></div>
<pre>${escapeHtml(siteSummary(report))}</pre>
</header>
<main><section class="charts">${chartsOf(outcome.samples).map(drawChart).join('\n')}</section></main>
</body>
</html>
`;
}

function chartsOf(samples: readonly SiteSample[]): Chart[] {
  const line = (name: string, of: (sample: SiteSample) => number) => ({
    name,
    points: samples.map((sample) => ({ x: sample.at, y: of(sample) })),
  });
  return [
    {
      title: 'Limit and measured sum',
      unit: 'A per phase',
      bands: [],
      marks: [],
      series: [
        line('limit', ({ limit }) => limit),
        line('L1', ({ current }) => current[0]),
        line('L2', ({ current }) => current[1]),
        line('L3', ({ current }) => current[2]),
      ],
    },
    {
      title: 'Use of the limit, all phases',
      unit: '%',
      bands: [],
      marks: [],
      series: [
        line(
          'used',
          ({ current, limit }) => (current.reduce((sum, one) => sum + one, 0) / (3 * limit)) * 100,
        ),
        line('at least, on average, while vehicles wait', () => LEAST_USED * 100),
      ],
    },
    {
      title: 'Vehicles',
      unit: 'count',
      bands: [],
      marks: [],
      series: [
        line('connected to a vehicle', ({ sessions }) => sessions),
        line('paused', ({ paused }) => paused),
        line('charge points offline', ({ offline }) => offline),
      ],
    },
  ];
}
