import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { until } from '../support/until.ts';

let control: ControlUnderTest;

beforeEach(async () => {
  control = await startControl((config) => ({
    ...config,
    sites: { ...config.sites, interval: 50, settle: 50 },
  }));
});

afterEach(() => control.close());

const member = (chargePointId: string, group = 'all') => ({
  chargePointId,
  connectorId: 1,
  group,
  phases: ['L1', 'L2', 'L3'],
  rating: 32,
});

const site = {
  groups: [
    { id: 'all', parent: null, limit: { unit: 'A', perPhase: 100 } },
    { id: 'garage', parent: 'all', limit: { unit: 'W', perPhase: [4600, 4600, 2300] } },
  ],
  members: [member('A'), member('B', 'garage')],
};

describe('sites', () => {
  test('are created, read, listed, changed and deleted', async () => {
    const created = await control.send('PUT', '/api/v1/sites/north', { json: site });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      id: 'north',
      sharing: 'equal',
      minimumCurrent: 6,
      voltage: 230,
      groups: [{ limit: { unit: 'A', perPhase: [100, 100, 100] } }, { id: 'garage' }],
    });
    const changed = await control.send('PATCH', '/api/v1/sites/north', {
      json: { groups: [{ id: 'garage', limit: null }], note: 'the old garage' },
    });
    expect(changed.body).toMatchObject({
      note: 'the old garage',
      groups: [{ limit: { unit: 'A' } }, { parent: 'all', limit: null }],
      members: [{ chargePointId: 'A' }, { chargePointId: 'B' }],
    });
    expect(changed.body.version).toBeGreaterThan(created.body.version);
    const listed = await control.send('GET', '/api/v1/sites?text=GARAGE');
    expect(listed.body.items).toEqual([changed.body]);
    expect((await control.send('GET', '/api/v1/sites/north')).body).toEqual(changed.body);
    expect((await control.send('DELETE', '/api/v1/sites/north')).status).toBe(204);
    expect((await control.send('GET', '/api/v1/sites/north')).status).toBe(404);
  });

  test('take limits by schedule', async () => {
    const limit = {
      unit: 'A',
      startSchedule: '2026-03-01T00:00:00.000Z',
      recurrence: 'daily',
      periods: [
        { startPeriod: 0, perPhase: [100, 100, 100] },
        { startPeriod: 25200, perPhase: [50, 50, 60] },
      ],
    };
    const json = { groups: [{ id: 'all', parent: null, limit }], members: [] };
    expect((await control.send('PUT', '/api/v1/sites/north', { json })).body.groups[0].limit).toEqual(limit);
  });

  test.each([
    [
      'a group without a place',
      { groups: [...site.groups, { id: 'roof', parent: 'attic', limit: null }] },
      '/groups/2/parent',
    ],
    ['two trees', { groups: [...site.groups, { id: 'roof', parent: null, limit: null }] }, '/groups'],
    [
      'a group above itself',
      {
        groups: [
          ...site.groups,
          { id: 'x', parent: 'y', limit: null },
          { id: 'y', parent: 'x', limit: null },
        ],
      },
      '/groups/2/parent',
    ],
    ['a member in no group', { members: [member('A', 'attic')] }, '/members/0/group'],
    ['a connector twice', { members: [member('A'), member('A')] }, '/members/1'],
  ])('refuse %s', async (_, wrong, path) => {
    const { status, body } = await control.send('PUT', '/api/v1/sites/north', {
      json: { ...site, ...wrong },
    });
    expect(status).toBe(422);
    expect(body.error).toMatchObject({ code: 'invalid_body', details: { problems: [{ path }] } });
  });

  test('do not share a connector', async () => {
    await control.send('PUT', '/api/v1/sites/north', { json: site });
    const { status, body } = await control.send('PUT', '/api/v1/sites/south', { json: site });
    expect(status).toBe(409);
    expect(body.error).toMatchObject({
      code: 'connector_taken',
      details: { chargePointId: 'A', site: 'north' },
    });
  });

  test('reserve the whole rating of charge points that nobody has ever reached', async () => {
    await control.send('PUT', '/api/v1/sites/north', { json: site });
    const { body } = await until('the plan', async () => {
      const answer = await control.send('GET', '/api/v1/sites/north/plan');
      return answer.status === 200 && answer.body.connectors.length === 2 ? answer : undefined;
    });
    expect(body.groups).toEqual([
      { id: 'all', limit: [100, 100, 100], shared: [0, 0, 0], reserved: [64, 64, 64], measured: [0, 0, 0] },
      { id: 'garage', limit: [20, 20, 10], shared: [0, 0, 0], reserved: [32, 32, 32], measured: [0, 0, 0] },
    ]);
    expect(body.connectors[0]).toMatchObject({
      state: 'free',
      connected: false,
      ceiling: 32,
      fallback: null,
    });
  });
});

describe('wishes of drivers', () => {
  test('belong to running transactions', async () => {
    const start = await control.store.transactions.start({
      chargePointId: 'A',
      connectorId: 1,
      idTag: 'CARD',
      timestamp: '2026-03-01T12:00:00Z',
      timestampPlausible: true,
      startedAt: Date.now(),
      meterStart: 0,
      reservationId: null,
      flags: [],
      rawStart: '{}',
      receivedAt: Date.now(),
      authorize: () => ({ status: 'Accepted', parentIdTag: '' }),
    });
    const path = `/api/v1/transactions/${start.transaction.transactionId}/charging-wish`;
    expect((await control.send('GET', path)).body.error.code).toBe('unknown_charging_wish');
    const wish = { priority: 3, departure: '2026-03-01T18:00:00.000Z', energyWh: 20000 };
    expect((await control.send('PUT', path, { json: wish })).body).toMatchObject(wish);
    expect((await control.send('PUT', path, { json: { priority: 10 } })).status).toBe(422);
    expect((await control.send('DELETE', path)).status).toBe(204);
    const none = await control.send('PUT', '/api/v1/transactions/99/charging-wish', { json: wish });
    expect(none.body.error.code).toBe('unknown_transaction');
  });
});
