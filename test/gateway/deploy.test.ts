import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { settings } from '../../src/config/schema.ts';
import { dataDirectory, startGateway } from '../support/gateway.ts';
import { connectStrictChargePoint } from '../support/strict-charge-point.ts';
import { createTestAuthority, writePem } from '../support/test-certificates.ts';
import { until } from '../support/until.ts';

const read = (path: string) => readFileSync(new URL(`../../deploy/${path}`, import.meta.url), 'utf8');

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: { readonly summary: string };
    }[];
  }[];
}
interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

/** What a metric is as /metrics tells it, with the labels of what it has counted so far. */
function metricsIn(text: string): Map<string, Set<string>> {
  const metrics = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const [, declared, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (declared !== undefined) {
      const names =
        type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => declared + end) : [declared];
      for (const name of names) metrics.set(name, new Set(['job', 'instance']));
      continue;
    }
    const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
    for (const [, label] of labels.matchAll(/(\w+)="/g)) metrics.get(name)?.add(label as string);
  }
  return metrics;
}

it('every metric and label that the dashboard and the alert rules name exists in a running gateway', async () => {
  const directory = dataDirectory();
  const pair = await (await createTestAuthority()).issue();
  const gateway = await startGateway([
    ...['--ocpp-endpoints', 'ws://127.0.0.1:0,wss://127.0.0.1:0'],
    ...['--ocpp-tls-certificates', writePem(directory, 'a.pem', pair.certificate)],
    ...['--ocpp-tls-keys', writePem(directory, 'a.key', pair.key)],
  ]);
  const chargePoint = await connectStrictChargePoint(gateway.ocpp, 'DEPLOY-1', () => ({
    status: 'Accepted',
  }));
  await chargePoint.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
  await chargePoint.call('Authorize', { idTag: 'NOBODY' });
  await chargePoint.call('StartTransaction', {
    connectorId: 1,
    idTag: 'NOBODY',
    meterStart: 0,
    timestamp: new Date().toISOString(),
  });
  await gateway.request('POST', '/api/v1/charge-points/DEPLOY-1/calls/Reset', { type: 'Soft' });
  await gateway.request('GET', '/api/v1/analytics/storage');
  const elsewhere = await fetch(gateway.ocpp.replace(/^ws(.*)\/ocpp$/, 'http$1/elsewhere'));
  expect(elsewhere.status).toBe(404);
  const text = await until('all processes tell their metrics', async () => {
    const all = await gateway.request<string>('GET', '/metrics');
    return all.includes('farad_sink_rows_total{') && all.includes('farad_call_seconds_bucket{') && all;
  });
  const metrics = metricsIn(text);

  const { groups } = parse(read('prometheus/farad-alerts.yml')) as Rules;
  const { panels } = JSON.parse(read('grafana/farad.json')) as Dashboard;
  const rules = groups.flatMap((group) => group.rules);
  const questions = [
    ...rules.map(({ alert, expr, annotations }) => ({ where: alert, expr, legend: annotations.summary })),
    ...panels.flatMap(({ title, targets }) =>
      targets.map(({ expr, legendFormat }) => ({ where: title, expr, legend: legendFormat })),
    ),
  ];
  expect(questions.length).toBeGreaterThan(30);
  for (const { where, expr } of questions) {
    const named = [...expr.matchAll(/\bfarad_\w+/g)].map(([name]) => name);
    if (!expr.includes('up{job')) expect(named, where).not.toEqual([]);
    for (const name of named) expect([...metrics.keys()], where).toContain(name);
    const [only] = named;
    const known = metrics.get(only ?? '') ?? new Set<string>();
    // Labels of what has not happened yet cannot be seen.
    if (known.size <= 3) continue;
    const used = [...expr.matchAll(/(\w+)(?:!?=~?)"/g)].map(([, label]) => label as string);
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) =>
      (list as string).split(/,\s*/),
    );
    for (const label of [...used, ...grouped]) expect([...known], `${where}: ${label}`).toContain(label);
  }
});

it('the service names settings that exist', () => {
  const unit = read('systemd/farad.service');
  const names = [...unit.matchAll(/\bFARAD_[A-Z_]+/g)].map(([name]) => name);
  expect(names).toContain('FARAD_DATA_DIR');
  const known = settings.flatMap(({ env, setting }) => (setting.secret ? [env, `${env}_FILE`] : [env]));
  for (const name of names) expect(known).toContain(name);
});
