import { existsSync, readFileSync } from 'node:fs';
import { StatefulSet } from 'kubernetes-models/apps/v1';
import { Service } from 'kubernetes-models/v1';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '../../../src/config/load-config.ts';
import { type Config, settings } from '../../../src/config/schema.ts';
import { renderChart } from '../../support/chart.ts';

const file = (path: string): URL => new URL(`../../../${path}`, import.meta.url);
const read = (path: string): string => readFileSync(file(path), 'utf8');

/** What Farad makes of an environment; files of secrets are left out, after a look at their names. */
function configOf(environment: Readonly<Record<string, string>>): Config {
  const secrets = settings.filter(({ setting }) => setting.secret).map(({ env }) => `${env}_FILE`);
  const known = new Set([...settings.map(({ env }) => env), ...secrets, 'NODE_ENV', 'NODE_COMPILE_CACHE']);
  expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual([]);
  const plain = Object.entries(environment).filter(([name]) => !secrets.includes(name));
  return loadConfig({ env: Object.fromEntries(plain) });
}

const image = Object.fromEntries(
  [...read('Dockerfile').matchAll(/^(?:ENV| {3}) +(\w+)=(\S+)/gm)].map(([, name, value]) => [name, value]),
) as Record<string, string>;

/** Seconds that a stop may take: the drain and ten seconds. */
const stopSeconds = ({ ocpp }: Config): number => ocpp.drain / 1000 + 10;

test('the image takes connections from outside, keeps its data in the volume and logs as JSON', () => {
  expect(() => configOf(image)).toThrow('ocpp.registration must be set to open or closed');
  const config = configOf({ ...image, FARAD_OCPP_REGISTRATION: 'closed' });
  expect(config).toMatchObject({
    dataDir: '/data',
    ocpp: { host: '0.0.0.0', port: 9220 },
    api: { host: '0.0.0.0', port: 9221 },
    log: { format: 'json' },
  });
  expect(read('Dockerfile')).toMatch(/^USER (?!0|root)\d+:\d+$/m);
  expect(read('Dockerfile')).toMatch(/^EXPOSE 9220 9221$/m);
});

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly environment?: Record<string, string>;
        readonly stop_grace_period?: string;
        readonly volumes?: readonly string[];
        readonly secrets?: readonly string[];
      }
    >
  >;
  readonly volumes: object;
  readonly secrets: object;
}

test('docker-compose.yml gives Farad settings that it takes, and time to stop', () => {
  const { services, volumes, secrets } = parse(read('deploy/compose/docker-compose.yml')) as Compose;
  const { environment = {}, stop_grace_period: grace = '' } = services.farad ?? {};
  const config = configOf({ ...image, ...environment });
  expect(config.clickhouse).toMatchObject({ url: 'http://clickhouse:8123', user: 'farad' });
  expect(Number(/^(\d+)s$/.exec(grace)?.[1])).toBeGreaterThan(stopSeconds(config));
  for (const { volumes: mounts = [], secrets: used = [] } of Object.values(services)) {
    for (const name of used) expect(secrets).toHaveProperty(name);
    for (const [source = ''] of mounts.map((mount) => mount.split(':'))) {
      if (source.startsWith('.')) expect(existsSync(file(`deploy/compose/${source}`)), source).toBe(true);
      else expect(volumes).toHaveProperty(source);
    }
  }
});

test('Prometheus of the compose file scrapes the API port as the job that the rules name', () => {
  const { scrape_configs: jobs } = parse(read('deploy/compose/prometheus.yml')) as {
    scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
  };
  expect(jobs.map(({ job_name }) => job_name)).toEqual(['farad']);
  expect(jobs[0]?.static_configs[0]?.targets).toEqual(['farad:9221']);
});

const manifests = parseAllDocuments(read('deploy/kubernetes/farad.yaml')).map((document) => document.toJS());

test('the Kubernetes manifests are what their schemas say, and nothing else is among them', () => {
  expect(manifests.map(({ kind }) => kind)).toEqual(['Service', 'StatefulSet']);
  new Service(manifests[0]).validate();
  new StatefulSet(manifests[1]).validate();
  expect(() => new StatefulSet({ ...manifests[1], spec: { replicas: 'one' } } as never).validate()).toThrow();
});

test('the pod runs one gateway without rights, and is given time to stop', () => {
  const { spec } = new StatefulSet(manifests[1]);
  const pod = spec?.template.spec;
  const [container] = pod?.containers ?? [];
  const given = Object.fromEntries((container?.env ?? []).map(({ name, value = '' }) => [name, value]));
  expect(spec?.replicas).toBe(1);
  expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(stopSeconds(configOf({ ...image, ...given })));
  expect(pod?.enableServiceLinks).toBe(false);
  expect(`USER ${pod?.securityContext?.runAsUser}:${pod?.securityContext?.runAsGroup}`).toBe(
    /^USER .*$/m.exec(read('Dockerfile'))?.[0],
  );
  expect(container?.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  const mounts = (container?.volumeMounts ?? []).map(({ mountPath }) => mountPath);
  expect(given.FARAD_API_KEY_FILE).toMatch(new RegExp(`^(${mounts.join('|')})/`));
  expect(given.FARAD_DATA_DIR).toMatch(/^\/data\//);
});

test('the Helm chart renders to the plain manifests, and takes other settings, resources and storage', () => {
  const folder = file('deploy/helm/farad/').pathname;
  const rendered = (changes = {}, release = 'farad') =>
    renderChart(folder, release, changes)
      .map((text): (typeof manifests)[number] => parse(text))
      .sort((a, b) => a.kind.localeCompare(b.kind));
  expect(sortedByName(rendered())).toEqual(sortedByName(manifests));
  const [service, gateway] = rendered(
    {
      service: { type: 'LoadBalancer' },
      env: { FARAD_OCPP_REGISTRATION: 'open', FARAD_CLICKHOUSE_URL: 'http://clickhouse:8123' },
      resources: { limits: { memory: '8Gi' } },
      storageClassName: 'fast',
    },
    'west',
  );
  new Service(service).validate();
  const { spec } = new StatefulSet(gateway);
  new StatefulSet(gateway).validate();
  expect(service).toMatchObject({ metadata: { name: 'west' }, spec: { type: 'LoadBalancer' } });
  const [container] = spec?.template.spec?.containers ?? [];
  expect(container?.env).toContainEqual({ name: 'FARAD_CLICKHOUSE_URL', value: 'http://clickhouse:8123' });
  expect(container?.resources).toEqual({ limits: { memory: '8Gi' } });
  expect(spec?.volumeClaimTemplates?.[0]?.spec?.storageClassName).toBe('fast');
  expect(spec?.serviceName).toBe('west');
});

test('the versions of chart, image and package are one', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const chart = parse(read('deploy/helm/farad/Chart.yaml')) as { version: string; appVersion: string };
  const values = parse(read('deploy/helm/farad/values.yaml')) as { image: { tag: string } };
  expect([chart.version, chart.appVersion, values.image.tag]).toEqual([version, version, version]);
  expect(read('deploy/kubernetes/farad.yaml')).toContain(`image: farad:${version}`);
});

/** The order of environment variables says nothing. */
function sortedByName(documents: typeof manifests): unknown {
  return JSON.parse(
    JSON.stringify(documents, (key, value) =>
      key === 'env' ? [...value].sort((a, b) => a.name.localeCompare(b.name)) : value,
    ),
  );
}
