import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { type ScriptedEdge, scriptedEdge } from '../support/scripted-edge.ts';

const lists = '/api/v1/local-lists';
const limits = {
  configurationKey: [
    { key: 'SendLocalListMaxLength', readonly: true, value: '10' },
    { key: 'LocalAuthListMaxLength', readonly: true, value: '20' },
  ],
};

describe('local lists', () => {
  let control: ControlUnderTest;
  let edge: ScriptedEdge;

  beforeEach(async () => {
    control = await startControl();
    edge = scriptedEdge(control);
    edge.chargePoints.script = ({ action }) => {
      if (action === 'GetConfiguration') return { result: limits };
      return { result: action === 'GetLocalListVersion' ? { listVersion: 0 } : { status: 'Accepted' } };
    };
  });
  afterEach(() => control.close());

  const put = (id: string, json: object) => control.send('PUT', `${lists}/${id}`, { json });
  const sync = (id: string, json: object = {}) =>
    control.send('POST', `/api/v1/charge-points/${id}/local-list/sync`, { json });
  const at = async (id: string) => (await control.send('GET', `/api/v1/charge-points/${id}/local-list`)).body;
  const group = { group: 'Depot' };

  test('are created, replaced, listed and deleted', async () => {
    await control.store.tokens.put({ idTag: 'CARD-1', status: 'Accepted' });
    const created = await put('depot', { scope: group, entries: [{ idTag: 'card-1' }, { idTag: 'NOBODY' }] });
    expect(created).toMatchObject({
      status: 201,
      body: { id: 'depot', scope: group, sync: 'manual', note: null, unknownTags: ['NOBODY'] },
    });
    const idTagInfo = { status: 'Accepted', expiryDate: '2030-01-01T01:00:00+01:00', parentIdTag: 'P' };
    const replaced = await put('depot', {
      scope: { chargePointId: 'CP-1' },
      sync: 'automatic',
      note: 'all of them',
      entries: [{ idTag: 'CARD-1', idTagInfo }],
    });
    expect(replaced).toMatchObject({
      status: 200,
      body: {
        sync: 'automatic',
        note: 'all of them',
        entries: [{ idTag: 'CARD-1', idTagInfo: { expiryDate: '2030-01-01T00:00:00.000Z' } }],
        unknownTags: [],
      },
    });
    await put('another', { scope: group, entries: [] });
    const page = await control.send('GET', `${lists}?limit=1`);
    expect(page.body.items).toMatchObject([{ id: 'another', entryCount: 0 }]);
    const rest = await control.send('GET', `${lists}?cursor=${page.body.next}`);
    expect(rest.body.items).toMatchObject([{ id: 'depot', entryCount: 1 }]);
    expect((await control.send('DELETE', `${lists}/depot`)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) {
      expect((await control.send(method, `${lists}/depot`)).body.error.code).toBe('unknown_local_list');
    }
  });

  test('H5: refuse an idTag that comes twice in another spelling', async () => {
    const answer = await put('depot', {
      scope: group,
      entries: [{ idTag: 'abc' }, { idTag: 'x' }, { idTag: 'ABC' }],
    });
    expect(answer).toMatchObject({
      status: 422,
      body: { error: { code: 'invalid_body', details: { problems: [{ path: '/entries/2/idTag' }] } } },
    });
  });

  test.each([
    ['no scope', { entries: [] }],
    ['two scopes', { scope: { group: 'A', chargePointId: 'B' }, entries: [] }],
    [
      'a status that OCPP has not',
      { scope: group, entries: [{ idTag: 'A', idTagInfo: { status: 'Fine' } }] },
    ],
    ['an idTag that is too long', { scope: group, entries: [{ idTag: 'A'.repeat(21) }] }],
    ['an entry without status', { scope: group, entries: [{ idTag: 'A', idTagInfo: {} }] }],
  ])('refuse %s', async (_what, json) => {
    expect((await put('depot', json)).body.error.code).toBe('invalid_body');
  });

  test('are one to a scope', async () => {
    await put('first', { scope: group, entries: [] });
    expect(await put('second', { scope: group, entries: [] })).toMatchObject({
      status: 409,
      body: { error: { code: 'local_list_scope_taken', details: { list: 'first' } } },
    });
  });

  test('H6, H8: are brought to a charge point with its answers shown, and what it holds is known afterwards', async () => {
    await edge.boot('CP-1');
    await control.store.settings.put({ id: 'CP-1', group: 'Depot' });
    expect(await at('CP-1')).toMatchObject({ state: 'no_list', list: null, held: null });
    const tags = Array.from({ length: 12 }, (_, n) => ({
      idTag: `T${n}`,
      idTagInfo: { status: 'Accepted' },
    }));
    await put('depot', { scope: group, entries: tags });
    expect(await at('CP-1')).toMatchObject({ state: 'unknown', list: { id: 'depot', entryCount: 12 } });

    const { status, body } = await sync('CP-1');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      outcome: 'synced',
      localList: { state: 'up_to_date', changes: { changed: 0, deleted: 0 } },
    });
    expect(body.steps).toMatchObject([
      { action: 'GetConfiguration', listVersion: null, reply: { outcome: 'result', payload: limits } },
      { action: 'GetLocalListVersion', reply: { payload: { listVersion: 0 } } },
      { action: 'SendLocalList', listVersion: 1, updateType: 'Full', entryCount: 10 },
      {
        action: 'SendLocalList',
        listVersion: 2,
        updateType: 'Differential',
        entryCount: 2,
        reply: { outcome: 'result', payload: { status: 'Accepted' } },
      },
    ]);
    expect(await at('CP-1')).toMatchObject({
      held: {
        listVersion: 2,
        entriesKnown: true,
        entryCount: 12,
        supported: true,
        inDoubt: false,
        pending: null,
      },
      lastSync: { outcome: 'synced', messages: 4, failures: 0 },
      syncing: false,
    });
    expect((await sync('CP-1')).body).toMatchObject({ outcome: 'up_to_date', steps: [] });
    expect((await sync('CP-1', { mode: 'full' })).body.steps).toHaveLength(2);
    await put('depot', { scope: group, entries: tags.slice(1) });
    expect(await at('CP-1')).toMatchObject({ state: 'outdated', changes: { changed: 0, deleted: 1 } });
  });

  test('H8: that a list was lost on the way shows', async () => {
    await edge.boot('CP-1');
    await put('own', {
      scope: { chargePointId: 'CP-1' },
      entries: [{ idTag: 'A', idTagInfo: { status: 'Accepted' } }],
    });
    await sync('CP-1');
    await put('own', { scope: { chargePointId: 'CP-1' }, entries: [] });
    edge.chargePoints.script = () => 'timeout';
    expect((await sync('CP-1')).body).toMatchObject({
      outcome: 'unknown',
      steps: [{ action: 'SendLocalList', reply: { outcome: 'timeout' } }],
      localList: { state: 'in_doubt', held: { listVersion: 1, inDoubt: true, pending: { listVersion: 2 } } },
    });
  });

  test('D9: that a charge point reported a conflict shows', async () => {
    await edge.boot('CP-1');
    await put('own', { scope: { chargePointId: 'CP-1' }, entries: [] });
    await sync('CP-1', { mode: 'full' });
    await edge.send('CP-1', 'StatusNotification', {
      connectorId: 0,
      status: 'Available',
      errorCode: 'LocalListConflict',
    });
    await expect.poll(() => at('CP-1')).toMatchObject({ state: 'conflict' });
    expect((await at('CP-1')).conflictAt).toMatch(/Z$/);
  });

  test('G15: nothing is sent by writing a list', async () => {
    await edge.boot('CP-1');
    await put('own', { scope: { chargePointId: 'CP-1' }, entries: [] });
    await at('CP-1');
    expect(edge.chargePoints.asked).toEqual([]);
  });

  test('are refused with the reason where nothing could be sent', async () => {
    expect((await sync('NOBODY')).body.error.code).toBe('unknown_charge_point');
    expect((await control.send('GET', '/api/v1/charge-points/NOBODY/local-list')).status).toBe(404);
    await edge.boot('CP-1');
    expect((await sync('CP-1')).body.error.code).toBe('no_local_list');
    await put('own', { scope: { chargePointId: 'CP-1' }, entries: [] });
    edge.chargePoints.script = () => 'not_connected';
    expect(await sync('CP-1')).toMatchObject({ status: 409, body: { error: { code: 'not_connected' } } });
    edge.chargePoints.script = () => 'queue_full';
    expect(await sync('CP-1')).toMatchObject({ status: 429, body: { error: { code: 'queue_full' } } });
    expect((await sync('CP-1', { mode: 'sometimes' })).status).toBe(422);
    let answer = (): void => undefined;
    edge.chargePoints.script = () =>
      new Promise((resolve) => {
        answer = () => resolve('timeout');
      });
    const first = sync('CP-1');
    await expect.poll(async () => (await at('CP-1')).syncing).toBe(true);
    expect(await sync('CP-1')).toMatchObject({ status: 409, body: { error: { code: 'sync_running' } } });
    answer();
    expect((await first).body.outcome).toBe('unknown');
  });
});
