import { type AuthorizeMeasurement, type Failed, isFailed } from '../performance/measure-performance.ts';
import { renderCase } from './case-html.ts';
import { escapeHtml } from './escape-html.ts';
import { latencyChart } from './latency-chart.ts';
import {
  authorizeOutcome,
  type Fact,
  type Outcome,
  type Report,
  type ReportedFunctionality,
  timeoutOutcome,
} from './report.ts';
import { STYLESHEET } from './stylesheet.ts';
import {
  AUTHORIZE_ROW,
  circumstances,
  conclusion,
  DISCLAIMER,
  declaredText,
  duration,
  measuredText,
  OPTIONAL_FEATURES,
  outcomeText,
  PERCENTILES,
  REFERENCE_STANDARD,
  TIMEOUT_ROW,
  TITLE,
} from './wording.ts';

/** The report as one page that needs nothing beside it: no script, no font, no image from elsewhere. */
export function renderHtml(report: Report): string {
  const { product } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(`${product.name} ${product.version}: ${TITLE}`)}</title>
<style>${STYLESHEET}</style>
</head>
<body>
<header>
<p class="eyebrow">Self-assessment</p>
<h1>${escapeHtml(TITLE)}</h1>
<p class="lead">${escapeHtml(product.name)} ${escapeHtml(product.version)}, ${escapeHtml(longDate(report.date))}</p>
</header>
<section class="conclusion ${report.outcome}">
<span class="word">${outcomeText(report.outcome)}</span>
<span class="sentence">${escapeHtml(conclusion(report))}.</span>
</section>
<p class="disclaimer">${escapeHtml(DISCLAIMER)}</p>
${facts([
  ['Product', product.name],
  ['Type', 'Charging Station Management System (CSMS)'],
  ['Software version', product.version],
  ['Date', report.date],
  ['Report', report.reference],
  ['Held to', REFERENCE_STANDARD],
  ['Optional features', OPTIONAL_FEATURES],
])}
<section>
<h2>Functionality</h2>
<div class="scroll"><table>
<thead><tr><th>Functionality</th><th class="number">Cases</th><th>Result</th></tr></thead>
<tbody>
${report.functionalities.map(functionality).join('\n')}
</tbody>
</table></div>
</section>
<section>
<h2>Performance</h2>
${performance(report)}
</section>
<section>
<h2>Test configuration</h2>
${facts(report.configuration)}
</section>
<section class="cases">
<h2>Cases</h2>
<p class="meta">Each opens to the steps that were taken: CP&gt; is a message of the charge point, CS&gt; one of the Central System, API a look at what the operator is shown.</p>
${report.functionalities
  .map(({ name, cases }) => `<h3>${escapeHtml(name)}</h3>\n${cases.map(renderCase).join('\n')}`)
  .join('\n')}
</section>
<footer>${escapeHtml(report.reference)}. ${escapeHtml(DISCLAIMER)}</footer>
</body>
</html>
`;
}

function functionality({ name, description, outcome, cases }: ReportedFunctionality): string {
  const passed = cases.filter((item) => item.outcome === 'pass').length;
  const ids = cases
    .map(
      (item) =>
        `<a class="${item.outcome}" href="#${item.id}" title="${escapeHtml(item.title)}">${item.id.slice(3)}</a>`,
    )
    .join('');
  return `<tr>
<td><span class="name">${escapeHtml(name)}</span><span class="note">${escapeHtml(description)}</span><div class="ids">${ids}</div></td>
<td class="number">${passed} of ${cases.length}</td>
<td>${badge(outcome)}</td>
</tr>`;
}

function performance({ performance: measured }: Report): string {
  if (!measured) return '<p class="meta">Not measured.</p>';
  const { declared, responseTimeoutMs, idle, loaded } = measured;
  const timeout = isFailed(responseTimeoutMs)
    ? `failed: ${responseTimeoutMs.failed}`
    : duration(responseTimeoutMs);
  const measurements = [['idle', idle] as const, ['under load', loaded] as const].flatMap(([name, value]) =>
    value === undefined || isFailed(value) ? [] : [{ name, value, times: value.times }],
  );
  const figures = `<div class="scroll"><table>
<thead><tr><th>Authorize</th>${PERCENTILES.map(([label]) => `<th class="number">${label}</th>`).join('')}</tr></thead>
<tbody>${measurements
    .map(
      ({ name, times }) =>
        `<tr><td class="name">${name}</td>${PERCENTILES.map(([, key]) => `<td class="number">${duration(times[key])}</td>`).join('')}</tr>`,
    )
    .join('')}</tbody>
</table></div>`;
  return `<div class="scroll"><table>
<thead><tr><th>Name</th><th class="number">Declared (PICS)</th><th>Measured</th><th>Result</th></tr></thead>
<tbody>
${row(TIMEOUT_ROW, declared.responseTimeoutMs, escapeHtml(timeout), timeoutOutcome(measured))}
${row(
  AUTHORIZE_ROW,
  declared.authorizeMs,
  line('idle', idle) + line('under load', loaded),
  authorizeOutcome(measured),
)}
</tbody>
</table></div>
${measurements.length === 0 ? '' : `${latencyChart(measurements, declared.authorizeMs)}\n<p class="meta">From the median (dot) over p99 (ring) to the longest of all, on a logarithmic axis.</p>\n${figures}`}
${measurements.map(({ name, value }) => `<p class="meta"><b>${name}</b>: ${escapeHtml(circumstances(value))}</p>`).join('\n')}`;
}

function line(name: string, measured: AuthorizeMeasurement | Failed | undefined): string {
  const short = isFailed(measured) ? '' : ' class="line"';
  return `<div${short}>${name}: ${escapeHtml(measuredText(measured))}</div>`;
}

function row(
  { name, description }: { name: string; description: string },
  declaredMs: number,
  measured: string,
  outcome: Outcome,
): string {
  return `<tr><td><span class="name">${name}</span><span class="note">${description}</span></td><td class="number">${declaredText(declaredMs)}</td><td>${measured}</td><td>${badge(outcome)}</td></tr>`;
}

function facts(rows: readonly Fact[]): string {
  const items = rows.map(([label, value]) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`);
  return `<dl class="facts">\n${items.join('\n')}\n</dl>`;
}

function badge(outcome: Outcome): string {
  return `<span class="badge ${outcome}">${outcomeText(outcome)}</span>`;
}

function longDate(iso: string): string {
  return new Date(iso).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
}
