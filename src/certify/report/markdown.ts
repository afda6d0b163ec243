import { isFailed } from '../performance/measure-performance.ts';
import { authorizeOutcome, type Fact, type Report, timeoutOutcome } from './report.ts';
import {
  AUTHORIZE_ROW,
  circumstances,
  conclusion,
  DISCLAIMER,
  declaredText,
  duration,
  editionsText,
  measuredText,
  OPTIONAL_FEATURES,
  outcomeText,
  PERCENTILES,
  REFERENCE_STANDARD,
  TIMEOUT_ROW,
  TITLE,
} from './wording.ts';

export function renderMarkdown(report: Report): string {
  return [
    `# ${TITLE}`,
    `**${report.product.name} ${report.product.version}: ${outcomeText(report.outcome)}.** ${conclusion(report)}.`,
    `> ${DISCLAIMER}`,
    facts([
      ['Product', report.product.name],
      ['Type', 'Charging Station Management System (CSMS)'],
      ['Software version', report.product.version],
      ['Date', report.date],
      ['Report', report.reference],
      ['Held to', REFERENCE_STANDARD],
      ['Optional features', OPTIONAL_FEATURES],
    ]),
    '## Functionality',
    table(
      ['Functionality', 'Result', 'Cases', 'Description'],
      report.functionalities.map(({ name, outcome, cases, description }) => [
        name,
        outcomeText(outcome),
        `${cases.filter((item) => item.outcome === 'pass').length} of ${cases.length}`,
        description,
      ]),
    ),
    '## Performance',
    performance(report),
    ...failures(report),
    '## Cases',
    ...report.functionalities.flatMap(({ name, cases }) => [
      `### ${name}`,
      table(
        ['Case', 'Title', 'Result', 'Editions'],
        cases.map((item) => [item.id, item.title, outcomeText(item.outcome), editionsText(item)]),
      ),
    ]),
    '## Test configuration',
    facts(report.configuration),
    '',
  ].join('\n\n');
}

function performance({ performance: measured }: Report): string {
  if (!measured) return 'Not measured.';
  const { declared, responseTimeoutMs, idle, loaded } = measured;
  const rows = [
    [
      TIMEOUT_ROW.name,
      declaredText(declared.responseTimeoutMs),
      isFailed(responseTimeoutMs) ? `failed: ${responseTimeoutMs.failed}` : duration(responseTimeoutMs),
      outcomeText(timeoutOutcome(measured)),
      TIMEOUT_ROW.description,
    ],
    [
      AUTHORIZE_ROW.name,
      declaredText(declared.authorizeMs),
      `idle ${measuredText(idle)}; under load ${measuredText(loaded)}`,
      outcomeText(authorizeOutcome(measured)),
      AUTHORIZE_ROW.description,
    ],
  ];
  const measurements = [['idle', idle] as const, ['under load', loaded] as const].flatMap(([name, value]) =>
    value === undefined || isFailed(value) ? [] : [{ name, value }],
  );
  return [
    table(['Name', 'Declared (PICS)', 'Measured', 'Result', 'Description'], rows),
    table(
      ['Authorize', ...PERCENTILES.map(([label]) => label)],
      measurements.map(({ name, value }) => [
        name,
        ...PERCENTILES.map(([, key]) => duration(value.times[key])),
      ]),
    ),
    ...measurements.map(({ name, value }) => `*${name}*: ${circumstances(value)}`),
  ].join('\n\n');
}

function failures({ functionalities }: Report): string[] {
  const failed = functionalities.flatMap(({ cases }) =>
    cases.flatMap(({ runs }) => runs.filter(({ passed }) => !passed)),
  );
  if (failed.length === 0) return [];
  const sections = failed.map(({ id, title, edition, failure }) =>
    [
      `### ${id}${edition === undefined ? '' : ` (${edition})`}: ${title}`,
      `Step ${failure?.step}, ${failure?.stepName}`,
      `- expected ${code(failure?.expected ?? '')}\n- came ${code(failure?.came ?? '')}`,
    ].join('\n\n'),
  );
  return ['## What failed', ...sections];
}

function facts(rows: readonly Fact[]): string {
  return table(['', ''], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function code(text: string): string {
  return `\`${text.replaceAll('`', '’').replaceAll('\n', ' ')}\``;
}
