import { expect, test } from 'vitest';
import { ALONE, type Lead } from '../../../src/operations/leadership.ts';
import { ListKeeper } from '../../../src/operations/local-lists/list-keeper.ts';
import { LocalLists } from '../../../src/operations/local-lists/local-lists.ts';
import type { LocalListInput } from '../../../src/store/local-list-record.ts';
import { ScriptedChargePoints } from '../../support/scripted-charge-points.ts';
import { ScriptedLead } from '../../support/scripted-lead.ts';
import { until } from '../../support/until.ts';
import { NOON, setUp } from '../central-system/central-system-fixture.ts';

const HOUR = 3_600_000;

async function depot(ids: readonly string[] = ['A', 'B', 'C'], atOnce = 10, lead: Lead = ALONE) {
  const stand = setUp();
  const { store } = stand;
  for (const id of ids) {
    await stand.booted(id);
    await store.settings.put({ id, group: 'depot' });
    await store.heldLists.told(id, 0, NOON);
    await store.configurations.told(id, [], ['SendLocalListMaxLength', 'LocalAuthListMaxLength'], NOON);
  }
  const chargePoints = new ScriptedChargePoints(stand.central, () => stand.now);
  const clock = () => stand.now;
  const localLists = new LocalLists({ store, calls: chargePoints, clock });
  const faults: unknown[] = [];
  const log = { warn: (details: object) => void faults.push(details), error: () => undefined };
  const keeper = new ListKeeper({ store, calls: chargePoints, localLists, log, atOnce, lead, clock });
  return {
    stand,
    store,
    chargePoints,
    faults,
    keeper,
    put: (more: Partial<LocalListInput> = {}) =>
      store.localLists.put({
        id: 'depot',
        scope: { group: 'depot' },
        sync: 'automatic',
        entries: [{ idTag: 'T', idTagInfo: { status: 'Accepted' } }],
        ...more,
      }),
    /** Looks often enough that every charge point had its turn, and waits for what was begun. */
    async look(times = 3) {
      for (let n = 0; n < times; n++) {
        keeper.look();
        await until('what was begun has ended', () => keeper.busy === 0);
        store.refresh();
      }
    },
    asked: () => chargePoints.asked.map(({ chargePointId, action }) => `${chargePointId} ${action}`),
  };
}

test('G15: nothing is sent for a list that is synced manually, nor where there is none', async () => {
  const { put, look, asked } = await depot();
  await look();
  await put({ sync: 'manual' });
  await look();
  expect(asked()).toEqual([]);
});

test('an automatic list is brought to every charge point of its group, once', async () => {
  const { put, look, asked } = await depot();
  await put();
  await look();
  expect(asked().sort()).toEqual(['A SendLocalList', 'B SendLocalList', 'C SendLocalList']);
  await look();
  expect(asked()).toHaveLength(3);
});

test('no more charge points are brought up to date at a time than may be', async () => {
  const { put, chargePoints, keeper } = await depot(['A', 'B', 'C'], 2);
  let underWay = 0;
  let most = 0;
  chargePoints.script = async () => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay--;
    return { result: { status: 'Accepted' } };
  };
  await put();
  await until('all have it', () => {
    keeper.look();
    return chargePoints.asked.length === 3 && keeper.busy === 0;
  });
  expect(most).toBe(2);
});

test("a charge point's own automatic list needs no settings", async () => {
  const { stand, store, put, look, asked } = await depot([]);
  await stand.booted('LONELY');
  await store.heldLists.told('LONELY', 0, NOON);
  await store.configurations.told('LONELY', [], ['SendLocalListMaxLength', 'LocalAuthListMaxLength'], NOON);
  await put({ scope: { chargePointId: 'LONELY' } });
  await look();
  expect(asked()).toEqual(['LONELY SendLocalList']);
});

test('a changed list, a changed token and a new member are noticed', async () => {
  const { stand, store, put, look, chargePoints } = await depot(['A']);
  await store.tokens.put({ idTag: 'T', status: 'Accepted' });
  await put({ entries: [{ idTag: 'T' }] });
  await look();
  await put({ entries: [{ idTag: 'T' }, { idTag: 'U', idTagInfo: { status: 'Accepted' } }] });
  await look();
  await store.tokens.put({ idTag: 'T', status: 'Blocked' });
  stand.now += 31_000;
  await look();
  expect(chargePoints.actions).toEqual(['Full 1: T', 'Differential 2: U', 'Differential 3: T']);
  await stand.booted('NEW');
  await store.settings.put({ id: 'NEW', group: 'depot' });
  await store.heldLists.told('NEW', 0, NOON);
  await store.configurations.told('NEW', [], ['SendLocalListMaxLength', 'LocalAuthListMaxLength'], NOON);
  await look();
  expect(chargePoints.asked.at(-1)).toMatchObject({ chargePointId: 'NEW' });
});

test('who is away, or not accepted, is left until that is over', async () => {
  const { stand, store, put, look, asked, chargePoints } = await depot(['A', 'B']);
  chargePoints.disconnected.add('A');
  await store.chargePoints.update('B', { registration: 'Pending' }, NOON);
  await put();
  await look();
  expect(asked()).toEqual([]);
  chargePoints.disconnected.clear();
  await store.chargePoints.update('B', { registration: 'Accepted' }, NOON);
  stand.now += HOUR;
  await look();
  expect(asked().sort()).toEqual(['A SendLocalList', 'B SendLocalList']);
});

test('H7: what a charge point has refused is not sent again until the list changes', async () => {
  const { stand, put, look, asked, chargePoints } = await depot(['A']);
  chargePoints.script = () => ({ result: { status: 'Failed' } });
  await put();
  await look();
  stand.now += 10 * HOUR;
  await look();
  expect(asked()).toEqual(['A SendLocalList']);
  chargePoints.script = ({ action }) => ({
    result: action === 'GetLocalListVersion' ? { listVersion: 0 } : { status: 'Accepted' },
  });
  await put({ entries: [{ idTag: 'OTHER', idTagInfo: { status: 'Accepted' } }] });
  await look();
  expect(asked()).toEqual(['A SendLocalList', 'A GetLocalListVersion', 'A SendLocalList']);
});

test('H9: a charge point without local list is not bothered again', async () => {
  const { stand, store, put, look, asked, chargePoints } = await depot(['A', 'B', 'C']);
  const profiles = [{ key: 'SupportedFeatureProfiles', value: 'Core,Reservation', readonly: true }];
  await store.configurations.told('B', profiles, [], NOON);
  const disabled = [{ key: 'LocalAuthListEnabled', value: 'false', readonly: false }];
  await store.configurations.told('C', disabled, [], NOON);
  chargePoints.script = () => ({ result: { status: 'NotSupported' } });
  await put();
  await look();
  await put({ entries: [] });
  stand.now += 10 * HOUR;
  await look();
  expect(asked()).toEqual(['A SendLocalList']);
});

test('H8: an answer that was lost is followed by another try after a while, which asks for the version first', async () => {
  const { stand, put, look, asked, chargePoints } = await depot(['A']);
  chargePoints.script = () => 'timeout';
  await put();
  await look();
  expect(asked()).toEqual(['A SendLocalList']);
  stand.now += 61_000;
  await look();
  stand.now += 61_000;
  await look();
  // The pauses grow.
  expect(asked()).toEqual(['A SendLocalList', 'A GetLocalListVersion']);
  chargePoints.script = ({ action }) => ({
    result: action === 'GetLocalListVersion' ? { listVersion: 1 } : { status: 'Accepted' },
  });
  stand.now += HOUR;
  await look();
  expect(asked()).toEqual(['A SendLocalList', 'A GetLocalListVersion', 'A GetLocalListVersion']);
});

test('D9: a conflict brings the list again', async () => {
  const { stand, store, put, look, chargePoints } = await depot(['A']);
  await put();
  await look();
  stand.now += 1_000;
  await store.chargePoints.update('A', { localListConflictAt: stand.now }, stand.now);
  stand.now += 1_000;
  await look();
  await look();
  expect(chargePoints.actions).toEqual(['Full 1: T', 'Full 2: T']);
});

test('a fault of the gateway is logged and tried again later', async () => {
  const { stand, put, look, asked, chargePoints, faults } = await depot(['A']);
  chargePoints.script = () => {
    throw new Error('the edge failed');
  };
  await put();
  await look();
  expect(faults).toHaveLength(1);
  chargePoints.script = () => ({ result: { status: 'Accepted' } });
  await look();
  expect(asked()).toEqual([]);
  stand.now += 61_000;
  await look();
  expect(asked()).toEqual(['A SendLocalList']);
});

test('only the process that leads brings lists, and sends no more of one once another may lead', async () => {
  const lead = new ScriptedLead();
  const { store, chargePoints, faults, put, look, asked } = await depot(['A'], 10, lead);
  const entries = ['T', 'U', 'V'].map((idTag) => ({ idTag, idTagInfo: { status: 'Accepted' as const } }));
  await put({ entries });
  await look();
  expect(asked()).toEqual([]);
  lead.now = 1;
  await look();
  expect(asked()).toEqual(['A SendLocalList']);

  // A Differential that is refused would be followed by the whole list.
  await put({ entries: [...entries, { idTag: 'W', idTagInfo: { status: 'Accepted' } }] });
  chargePoints.script = () => {
    lead.now = undefined;
    return { result: { status: 'Failed' } };
  };
  await look();
  expect(asked()).toHaveLength(2);
  expect(store.localLists.lastSync('A')).toMatchObject({ outcome: 'synced' });
  expect(faults).toEqual([]);

  chargePoints.script = ({ action }) => ({
    result: action === 'GetLocalListVersion' ? { listVersion: 1 } : { status: 'Accepted' },
  });
  lead.now = 2;
  await look();
  expect(asked().slice(2)).toEqual(['A GetLocalListVersion', 'A SendLocalList']);
  expect(store.localLists.lastSync('A')).toMatchObject({ outcome: 'synced', heldVersion: 3 });
});
