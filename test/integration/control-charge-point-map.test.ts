import { expect, onTestFinished, test } from 'vitest';
import type { Config } from '../../src/config/schema.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { until } from '../support/until.ts';

const path = '/api/v1/charge-point-clusters';
const world = 'west=-180&south=-90&east=180&north=90&zoom=2';

async function control(change?: (config: Config) => Config): Promise<ControlUnderTest> {
  const started = await startControl(change);
  onTestFinished(() => started.close());
  return started;
}

const put = (on: ControlUnderTest, id: string, place: object, more: object = {}) =>
  on.send('PUT', `/api/v1/charge-points/${id}`, { json: { place, ...more } });
const at = (latitude: number, longitude: number) => ({ coordinates: { latitude, longitude } });

test('charge points with coordinates are found on a map, those that match alone', async () => {
  const on = await control();
  await put(on, 'H-1', { ...at(53.55, 9.99), bay: '12' }, { displayName: 'North gate', tags: ['DC'] });
  await put(on, 'H-2', at(53.55, 9.99));
  await put(on, 'T-1', at(35.68, 139.69));
  await put(on, 'NOWHERE', { bay: '13' });
  const body = await until('the index of the fleet has them', async () => {
    const answer = (await on.send('GET', `${path}?${world}`)).body;
    return answer.unplaced === 1 && answer;
  });
  expect(body).toMatchObject({
    zoom: 2,
    total: 3,
    placed: 3,
    unplaced: 1,
    extent: { west: 9.99, south: 35.68, east: 139.69, north: 53.55 },
    tiles: null,
  });
  const [hamburg, tokyo] = body.clusters;
  expect(hamburg).toMatchObject({ count: 2, states: { offline: 2 }, chargePoints: null });
  expect(tokyo.chargePoints).toEqual([{ id: 'T-1', name: null, bay: null, state: 'offline' }]);

  const dc = (await on.send('GET', `${path}?${world}&tag=dc`)).body;
  expect(dc).toMatchObject({ total: 1, placed: 1, unplaced: 0 });
  expect(dc.clusters[0].chargePoints).toEqual([
    { id: 'H-1', name: 'North gate', bay: '12', state: 'offline' },
  ]);
  const near = (await on.send('GET', `${path}?west=9.98&south=53.54&east=10&north=53.56&zoom=14`)).body;
  expect(
    near.clusters.map(({ chargePoints }: { chargePoints: { id: string }[] }) => chargePoints?.length),
  ).toEqual([2]);
  const inBay = (await on.send('GET', '/api/v1/charge-points?bay=12')).body;
  expect(inBay.items.map(({ id }: { id: string }) => id)).toEqual(['H-1']);
});

test('a part of the map that is none is refused', async () => {
  const on = await control();
  for (const query of [
    world.replace('&zoom=2', ''),
    world.replace('zoom=2', 'zoom=21'),
    world.replace('south=-90', 'south=-91'),
    'west=0&south=2&east=1&north=1&zoom=2',
    `${world}&colour=red`,
  ]) {
    const { status, body } = await on.send('GET', `${path}?${query}`);
    expect([query, status, body.error?.code]).toEqual([query, 400, 'invalid_parameter']);
  }
});

test('the console may get pictures from the server of the settings, and from nobody else', async () => {
  const tiles = 'https://tiles.example:8443/{z}/{x}/{y}.png';
  const policyOf = async (on: ControlUnderTest) =>
    (await fetch(`${on.base}/`)).headers.get('content-security-policy');
  expect(await policyOf(await control())).toContain("img-src 'self' data:;");
  const on = await control((config) => ({
    ...config,
    console: { map: { tiles, attribution: '© somebody' } },
  }));
  expect(await policyOf(on)).toContain("img-src 'self' data: https://tiles.example:8443;");
  expect((await on.send('GET', `${path}?${world}`)).body.tiles).toEqual({
    url: tiles,
    attribution: '© somebody',
  });
});
