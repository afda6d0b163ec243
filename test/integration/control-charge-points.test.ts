import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Disconnect } from '../../src/link/methods.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { until } from '../support/until.ts';

const path = '/api/v1/charge-points';

describe('charge points', () => {
  let control: ControlUnderTest;

  beforeEach(async () => {
    control = await startControl();
  });
  afterEach(() => control.close());

  /** What an edge has learned about a charge point. */
  async function seen(id: string, vendor = 'Acme'): Promise<void> {
    const { chargePoints } = control.store;
    await chargePoints.register(id, Date.UTC(2026, 0, 1), 1000);
    await chargePoints.update(
      id,
      { registration: 'Accepted', boot: { vendor, model: 'One' } },
      Date.UTC(2026, 0, 2),
    );
  }

  async function connected(id: string, edge = 'edge-0'): Promise<void> {
    await control.store.sessions.claim({
      chargePointId: id,
      edge,
      connectedAt: 1_750_000_000_000,
      remoteAddress: '192.0.2.1',
    });
  }

  /** Joins the link as an edge and notes whom it is asked to disconnect. */
  function joinEdge(name = 'edge-0'): Disconnect[] {
    const asked: Disconnect[] = [];
    control.process(name).serve('edge.disconnect', (request) => {
      asked.push(request);
      return { closed: true };
    });
    return asked;
  }

  test('one is found by its identity before the index of the fleet has it, or nothing is', async () => {
    await seen('CP-9');
    const find = (query: string) => control.send('GET', `${path}?${query}`);
    expect(await find('id=CP-9')).toMatchObject({
      status: 200,
      body: { items: [{ id: 'CP-9' }], next: null },
    });
    expect(await find('id=cp-9')).toMatchObject({ status: 200, body: { items: [] } });
    expect(await find('id=CP-9&text=9')).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_parameter', details: { parameter: 'id' } } },
    });
  });

  test('are provisioned, changed and shown without ever showing their key', async () => {
    const created = await control.send('PUT', `${path}/CP%201`, {
      json: { group: 'Depot', pingInterval: 30, key: 'sixteen-bytes-ok' },
    });
    expect(created).toMatchObject({
      status: 201,
      body: {
        id: 'CP 1',
        connected: false,
        registration: null,
        settings: { group: 'Depot', pingInterval: 30, reader: null, hasKey: true },
      },
    });
    expect(JSON.stringify(created.body)).not.toMatch(/sixteen|hmac/);
    const { keyHash, pingInterval } = control.store.settings.get('CP 1') ?? {};
    expect(pingInterval).toBe(30_000);
    expect(control.store.keys.verify(Buffer.from('sixteen-bytes-ok'), keyHash)).toBe(true);

    const replaced = await control.send('PUT', `${path}/CP%201`, { json: { note: 'back gate' } });
    expect(replaced).toMatchObject({
      status: 200,
      body: { settings: { group: null, note: 'back gate', hasKey: true } },
    });
    const patched = await control.send('PATCH', `${path}/CP%201`, { json: { reader: 'strict' } });
    expect(patched.body.settings).toMatchObject({ note: 'back gate', reader: 'strict', hasKey: true });
    const cleared = await control.send('PATCH', `${path}/CP%201`, { json: { note: null, key: null } });
    expect(cleared.body.settings).toMatchObject({ note: null, reader: 'strict', hasKey: false });
    expect(cleared.body.settings.version).toBeGreaterThan(patched.body.settings.version);
  });

  test('have a name, a place and tags, by which people find them', async () => {
    const place = {
      address: 'Hafenstrasse 3, Hamburg',
      bay: '12',
      coordinates: { latitude: -53.5, longitude: 180 },
    };
    const json = { displayName: 'North gate', place, tags: ['DC', 'public'] };
    const put = await control.send('PUT', `${path}/CP-1`, { json });
    expect(put).toMatchObject({ status: 201, body: { settings: json } });
    const patched = await control.send('PATCH', `${path}/CP-1`, { json: { place: { bay: '12' } } });
    expect(patched.body.settings).toMatchObject({
      ...json,
      place: { address: null, bay: '12', coordinates: null },
    });
    await control.send('PATCH', `${path}/CP-1`, { json: { place } });
    // As one was stored before there was any of it.
    await control.store.settings.put({ id: 'CP-2' });
    const old = await control.send('GET', `${path}/CP-2`);
    expect(old.body.settings).toMatchObject({ displayName: null, place: null, tags: [] });
    const find = async (query: string) => {
      const { body } = await control.send('GET', `${path}?sort=id&${query}`);
      return body.items.map(({ id }: { id: string }) => id);
    };
    await until('both are in the index', async () => (await find('limit=5')).length === 2);
    await until('the place is', async () => (await find('text=hafenstr')).length === 1);
    for (const query of ['text=12', 'text=north%20gate', 'text=dc', 'tag=dc', 'tag=PUBLIC'])
      expect(await find(query), query).toEqual(['CP-1']);
    expect(await find('tag=publi')).toEqual([]);
    const cleared = await control.send('PUT', `${path}/CP-1`, { json: { place: { bay: null }, tags: [] } });
    expect(cleared.body.settings).toMatchObject({ displayName: null, place: null, tags: [] });
  });

  test('are not changed over what somebody else has set meanwhile', async () => {
    const write = (headers: Record<string, string>, method = 'PUT') =>
      control.send(method, `${path}/CP-1`, { json: { note: 'mine' }, headers });
    const created = await write({ 'if-none-match': '*' });
    const { version } = created.body.settings;
    expect(created.headers.get('etag')).toBe(`W/"${version}"`);
    expect((await write({ 'if-none-match': '*' })).status).toBe(412);
    expect((await write({ 'if-match': `"${version}"` }, 'PATCH')).status).toBe(200);
    const late = await write({ 'if-match': `"${version}"` });
    expect([late.status, late.body.error.code]).toEqual([412, 'changed_meanwhile']);
  });

  test('L7: take a key of bytes that are no text, as hexadecimal digits', async () => {
    await control.send('PUT', `${path}/CP-1`, { json: { keyHex: '00FF3A00FF3A00FF3A00FF3A00FF3A00' } });
    const { keyHash } = control.store.settings.get('CP-1') ?? {};
    expect(control.store.keys.verify(Buffer.from('00ff3a00ff3a00ff3a00ff3a00ff3a00', 'hex'), keyHash)).toBe(
      true,
    );
  });

  test.each([
    ['a key that is too short', { key: 'short' }],
    ['a key in two spellings', { key: 'sixteen-bytes-ok', keyHex: '00'.repeat(16) }],
    ['a key of half a byte', { keyHex: '0'.repeat(33) }],
    ['an unknown member', { colour: 'red' }],
    ['a place beyond the pole', { place: { coordinates: { latitude: 90.1, longitude: 0 } } }],
    ['a place beyond the date line', { place: { coordinates: { latitude: 0, longitude: -180.1 } } }],
    ['half of a place on the map', { place: { coordinates: { latitude: 1 } } }],
    ['a bay without a name', { place: { bay: ' ' } }],
    ['a name that fits no list', { displayName: 'x'.repeat(101) }],
    ['too many tags', { tags: Array.from({ length: 21 }, (_, index) => `tag ${index}`) }],
    ['a tag twice', { tags: ['dc', 'dc'] }],
    ['a state that OCPP does not have', { registration: 'Maybe' }],
  ])('refuse %s', async (_name, json) => {
    const answer = await control.send('PUT', `${path}/CP-1`, { json });
    expect([answer.status, answer.body.error.code]).toEqual([422, 'invalid_body']);
    expect(control.store.settings.get('CP-1')).toBeUndefined();
  });

  test('refuse an identity that could never connect', async () => {
    for (const id of ['%20', 'a%2Fb', 'a%00b', 'x'.repeat(256)]) {
      const answer = await control.send('PUT', `${path}/${id}`, { json: {} });
      expect([answer.status, answer.body.error.details]).toEqual([400, { parameter: 'id' }]);
    }
  });

  test('close their socket when their key is new, and only then', async () => {
    const asked = joinEdge();
    await control.send('PUT', `${path}/CP-1`, { json: { key: 'sixteen-bytes-ok' } });
    expect(asked).toEqual([{ chargePointId: 'CP-1', reason: 'charge point key changed', forget: false }]);
    await control.send('PUT', `${path}/CP-1`, { json: { key: 'sixteen-bytes-ok' } });
    await control.send('PATCH', `${path}/CP-1`, { json: { note: 'same key' } });
    expect(asked.length).toBe(1);
    await control.send('PATCH', `${path}/CP-1`, { json: { key: 'another-16-bytes' } });
    expect(asked.length).toBe(2);
  });

  test('show when they were last heard of as their edge knows it, and as the store does where no edge says so', async () => {
    await seen('CP-1', 'Acme');
    await connected('CP-1');
    const last = async () => (await control.send('GET', `${path}/CP-1`)).body.lastSeenAt;
    const stored = await last();
    expect(Date.parse(stored)).toBe(control.store.chargePoints.get('CP-1')?.lastSeenAt);
    let lastSeenAt: number | null | 'broken' = Date.UTC(2026, 5, 1);
    control.process('edge-0').serve('edge.seen', () => {
      if (lastSeenAt === 'broken') throw new Error('broken');
      return { lastSeenAt };
    });
    expect(await last()).toBe('2026-06-01T00:00:00.000Z');
    for (lastSeenAt of [null, 0, 'broken'] as const) expect(await last()).toBe(stored);
  });

  test('L9, L10: show how far the change of a key is that they were given over OCPP, and let operators decide anew', async () => {
    const asked = joinEdge();
    const { givenKeys, keys, settings } = control.store;
    const given = Buffer.from('given-over-ocpp-1');
    const give = (key: Buffer, messageId: string) =>
      givenKeys.leaving('CP-1', settings.get('CP-1'), messageId, [keys.hash(key)], Date.now());
    const opening = () => givenKeys.accepted('CP-1', settings.get('CP-1'));
    const state = async () => (await control.send('GET', `${path}/CP-1`)).body.keyState;
    await control.send('PUT', `${path}/CP-1`, { json: {} });
    expect(await state()).toBe('none');
    await control.send('PUT', `${path}/CP-1`, { json: { key: 'sixteen-bytes-ok' } });
    expect(await state()).toBe('held');
    await give(given, 'm1');
    expect(await state()).toBe('changing');
    await givenKeys.answered('CP-1', 'm1', true);
    expect(await state()).toBe('held');

    // Operators may set what it has been given: that is nothing new.
    await control.send('PATCH', `${path}/CP-1`, { json: { key: 'given-over-ocpp-1', note: 'same' } });
    expect(asked.length).toBe(1);
    expect(opening().map(({ messageId }) => messageId)).toEqual(['m1']);
    // The key of the settings is not the one that it has to show any more.
    await control.send('PATCH', `${path}/CP-1`, { json: { key: 'sixteen-bytes-ok' } });
    expect(asked.length).toBe(2);
    expect(
      opening().map(({ keyHash }) => keys.verify(Buffer.from('sixteen-bytes-ok'), keyHash ?? '')),
    ).toEqual([true]);
    // While nobody knows which one it uses, an operator's word settles it.
    await give(given, 'm2');
    await control.send('PATCH', `${path}/CP-1`, { json: { key: 'given-over-ocpp-1' } });
    expect([await state(), asked.length]).toEqual(['held', 3]);
    await give(Buffer.from('given-over-ocpp-3'), 'm3');
    await control.send('PATCH', `${path}/CP-1`, { json: { key: null } });
    expect(await state()).toBe('none');
  });

  test('that change at the same moment lose nothing of each other', async () => {
    await control.send('PUT', `${path}/CP-1`, { json: {} });
    const changes = [
      { note: 'n' },
      { group: 'g' },
      { reader: 'strict' },
      { pingInterval: 5 },
      { key: 'sixteen-bytes-ok' },
    ];
    await Promise.all(changes.map((json) => control.send('PATCH', `${path}/CP-1`, { json })));
    const { body } = await control.send('GET', `${path}/CP-1`);
    expect(body.settings).toMatchObject({
      note: 'n',
      group: 'g',
      reader: 'strict',
      pingInterval: 5,
      hasKey: true,
    });
  });

  test('show what the protocol learned: boot, connectors, connection', async () => {
    joinEdge();
    await seen('CP-1');
    await connected('CP-1');
    const at = Date.UTC(2026, 0, 3);
    await control.store.connectors.report({
      chargePointId: 'CP-1',
      connectorId: 1,
      status: 'Charging',
      errorCode: 'NoError',
      info: '',
      vendorId: '',
      vendorErrorCode: '',
      ts: at,
      receivedAt: at,
    });
    expect((await control.send('GET', `${path}/CP-1`)).body).toMatchObject({
      connected: true,
      connection: { edge: 'edge-0', connectedAt: '2025-06-15T15:06:40.000Z', remoteAddress: '192.0.2.1' },
      registration: 'Accepted',
      boot: { vendor: 'Acme', model: 'One' },
      firstSeenAt: '2026-01-01T00:00:00.000Z',
      connectors: [
        { connectorId: 1, status: 'Charging', since: '2026-01-03T00:00:00.000Z', mayBeOutdated: false },
      ],
      settings: null,
    });
    await control.store.sessions.clearDeadEdge('edge-0', at + 1);
    expect((await control.send('GET', `${path}/CP-1`)).body).toMatchObject({
      connectors: [{ connectorId: 1, status: 'Charging', mayBeOutdated: true }],
    });
  });

  test('are not connected when the edge that held them is dead', async () => {
    joinEdge('edge-0');
    await seen('CP-1');
    await connected('CP-1', 'edge-1');
    expect((await control.send('GET', `${path}/CP-1`)).body).toMatchObject({
      connected: false,
      connection: null,
    });
  });

  test('that nobody knows are 404', async () => {
    for (const [method, json] of [['GET'], ['DELETE'], ['PATCH', {}]] as const) {
      const answer = await control.send(method, `${path}/CP-1`, json && { json });
      expect([answer.status, answer.body.error.code]).toEqual([404, 'unknown_charge_point']);
    }
  });

  test('that are deleted lose their settings, their socket and what was learned', async () => {
    await seen('CP-1');
    await control.send('PUT', `${path}/CP-1`, { json: { note: 'n' } });
    const away = await control.send('DELETE', `${path}/CP-1`);
    expect([away.status, away.body.error.code]).toEqual([503, 'process_unavailable']);

    const asked = joinEdge();
    expect((await control.send('DELETE', `${path}/CP-1`)).status).toBe(204);
    expect(asked).toEqual([
      { chargePointId: 'CP-1', reason: 'charge point deleted', forget: true, by: 'bootstrap' },
    ]);
    expect(control.store.settings.get('CP-1')).toBeUndefined();
  });

  describe('in a list', () => {
    /** All ids that a listing gives, page by page. */
    async function idsOf(query: Record<string, string>): Promise<string[]> {
      const ids: string[] = [];
      let cursor: string | null = null;
      do {
        const search = new URLSearchParams({ ...query, ...(cursor !== null && { cursor }) });
        const { status, body } = await control.send('GET', `${path}?${search}`);
        expect(status).toBe(200);
        expect(body.items.length).toBeLessThanOrEqual(Number(query.limit ?? 100));
        ids.push(...body.items.map(({ id }: { id: string }) => id));
        cursor = body.next;
      } while (cursor !== null);
      return ids;
    }

    test('appear once each and in order, whether provisioned, seen or both', async () => {
      for (const id of ['A', 'C', 'D', 'ä', '😀']) await control.store.settings.put({ id });
      for (const id of ['B', 'C', 'E', 'ä', '\uFF21']) await seen(id);
      const all = ['A', 'B', 'C', 'D', 'E', 'ä', '\uFF21', '😀'];
      for (const limit of ['1', '2', '3', '100']) expect(await idsOf({ limit })).toEqual(all);
    });

    test('are filtered by text, connection and registration', async () => {
      joinEdge();
      for (const id of ['CP-1', 'CP-2', 'XX-3']) await seen(id, id === 'CP-2' ? 'Volta' : 'Acme');
      await control.store.settings.put({ id: 'CP-4', group: 'Voltage park' });
      await connected('CP-2');
      // Filters look at an index that is some seconds old.
      await until('all are in the index', async () => (await idsOf({ text: 'voltage' })).length === 1);
      expect(await idsOf({ text: 'cp-' })).toEqual(['CP-1', 'CP-2', 'CP-4']);
      expect(await idsOf({ text: 'VOLTA', limit: '1' })).toEqual(['CP-2', 'CP-4']);
      expect(await idsOf({ connected: 'true' })).toEqual(['CP-2']);
      expect(await idsOf({ connected: 'false' })).toEqual(['CP-1', 'CP-4', 'XX-3']);
      expect(await idsOf({ registration: 'Unknown' })).toEqual(['CP-4']);
      expect(await idsOf({ registration: 'Accepted', text: 'xx' })).toEqual(['XX-3']);
    });

    test('of thousands are paged without losing one', async () => {
      const ids = Array.from({ length: 2500 }, (_, index) => `CP-${String(index).padStart(5, '0')}`);
      await Promise.all(ids.map((id) => control.store.settings.put({ id })));
      expect(await idsOf({ limit: '700' })).toEqual(ids);
      await until('the last one is in the index', async () => (await idsOf({ text: '-02499' })).length > 0);
      expect(await idsOf({ text: '-02499' })).toEqual(['CP-02499']);
      expect(await idsOf({ text: 'CP-', limit: '700' })).toEqual(ids);
    });
  });
});
