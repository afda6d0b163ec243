import type { HistogramFamily, Labels, MetricFamily } from './metrics.ts';

/** Content type of the text below (Prometheus text exposition format 0.0.4). */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The metrics of several processes as one page in Prometheus' text format: each metric once, with the samples
 * of every process under it, distinguished by the label `process`.
 */
export function renderPrometheus(families: readonly (readonly MetricFamily[])[]): string {
  const byName = new Map<string, MetricFamily[]>();
  for (const family of families.flat()) {
    const same = byName.get(family.name);
    if (!same) byName.set(family.name, [family]);
    // Two builds side by side during an upgrade may disagree about a type: one page can hold only one of
    // them.
    else if (same[0]?.type === family.type) same.push(family);
  }
  let page = '';
  for (const name of [...byName.keys()].sort()) page += renderMetric(byName.get(name) as MetricFamily[]);
  return page;
}

function renderMetric(families: readonly MetricFamily[]): string {
  const [{ name, help, type }] = families as [MetricFamily];
  let lines = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
  for (const family of families) {
    if (family.type === 'histogram') {
      lines += renderHistogram(family);
    } else {
      for (const { labels, value } of family.samples) {
        lines += sample(name, { process: family.process, ...labels }, value);
      }
    }
  }
  return lines;
}

function renderHistogram({ name, process, bounds, samples }: HistogramFamily): string {
  let lines = '';
  for (const { labels, counts, sum } of samples) {
    const all = { process, ...labels };
    let cumulative = 0;
    counts.forEach((count, index) => {
      cumulative += count;
      const bound = index < bounds.length ? number(bounds[index] as number) : '+Inf';
      lines += sample(`${name}_bucket`, { ...all, le: bound }, cumulative);
    });
    lines += sample(`${name}_sum`, all, sum);
    lines += sample(`${name}_count`, all, cumulative);
  }
  return lines;
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}{${pairs.join(',')}} ${number(value)}\n`;
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text.toWellFormed()).replaceAll('"', '\\"');
}
