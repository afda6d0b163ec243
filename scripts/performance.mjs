/**
 * Writes the figures of docs/performance/results.md and its plots from the results in bench/results/
 * (`npm run bench -- NAME --json bench/results/NAME.json`). and of whole runs in bench/results/load/
 * (figures.json of `npm run load -- --report DIR`, under a name of its own). With --check it only says
 * whether they are what the results say.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const results = new URL('../bench/results/', import.meta.url);
const page = new URL('../docs/performance/results.md', import.meta.url);
const plots = new URL('../docs/performance/', import.meta.url);

const runs = new URL('load/', results);
const loads = existsSync(runs)
  ? readdirSync(runs)
      .filter((file) => file.endsWith('.json'))
      .map((file) => JSON.parse(readFileSync(new URL(file, runs), 'utf8')))
      .sort((a, b) => a.load.samplesPerSecond - b.load.samplesPerSecond)
  : [];

const benches = new Map(
  readdirSync(results)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => JSON.parse(readFileSync(new URL(file, results), 'utf8')))
    .map((result) => [result.bench, result]),
);
const files = new Map();

/** Benches whose rows are not to be compared with each other. */
const DIFFERENT_QUESTIONS = new Set(['overview-queries']);

const MARK = /<!-- bench (\S+) -->[\s\S]*?<!-- \/bench -->/g;
const LOAD_MARK = /<!-- load -->[\s\S]*?<!-- \/load -->/;
const before = readFileSync(page, 'utf8').replace(
  LOAD_MARK,
  () => `<!-- load -->\n${loadSection()}\n<!-- /load -->`,
);
const text = before.replace(MARK, (_, name) => {
  const result = benches.get(name);
  if (result === undefined)
    throw new Error(`docs/performance/results.md asks for ${name}, of which there is no result`);
  return `<!-- bench ${name} -->\n${section(result)}\n<!-- /bench -->`;
});
files.set(page, text);

if (process.argv.includes('--check')) {
  const stale = [...files].filter(
    ([url, wanted]) => !existsSync(url) || readFileSync(url, 'utf8') !== wanted,
  );
  if (stale.length > 0) {
    console.error('docs/performance/results.md is stale: run node scripts/performance.mjs');
    process.exitCode = 1;
  }
} else {
  mkdirSync(plots, { recursive: true });
  for (const [url, wanted] of files) writeFileSync(url, wanted);
}

/** Whole runs, a row each. */
function loadSection() {
  const ms = (...values) => values.map((value) => readable(Number(value.toPrecision(2)))).join(' / ');
  const cores = (run, name) =>
    (run.processes.load[name].cpuSeconds / (run.settings.durationMs / 1000)).toFixed(2);
  const steady = loads.filter(({ recoveries }) => recoveries.length === 0);
  const rows = steady.map((run) => {
    const find = (action) => run.actions.find((one) => one.phase === 'load' && one.action === action);
    const [authorize, meters, late] = ['Authorize', 'MeterValues', 'lateness'].map(
      (action) => find(action).sinceDue,
    );
    const sent = find('Authorize').sinceSent;
    return [
      nameOf(run),
      ms(authorize.p50, authorize.p99, authorize.p999),
      ms(sent.p50, sent.p99, sent.p999),
      ms(run.medianSecondP99.Authorize),
      ms(meters.p50, meters.p99),
      `${ms(late.p99)} (${ms(run.medianSecondP99.lateness)})`,
      ['edge-0', 'analytics', 'simulator-0'].map((name) => cores(run, name)).join(' / '),
      run.load.elsewhereCpu.toFixed(2),
      `${readable(run.clickhouse.storedSamples)} of ${readable(run.clickhouse.confirmedSamples)}, ${(run.clickhouse.drainMs / 1000).toFixed(1)} s after the last`,
    ];
  });
  const head = [
    'run',
    'Authorize p50 / p99 / p99.9',
    'from when it was sent',
    'p99 of the median second',
    'MeterValues p50 / p99',
    "simulator's own lateness p99 (of the median second)",
    'cores of edge / analytics / simulator',
    'elsewhere',
    'samples in ClickHouse',
  ];
  const storms = loads.flatMap(({ settings, recoveries, events, actions }) =>
    recoveries.map(({ sockets, afterMs }, place) => {
      const of = (action) => actions.find((one) => one.phase === 'load' && one.action === action).sinceDue;
      const [connect, boot] = ['connect', 'BootNotification'].map(of);
      return `Reconnect storm: ${readable(sockets)} sockets, whose edge was killed and listened again after ${readable(Math.round(events[place].downMs))} ms, were connected and accepted again ${(afterMs / 1000).toFixed(1)} s after the kill (first attempts spread over ${settings.reconnectSpreadMs / 1000} s; all boot). Connecting took ${ms(connect.p50, connect.p99)} ms (p50 / p99), the answer to BootNotification ${ms(boot.p50, boot.p99)} ms.`;
    }),
  );
  const minutes = steady
    .filter((run) => run.minutes.length > 0)
    .map((run) => {
      const p99 = run.minutes.map(({ latency }) => ms(latency.Authorize.p99)).join(', ');
      const slopes = run.memorySlopes
        .filter(({ process }) => ['edge-0', 'control', 'analytics'].includes(process))
        .map(
          ({ process, mibPerHour, error }) =>
            `${process} ${mibPerHour > 0 ? '+' : ''}${Math.round(mibPerHour)} ± ${Math.round(error)}`,
        );
      return `- ${nameOf(run)}: p99 of Authorize in each minute ${p99} ms; RssAnon over the second half, MiB per hour: ${slopes.join(', ')}`;
    });
  const { machine } = loads[0];
  return [
    ...[head, head.map((_, at) => (at === 0 ? '---' : '---:')), ...rows].map(
      (cells) => `| ${cells.join(' | ')} |`,
    ),
    '',
    ...(minutes.length > 0 ? [...minutes, ''] : []),
    ...storms.flatMap((line) => [line, '']),
    `Table: ms, from when a message was due. elsewhere: cores that others took meanwhile. ${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}; ${loads.map((run) => run.startedAt.slice(0, 16)).join(', ')}Z.`,
  ].join('\n');
}

function nameOf({ load: { samplesPerSecond, sockets }, settings: { durationMs, gatewayFlags } }) {
  const flags = gatewayFlags.length > 0 ? `, \`${gatewayFlags.join(' ')}\`` : '';
  return `${readable(Math.round(samplesPerSecond / 100) * 100)} samples/s from ${readable(sockets)} for ${durationMs / 1000} s${flags}`;
}

/**
 * A result as a table, with what every figure is beside the first contender's of the same round, and a plot
 * of its spread.
 */
function section(result) {
  const { machine, figures, contenders } = result;
  const plotted = figures.find(({ key }) => key === 'main thread' || key === 'p95') ?? figures[0];
  files.set(new URL(`${result.bench}.svg`, plots), plot(result, plotted));
  const head = ['', ...figures.map(({ key }) => key)];
  const rows = contenders.map(({ name, figures: spreads, ratios }) => [
    name,
    ...figures.map(({ key }) => {
      if (spreads[key].median === null) return '-';
      const isCompared = ratios[key] !== null && !DIFFERENT_QUESTIONS.has(result.bench);
      return `${readable(spreads[key].median)}${isCompared ? ` (${ratios[key].toFixed(2)}x)` : ''}`;
    }),
  ]);
  const table = [head, head.map((_, at) => (at === 0 ? '---' : '---:')), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  const units = figures.map(({ key, unit }) => `${key}: ${unit}`).join('; ');
  const notes = contenders.filter(({ note }) => note).map(({ name, note }) => `- ${name}: ${note}`);
  return [
    `**${result.question}**`,
    '',
    ...table,
    '',
    `${result.rounds === 1 ? 'One round' : `Medians of ${result.rounds} rounds`} in turns${DIFFERENT_QUESTIONS.has(result.bench) ? '' : '; in brackets the median of the ratios to the first row, round by round'}. ${units}.`,
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
    `![${plotted.key} of ${result.bench}](${result.bench}.svg)`,
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}, commit ${machine.commit}, ${machine.measuredAt.slice(0, 16)}Z.`,
  ].join('\n');
}

/** A bar per contender up to its median, and a line from its least to its greatest value. */
function plot({ contenders: all }, { key, unit }) {
  const contenders = all.filter(({ figures }) => figures[key].median !== null);
  const left = 210;
  const width = 420;
  const step = 26;
  const most = Math.max(...contenders.map(({ figures }) => figures[key].max));
  const at = (value) => (left + (value / most) * width).toFixed(1);
  const height = 34 + contenders.length * step;
  const bars = contenders.map(({ name, figures }, index) => {
    const { min, median, max } = figures[key];
    const y = 30 + index * step;
    return [
      `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${escaped(name)}</text>`,
      `<rect x="${left}" y="${y}" width="${(at(median) - left).toFixed(1)}" height="16" fill="${index === 0 ? '#8a94a6' : '#2f6fde'}"/>`,
      `<line x1="${at(min)}" x2="${at(max)}" y1="${y + 8}" y2="${y + 8}" stroke="#111" stroke-width="1.5"/>`,
      `<text x="${Number(at(max)) + 6}" y="${y + 12}">${readable(median)}</text>`,
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 70} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(key)}</title><rect width="100%" height="100%" fill="#fff"/><text x="8" y="18">${escaped(`${key}: ${unit}; bar: median, line: least to greatest`)}</text>`,
    ...bars,
    '</svg>\n',
  ].join('\n');
}

function escaped(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

function readable(value) {
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString('en-US')
    : String(Number(value.toPrecision(3)));
}
