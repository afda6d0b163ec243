import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { type ScriptedEdge, scriptedEdge } from '../support/scripted-edge.ts';
import { until } from '../support/until.ts';

const path = '/api/v1/configuration-templates';
const interval = { key: 'MeterValueSampleInterval', value: '60' };

describe('configuration templates', () => {
  let control: ControlUnderTest;
  let edge: ScriptedEdge;

  beforeEach(async () => {
    control = await startControl();
    edge = scriptedEdge(control);
    for (const id of ['CP-1', 'CP-2', 'CP-3'])
      await edge.boot(id, { chargePointModel: id === 'CP-3' ? 'Other' : 'One' });
  });
  afterEach(() => control.close());

  const put = (id: string, more: object = {}, headers = {}) =>
    control.send('PUT', `${path}/${encodeURIComponent(id)}`, {
      json: { filter: { vendor: 'acme', model: 'ONE' }, keys: [interval], ...more },
      headers,
    });
  const drift = async (id: string, query = '') =>
    (await control.send('GET', `${path}/${id}/drift${query}`)).body;
  const tells = (id: string, value: string) =>
    control.store.configurations.told(id, [{ key: interval.key, value, readonly: false }], [], Date.now());

  test('are kept with their keys, listed by name and deleted', async () => {
    const size = { key: 'NumberOfConnectors', value: '2', expected: true };
    const written = await put('make', { keys: [interval, size], priority: 3, note: 'agreed in May' });
    expect(written).toMatchObject({
      status: 201,
      body: {
        id: 'make',
        filter: { vendor: 'acme', model: 'ONE' },
        priority: 3,
        keys: [{ ...interval, expected: false }, size],
        note: 'agreed in May',
        writtenBy: 'bootstrap',
      },
    });
    expect((await put('a group', { filter: { group: 'north' } })).status).toBe(201);
    const { items } = (await control.send('GET', path)).body;
    expect(items).toMatchObject([{ id: 'a group', priority: 0, note: null }, { id: 'make' }]);
    expect((await control.send('DELETE', `${path}/make`)).status).toBe(204);
    for (const [method, rest] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/drift'],
    ] as const) {
      expect(await control.send(method, `${path}/make${rest}`)).toMatchObject({
        status: 404,
        body: { error: { code: 'unknown_configuration_template' } },
      });
    }
  });

  test('are not overwritten by somebody who has not seen what is there, and are audited', async () => {
    const { body } = await put('mine');
    expect((await put('mine', { priority: 1 }, { 'if-none-match': '*' })).status).toBe(412);
    expect((await put('mine', { priority: 2 }, { 'if-match': `"${body.version}"` })).status).toBe(200);
    expect((await put('mine', { priority: 3 }, { 'if-match': `"${body.version}"` })).status).toBe(412);
    expect((await control.send('GET', `${path}/mine`)).body.priority).toBe(2);
    const { items } = (await control.send('GET', '/api/v1/audit')).body;
    expect(items.map((entry: { operation: string }) => entry.operation)).toContain(
      'putConfigurationTemplate',
    );
  });

  test('are refused with what does not belong there, and no refusal holds a value', async () => {
    const refusals: Readonly<Record<string, object>> = {
      'a secret': { keys: [{ key: 'AuthorizationKey', value: 'sixteen-bytes-ok' }] },
      'a secret that is only expected': { keys: [{ key: 'WifiPassword', value: 'abc', expected: true }] },
      'a password in a URL': { keys: [{ key: 'FtpUrl', value: 'ftp://u:hidden-word@files.example/' }] },
      'a security profile to set': { keys: [{ key: 'securityProfile', value: '2' }] },
      'a key twice': { keys: [interval, { ...interval, key: interval.key.toLowerCase() }] },
      'no key': { keys: [] },
      'nobody that is meant': { filter: {} },
      'a filter that campaigns do not have': { filter: { colour: 'red' } },
    };
    for (const [name, more] of Object.entries(refusals)) {
      const refused = await put('odd', more);
      expect([name, refused.status, refused.body.error.code]).toEqual([name, 422, 'invalid_body']);
      expect(JSON.stringify(refused.body)).not.toMatch(/sixteen-bytes-ok|hidden-word/);
    }
    const audit = await control.send('GET', '/api/v1/audit');
    expect(audit.body.items).toHaveLength(Object.keys(refusals).length);
    expect(JSON.stringify(audit.body)).not.toMatch(/sixteen-bytes-ok|hidden-word/);
    expect((await control.send('GET', path)).body.items).toEqual([]);
  });

  test('may expect a security profile', async () => {
    const keys = [{ key: 'SecurityProfile', value: '2', expected: true }];
    expect((await put('secure', { keys })).status).toBe(201);
  });

  test('show drift as soon as they are written: what is wanted and what is there', async () => {
    await tells('CP-1', '900');
    await tells('CP-2', '060');
    await put('make');
    expect(await drift('make')).toEqual({
      items: [
        {
          chargePointId: 'CP-1',
          state: 'differs',
          mendable: true,
          keys: [
            {
              key: interval.key,
              wants: '60',
              has: '900',
              state: 'differs',
              expected: false,
              template: 'make',
            },
          ],
        },
      ],
      next: null,
      total: 1,
    });
    const { body } = await control.send('GET', `${path}/make`);
    expect(body.drift).toMatchObject({ differs: 1, matches: 1, not_reported: 0 });
    // A template that is written anew is compared anew.
    await put('make', { keys: [{ ...interval, value: '900' }] });
    expect((await drift('make')).items).toMatchObject([{ chargePointId: 'CP-2', state: 'differs' }]);
  });

  test('show drift in pages, by state, and as a file', async () => {
    await tells('CP-1', '900');
    await put('all', { filter: { all: true } });
    const first = await drift('all', '?limit=2');
    expect(first).toMatchObject({
      items: [
        { chargePointId: 'CP-1', state: 'differs' },
        { chargePointId: 'CP-2', state: 'not_reported' },
      ],
      total: 3,
    });
    expect(await drift('all', `?limit=2&cursor=${first.next}`)).toMatchObject({
      items: [{ chargePointId: 'CP-3' }],
      next: null,
    });
    expect((await drift('all', '?state=differs')).items).toMatchObject([{ chargePointId: 'CP-1' }]);
    expect(await drift('all', '?state=rejected')).toMatchObject({ items: [], total: 0 });
    const file = await drift('all', '?format=csv&limit=1');
    expect(file.trim().split('\r\n')).toEqual([
      'chargePointId,key,wants,has,state,expected',
      'CP-1,MeterValueSampleInterval,60,900,differs,false',
      'CP-2,MeterValueSampleInterval,60,,not_reported,false',
      'CP-3,MeterValueSampleInterval,60,,not_reported,false',
    ]);
  });

  test('are a filter of the list of charge points, and a part of each', async () => {
    await tells('CP-1', '900');
    await tells('CP-2', '60');
    await put('make');
    await drift('make');
    const ids = async (query: string) =>
      (await control.send('GET', `/api/v1/charge-points?${query}`)).body.items.map(
        ({ id }: { id: string }) => id,
      );
    expect(await ids('drift=true')).toEqual(['CP-1']);
    expect(await ids('drift=false')).toEqual(['CP-2', 'CP-3']);
    const saved = await control.send('PUT', '/api/v1/saved-filters/drifting', {
      json: { query: { drift: 'true' } },
    });
    expect(saved.status).toBe(201);
    const ofOne = (id: string) => control.send('GET', `/api/v1/charge-points/${id}/configuration/drift`);
    expect((await ofOne('CP-2')).body.items).toMatchObject([{ wants: '60', has: '60', state: 'matches' }]);
    expect((await ofOne('CP-3')).body).toEqual({ items: [] });
    expect((await ofOne('CP-9')).status).toBe(404);
  });

  test('mend the drift by a campaign for exactly the charge points that differ', async () => {
    await tells('CP-1', '900');
    await tells('CP-2', '60');
    await put('make');
    const begun = await control.send('POST', `${path}/make/mend`, { json: { atOnce: 3 } });
    expect(begun).toMatchObject({
      status: 201,
      body: {
        name: 'Mend the drift of make',
        task: { template: 'make' },
        atOnce: 3,
        targets: { named: 1 },
        counts: { total: 1 },
      },
    });
    const campaign = `/api/v1/campaigns/${begun.body.id}`;
    await until('it has ended', async () => (await control.send('GET', campaign)).body.state === 'finished');
    expect(edge.chargePoints.asked).toEqual([
      { chargePointId: 'CP-1', action: 'ChangeConfiguration', payload: interval },
    ]);
    const { items } = (await control.send('GET', `${campaign}/results`)).body;
    expect(items).toMatchObject([
      {
        chargePointId: 'CP-1',
        state: 'succeeded',
        steps: [{ name: 'change_configuration', key: interval.key }],
      },
    ]);
    expect((await drift('make')).items).toEqual([]);
    await until('the fleet was compared again', async () => (await drift('make')).total === 0);
    const nobody = await control.send('POST', `${path}/make/mend`, { json: {} });
    expect(nobody.body.error.code).toBe('no_matching_charge_points');
  });

  test('mend only what is in the states that were asked for, and what can be mended', async () => {
    await tells('CP-1', '900');
    const size = { key: 'NumberOfConnectors', value: '2', expected: true };
    await put('make', { keys: [interval] });
    await put('sizes', { filter: { model: 'Other' }, keys: [size] });
    await control.store.configurations.told(
      'CP-3',
      [{ key: 'NumberOfConnectors', value: '1', readonly: true }],
      [],
      Date.now(),
    );
    const mend = (id: string, states?: readonly string[]) =>
      control.send('POST', `${path}/${id}/mend`, { json: { ...(states && { states }) } });
    expect((await drift('sizes')).items).toMatchObject([{ chargePointId: 'CP-3', mendable: false }]);
    expect((await mend('sizes')).body.error.code).toBe('no_matching_charge_points');
    expect((await mend('make', ['rejected'])).body.error.code).toBe('no_matching_charge_points');
    expect((await mend('make', ['differs'])).body.counts.total).toBe(1);
    expect((await mend('make', ['matches'])).status).toBe(422);
    expect((await mend('nothing')).status).toBe(404);
  });

  test('can be the task of a campaign for anybody, and none that nobody knows', async () => {
    await tells('CP-1', '900');
    const { version } = (await put('make')).body;
    const campaign = (template: string) =>
      control.send('POST', '/api/v1/campaigns', {
        json: { name: 'by hand', task: { template }, targets: { ids: ['CP-1'] } },
      });
    expect(await campaign('make')).toMatchObject({
      status: 201,
      body: { task: { template: 'make', version } },
    });
    expect(await campaign('nothing')).toMatchObject({
      status: 422,
      body: { error: { code: 'invalid_body', details: { problems: [{ path: '/task/template' }] } } },
    });
  });
});
