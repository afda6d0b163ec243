import { expect, test } from 'vitest';
import { createRegistry } from '../../../src/telemetry/metrics.ts';
import { renderPrometheus } from '../../../src/telemetry/prometheus.ts';

test('the metrics of several processes are one page: each metric once, its samples told apart by process', () => {
  const pages = ['edge-0', 'edge-1'].map((process, index) => {
    const registry = createRegistry({ process });
    registry
      .counter('farad_calls_total', 'Calls by action.', ['action'])
      .with({ action: 'Reset' })
      .inc(index + 1);
    registry
      .gauge('farad_sockets', 'Open sockets.')
      .with()
      .set(10 * index);
    return registry.collect();
  });
  expect(renderPrometheus(pages)).toBe(
    `# HELP farad_calls_total Calls by action.
# TYPE farad_calls_total counter
farad_calls_total{process="edge-0",action="Reset"} 1
farad_calls_total{process="edge-1",action="Reset"} 2
# HELP farad_sockets Open sockets.
# TYPE farad_sockets gauge
farad_sockets{process="edge-0"} 0
farad_sockets{process="edge-1"} 10
`,
  );
});

test('the buckets of a histogram are cumulative and end with +Inf, which equals the count', () => {
  const registry = createRegistry({ process: 'edge-0' });
  const latency = registry
    .histogram('latency_seconds', 'Latency.', [0.0005, 0.1, 1], ['action'])
    .with({ action: 'Reset' });
  for (const seconds of [0.0001, 0.25, 0.5, 4]) latency.observe(seconds);
  expect(renderPrometheus([registry.collect()])).toBe(
    `# HELP latency_seconds Latency.
# TYPE latency_seconds histogram
latency_seconds_bucket{process="edge-0",action="Reset",le="0.0005"} 1
latency_seconds_bucket{process="edge-0",action="Reset",le="0.1"} 1
latency_seconds_bucket{process="edge-0",action="Reset",le="1"} 3
latency_seconds_bucket{process="edge-0",action="Reset",le="+Inf"} 4
latency_seconds_sum{process="edge-0",action="Reset"} 4.7501
latency_seconds_count{process="edge-0",action="Reset"} 4
`,
  );
});

test('help and label values are escaped as the text format asks', () => {
  const registry = createRegistry({ process: 'edge-0' });
  registry.counter('odd_total', 'A \\ and\na "quote".', ['text']).with({ text: 'a\\b"c\nd' }).inc();
  const page = renderPrometheus([registry.collect()]);
  expect(page).toContain('# HELP odd_total A \\\\ and\\na "quote".\n');
  expect(page).toContain('odd_total{process="edge-0",text="a\\\\b\\"c\\nd"} 1\n');
});

test('values that are no finite number have their own spelling', () => {
  const registry = createRegistry({ process: 'p' });
  const values = registry.gauge('value', 'Value.', ['of']);
  values.with({ of: 'nan' }).set(Number.NaN);
  values.with({ of: 'more' }).set(Number.POSITIVE_INFINITY);
  values.with({ of: 'less' }).set(Number.NEGATIVE_INFINITY);
  values.with({ of: 'small' }).set(1e-7);
  const lines = renderPrometheus([registry.collect()]).split('\n').slice(2, 6);
  expect(lines.map((line) => line.split(' ')[1])).toEqual(['NaN', '+Inf', '-Inf', '1e-7']);
});

test('two processes that disagree about the type of a metric do not break the page', () => {
  const one = createRegistry({ process: 'a' });
  one.counter('clash_total', 'Clash.').with().inc();
  const other = createRegistry({ process: 'b' });
  other.gauge('clash_total', 'Clash.').with().set(1);
  expect(renderPrometheus([one.collect(), other.collect()]).match(/clash_total\{/g)).toHaveLength(1);
});
