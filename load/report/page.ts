import { count, span } from '../progress.ts';
import { edgesText, STEADY_ACTIONS, slopeText } from '../summary.ts';
import { drawChart, escapeHtml } from './chart.ts';
import { chartsOf } from './charts.ts';
import type { Report } from './report.ts';

/** The report as one HTML file that needs nothing else: no script, no foreign host. */
export function page(report: Report): string {
  const { settings, machine } = report;
  const title = `Farad under load: ${count(settings.chargePoints)} charge points`;
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
<p>${escapeHtml(report.startedAt)}, load held for ${span(settings.durationMs)}, seed ${settings.seed},
${settings.samplesPerMeterValue} samples per MeterValues every ${span(settings.meterIntervalMs)}.
${machine.cores} cores (${escapeHtml(machine.cpu)}), ${(machine.memoryBytes / 1024 ** 3).toFixed(0)} GiB, Linux ${escapeHtml(machine.kernel)}, Node ${escapeHtml(machine.node)};
the simulator shares the machine with the gateway.</p>
${judgement(report)}
</header>
<main>
<section class="charts">
${chartsOf(report.seconds, report.events).map(drawChart).join('\n')}
</section>
${latencyTables(report)}
${minuteTable(report)}
${processTable(report)}
${clickhouse(report)}
</main>
</body>
</html>
`;
}

function judgement({ passed, failures, excused }: Report): string {
  const lines = [
    ...failures.map((line) => `<li>${escapeHtml(line)}</li>`),
    ...excused.map((line) => `<li>excused: ${escapeHtml(line)}</li>`),
  ];
  const list = lines.length === 0 ? '' : `<ul>${lines.join('')}</ul>`;
  return `<div class="${passed ? 'passed' : 'failed'}"><strong>${passed ? 'Passed' : 'Failed'}</strong>${list}</div>`;
}

function latencyTables({ actions }: Report): string {
  const head = [
    'action',
    'count',
    'errors',
    'p50',
    'p95',
    'p99',
    'p99.9',
    'max',
    'p50 since sent',
    'p99 since sent',
  ];
  return (['ramp', 'load', 'wind-down'] as const)
    .map((phase) => {
      const rows = actions
        .filter((action) => action.phase === phase)
        .map(({ action, sinceDue, sinceSent, problems }) => [
          action,
          count(sinceDue.count),
          count(problems),
          ...[sinceDue.p50, sinceDue.p95, sinceDue.p99, sinceDue.p999, sinceDue.max].map(ms),
          ...(sinceSent === undefined ? ['', ''] : [ms(sinceSent.p50), ms(sinceSent.p99)]),
        ]);
      return rows.length === 0
        ? ''
        : `<h2>Latency: ${phase}, ms from when the message was due</h2>${table(head, rows)}`;
    })
    .join('\n');
}

function minuteTable({ minutes }: Report): string {
  if (minutes.length < 2) return '';
  const rows = minutes.map(({ latency }, place) => [
    `minute ${place + 1}`,
    ...STEADY_ACTIONS.flatMap((action) => {
      const found = latency[action];
      return found === undefined ? ['', ''] : [ms(found.p50), ms(found.p99)];
    }),
  ]);
  const head = STEADY_ACTIONS.flatMap((action) => [`${action} p50`, 'p99']);
  return `<h2>Latency minute by minute, ms from when the message was due</h2>${table(['', ...head], rows)}`;
}

function processTable({ processes, settings, memorySlopes, edges }: Report): string {
  const seconds = settings.durationMs / 1000;
  const rows = Object.entries(processes.load).map(([name, use]) => [
    name,
    (use.cpuSeconds / seconds).toFixed(2),
    (use.mainThreadCpuSeconds / seconds).toFixed(2),
    (use.waitingSeconds / seconds).toFixed(2),
    (use.lastMemory / 1024 ** 2).toFixed(0),
    (use.peakMemory / 1024 ** 2).toFixed(0),
    slopeText(memorySlopes.find(({ process }) => process === name)),
  ]);
  if (rows.length === 0) return '';
  return `<h2>Processes during the load</h2>${table(['process', 'CPU cores', 'main thread', 'waited for a core', 'RssAnon MiB', 'peak MiB', 'MiB per hour'], rows)}${edges === undefined ? '' : `<p>${edgesText(edges)}</p>`}`;
}

function clickhouse({ clickhouse: found }: Report): string {
  if (found === undefined) return '<h2>ClickHouse</h2><p>Not verified.</p>';
  const mismatches = found.mismatches.map(({ chargePointId, what }) => [chargePointId, what]);
  return `<h2>ClickHouse</h2>
${table(
  ['', 'confirmed', 'stored'],
  [
    ['meter samples, count() without FINAL', count(found.confirmedSamples), count(found.storedSamples)],
    ['transactions', count(found.confirmedTransactions), count(found.storedTransactions)],
  ],
)}
<p>${found.equal ? 'Equal' : 'Not equal'} in count, sum, first and last time of every charge point, ${(found.drainMs / 1000).toFixed(1)} s after the last confirmation.</p>
${mismatches.length === 0 ? '' : table(['charge point', 'difference'], mismatches)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: string): string =>
    `<tr>${row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table><thead>${cells(head, 'th')}</thead><tbody>${rows.map((row) => cells(row, 'td')).join('')}</tbody></table></div>`;
}

const ms = (value: number): string => value.toFixed(value < 100 ? 2 : 0);

/** How reports look. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2126; --quiet: #5b6570; --page: #fbfbfa; --rule: #dfe2e5; --band: #f1f2f3; --bad: #b3261e; --good: #1b6e3c;
  --series-0: #0b62a4; --series-1: #c2500a; --series-2: #00795a; --series-3: #a8447f; --series-4: #6a54c2; --series-5: #9a7400; --series-6: #4b8fc4; --series-7: #60666d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ea; --quiet: #9aa4ae; --page: #15181b; --rule: #30363c; --band: #1d2125; --bad: #ff8a80; --good: #7bd39a;
  --series-0: #5fb0ee; --series-1: #ff9a5c; --series-2: #45cfa3; --series-3: #ee92c7; --series-4: #ab9bff; --series-5: #e6bf4a; --series-6: #9ccdf2; --series-7: #b3bac1; } }
body { margin: 0 auto; max-width: 1520px; padding: 24px; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 24px; margin: 0; } h2 { font-size: 17px; margin: 32px 0 8px; } header p { color: var(--quiet); max-width: 80ch; }
.passed strong { color: var(--good); } .failed strong { color: var(--bad); } .passed ul, .failed ul { margin: 4px 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 560px), 1fr)); gap: 24px; margin-top: 24px; }
figure { margin: 0; } figcaption { font-weight: 600; } svg { width: 100%; height: auto; font: 11px system-ui, sans-serif; }
.grid { stroke: var(--rule); } .axis { stroke: var(--quiet); } .tick, .unit, .band-name { fill: var(--quiet); }
.band { fill: none; } .band-1 { fill: var(--band); } .mark { stroke: var(--bad); stroke-dasharray: 3 3; }
.line { fill: none; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; list-style: none; margin: 0; padding: 0; color: var(--quiet); font-size: 13px; }
.legend i { display: inline-block; width: 14px; height: 3px; margin-right: 6px; vertical-align: middle; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 12px; border-bottom: 1px solid var(--rule); text-align: right; } th:first-child, td:first-child { text-align: left; padding-left: 0; }
th { color: var(--quiet); font-weight: 500; }
`;
