import { expect, test } from 'vitest';
import { requireInSight } from '../../../src/control/scopes.ts';
import { ALL_IN_SIGHT, NOTHING_IN_SIGHT, type Sight, sightOf } from '../../../src/store/sight.ts';
import { scratchStore } from '../store/scratch.ts';

async function fleet() {
  const store = scratchStore();
  await store.settings.put({ id: 'IN-GROUP', group: 'north' });
  await store.settings.put({ id: 'ELSEWHERE', group: 'south' });
  await store.settings.put({ id: 'IN-SITE' });
  await store.sites.put({
    id: 'depot',
    groups: [{ id: 'g', parent: null, limit: null }],
    members: [{ chargePointId: 'IN-SITE', connectorId: 2, group: 'g', phases: ['L1'], rating: 16 }],
    sharing: 'equal',
    minimumCurrent: 6,
    fallbackCurrent: null,
    voltage: 230,
    remoteStop: false,
  });
  return store;
}

function seen(sight: Sight): string[] {
  return ['IN-GROUP', 'IN-SITE', 'ELSEWHERE', 'UNKNOWN'].filter((id) => sight.sees(id));
}

test('a scope has the charge points of its groups and its sites, as they are at the time', async () => {
  const store = await fleet();
  const scope = { groups: ['north'], sites: ['depot', 'gone'] };
  expect(seen(sightOf(store, scope))).toEqual(['IN-GROUP', 'IN-SITE']);
  expect(seen(sightOf(store, { groups: [], sites: ['depot'] }))).toEqual(['IN-SITE']);
  expect(seen(sightOf(store, { groups: [], sites: [] }))).toEqual([]);
  expect(seen(sightOf(store, undefined))).toHaveLength(4);
  expect(seen(NOTHING_IN_SIGHT)).toEqual([]);
  await store.settings.put({ id: 'IN-GROUP', group: 'south' });
  await store.sites.remove('depot');
  expect(seen(sightOf(store, scope))).toEqual([]);
});

test('a scope covers what has no more than it, and only who sees all covers what is of nobody', async () => {
  const sight = sightOf(await fleet(), { groups: ['north', 'south'], sites: ['depot'] });
  expect(sight.covers({ groups: ['north'], sites: [] })).toBe(true);
  expect(sight.covers({ groups: ['north'], sites: ['other'] })).toBe(false);
  expect(sight.covers(undefined)).toBe(false);
  expect(ALL_IN_SIGHT.covers(undefined)).toBe(true);
});

test('a route that declares nothing is for those who see all', async () => {
  const store = await fleet();
  const ask = (sight: Sight) => requireInSight({ sight, params: {} } as never, undefined, store);
  expect(() => ask(sightOf(store, { groups: ['north'], sites: [] }))).toThrow('those who may see all');
  expect(() => ask(NOTHING_IN_SIGHT)).toThrow('those who may see all');
  expect(() => ask(ALL_IN_SIGHT)).not.toThrow();
});
