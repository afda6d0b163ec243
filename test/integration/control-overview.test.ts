import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Link } from '../../src/link/link.ts';
import { createRegistry } from '../../src/telemetry/metrics.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { until } from '../support/until.ts';

let control: ControlUnderTest;

beforeEach(async () => {
  control = await startControl();
});
afterEach(() => control.close());

/** An edge with the metrics that a real one has. */
function joinEdge(name: string): {
  readonly link: Link;
  readonly registry: ReturnType<typeof createRegistry>;
} {
  const registry = createRegistry({ process: name });
  const link = control.process(name);
  link.serve('metrics.read', () => registry.collect());
  return { link, registry };
}

async function status(chargePointId: string, connectorId: number, word: string): Promise<void> {
  const now = Date.now();
  await control.store.connectors.report({
    chargePointId,
    connectorId,
    status: word,
    errorCode: 'NoError',
    info: '',
    vendorId: '',
    vendorErrorCode: '',
    ts: now,
    receivedAt: now,
  });
}

async function connected(chargePointId: string, now = Date.now()): Promise<void> {
  await control.store.chargePoints.update(chargePointId, { boot: { vendor: 'Acme', model: 'One' } }, now);
  await control.store.sessions.claim({
    chargePointId,
    edge: 'edge-0',
    connectedAt: now,
    remoteAddress: '192.0.2.1',
  });
}

test('counts connectors of connected charge points by status, and those of the others as offline', async () => {
  joinEdge('edge-0');
  for (const id of ['CP-1', 'CP-2']) await connected(id);
  await control.store.chargePoints.update('CP-3', {}, Date.now());
  await status('CP-1', 0, 'Available');
  await status('CP-1', 1, 'Charging');
  await status('CP-1', 2, 'Faulted');
  await status('CP-2', 1, 'Charging');
  await status('CP-3', 1, 'Charging');
  const body = await until('all are counted', async () => {
    const { body: overview } = await control.send('GET', '/api/v1/overview');
    return overview.chargePoints === 3 && overview.offlineConnectors === 1 ? overview : undefined;
  });
  expect(body).toMatchObject({
    chargePoints: 3,
    charging: 2,
    faulted: 1,
    connectors: { Charging: 2, Faulted: 1 },
    offlineConnectors: 1,
    away: ['supervisor', 'analytics'],
  });
  const faulted = await control.send('GET', '/api/v1/charge-points?sort=id&status=Faulted');
  expect(faulted.body).toMatchObject({ total: 1, items: [{ id: 'CP-1' }], next: null });
  const charging = await control.send('GET', '/api/v1/charge-points?sort=-id&status=Charging&limit=1');
  expect(charging.body).toMatchObject({ total: 2, items: [{ id: 'CP-2' }] });
  const rest = await control.send(
    'GET',
    `/api/v1/charge-points?sort=-id&status=Charging&limit=1&cursor=${charging.body.next}`,
  );
  expect(rest.body).toMatchObject({ total: 2, items: [{ id: 'CP-1' }], next: null });
  const unsorted = await control.send('GET', '/api/v1/charge-points?status=Charging');
  expect(unsorted.body).toMatchObject({ total: 2, items: [{ id: 'CP-1' }, { id: 'CP-2' }] });
});

test('tells of charge points that are connected and never booted', async () => {
  joinEdge('edge-0');
  const anHourAgo = Date.now() - 3_600_000;
  const claim = { edge: 'edge-0', remoteAddress: '192.0.2.1' };
  await control.store.sessions.claim({ chargePointId: 'MOVED', connectedAt: anHourAgo, ...claim });
  await control.store.chargePoints.update('MOVED', {}, anHourAgo);
  await control.store.sessions.claim({ chargePointId: 'JUST-CAME', connectedAt: Date.now(), ...claim });
  await control.store.chargePoints.update('JUST-CAME', {}, Date.now());
  await connected('BOOTED', anHourAgo);
  await control.store.chargePoints.update('BOOTED', { registration: 'Accepted' }, anHourAgo);
  const body = await until('all are counted', async () => {
    const { body: overview } = await control.send('GET', '/api/v1/overview');
    return overview.chargePoints === 3 ? overview : undefined;
  });
  expect(body.neverBooted).toBe(1);
});

test('a charge point that connects shows without a restart', async () => {
  joinEdge('edge-0');
  expect((await control.send('GET', '/api/v1/overview')).body.chargePoints).toBe(0);
  await connected('LATE');
  await status('LATE', 1, 'Available');
  await until('it is counted', async () => {
    const { body } = await control.send('GET', '/api/v1/overview');
    return body.connectors.Available === 1;
  });
});

test('adds up what the edges say, and knows rates and the quantile of Authorize once there is something to compare with', async () => {
  const edges = ['edge-0', 'edge-1'].map((name) => joinEdge(name).registry);
  const count = (frames: number) => {
    for (const registry of edges) {
      registry.gauge('farad_sockets', 'x').with().set(7);
      registry.gauge('farad_charging_power_watts', 'x').with().set(11_000);
      registry.counter('farad_frames_total', 'x', ['direction']).with({ direction: 'in' }).inc(frames);
      registry
        .counter('farad_meter_samples_total', 'x')
        .with()
        .inc(2 * frames);
    }
  };
  const authorize = edges[0]?.histogram('farad_answer_seconds', 'x', [0.001, 0.01, 0.1], ['action']);
  count(5);
  authorize?.with({ action: 'Authorize' }).observe(5);
  const first = (await control.send('GET', '/api/v1/overview')).body;
  expect(first).toMatchObject({ sockets: 14, powerW: 22_000, framesPerSecond: null, samplesPerSecond: null });

  count(100);
  for (let answers = 0; answers < 100; answers++) authorize?.with({ action: 'Authorize' }).observe(0.0005);
  const later = await until('the next beat', async () => {
    const { body } = await control.send('GET', '/api/v1/overview?history=true');
    return body.framesPerSecond !== null && body.framesPerSecond > 0 ? body : undefined;
  });
  expect(later.samplesPerSecond).toBeCloseTo(2 * later.framesPerSecond, 6);
  // What came before the minute began does not count: the slow one is outside.
  expect(later.authorizeP99Seconds).toBeLessThan(0.001);
  expect(later.history.lines.sockets.at(-1)).toBe(14);
  expect(later.history.at.length).toBe(later.history.lines.powerW.length);
});

test('the console is served with a policy that lets nothing else in, and its script is kept for ever', async () => {
  const page = await fetch(`${control.base}/charge-points/ANY?tab=commands`);
  expect(page.status).toBe(200);
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toContain('unsafe');
  const html = await page.text();
  expect(html).not.toMatch(/<script(?![^>]*src=)|<style|https?:/);
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1];
  const asset = await fetch(`${control.base}${script}`, { headers: { 'accept-encoding': 'gzip' } });
  expect(asset.headers.get('content-encoding')).toBe('gzip');
  expect(asset.headers.get('cache-control')).toContain('immutable');
  expect((await fetch(`${control.base}/nowhere`)).status).toBe(404);
});

test('the system names its versions and the engine of each edge; an edge that is away has none', async () => {
  const engine = { kind: 'uws', package: 'uWebSockets.js', version: '20.57.0', adapted: false } as const;
  const endpoints = [{ url: 'wss://127.0.0.1:9443/ocpp', engine }];
  control.process('edge-0').serve('edge.endpoints', () => endpoints);
  control.process('edge-1');
  const { status, body } = await control.send('GET', '/api/v1/system');
  expect(status).toBe(200);
  expect(body).toEqual({
    version: '0.0.0',
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    edges: [
      { name: 'edge-0', engine, endpoints },
      { name: 'edge-1', engine: null, endpoints: [] },
    ],
  });
});
