import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';

let control: ControlUnderTest;
beforeEach(async () => {
  control = await startControl();
});
afterEach(() => control.close());

const member = { chargePointId: 'CP-1', connectorId: 1, group: 'connection', phases: ['L1'], rating: 32 };
const groups = [{ id: 'connection', parent: null, limit: { unit: 'A', perPhase: 63 } }];

describe.each([
  ['tokens', '/api/v1/tokens/CARD-1', { status: 'Accepted' }, { status: 'Blocked' }],
  ['sites', '/api/v1/sites/depot', { groups, members: [] }, { groups, members: [member] }],
  [
    'local lists',
    '/api/v1/local-lists/staff',
    { scope: { group: 'north' }, entries: [] },
    { scope: { group: 'south' }, entries: [{ idTag: 'CARD-1' }] },
  ],
])('%s', (_, path, first, second) => {
  const put = (json: object, headers = {}) => control.send('PUT', path, { json, headers });
  const etag = async () => (await control.send('GET', path)).headers.get('etag') ?? '';

  test('are changed and deleted only while they are as they were read', async () => {
    const created = await put(first, { 'if-none-match': '*' });
    expect(created.status).toBe(201);
    const read = await etag();
    expect(read).toMatch(/^"\d+"$/);
    expect(created.headers.get('etag')).toBe(read);
    expect(await put(first, { 'if-none-match': '*' })).toMatchObject({
      status: 412,
      body: { error: { code: 'changed_meanwhile', details: { version: Number(read.slice(1, -1)) } } },
    });

    expect((await put(second, { 'if-match': read })).status).toBe(200);
    const current = await etag();
    expect(current).not.toBe(read);
    expect((await put(first, { 'if-match': read })).status).toBe(412);
    expect((await control.send('DELETE', path, { headers: { 'if-match': read } })).status).toBe(412);
    expect(await etag()).toBe(current);
    expect((await put(first, { 'if-match': '*' })).status).toBe(200);
    // As a proxy that compresses answers makes them.
    expect((await put(second, { 'if-match': `W/${await etag()}` })).status).toBe(200);
    const last = { headers: { 'if-match': await etag() } };
    expect((await control.send('DELETE', path, last)).status).toBe(204);
    expect((await control.send('DELETE', path, last)).status).toBe(404);
    expect(await put(first, { 'if-match': '*' })).toMatchObject({
      status: 412,
      body: { error: { details: { version: null } } },
    });
  });

  test('of two who read the same one writes', async () => {
    await put(first);
    const read = { 'if-match': await etag() };
    const answers = await Promise.all([put(second, read), put(second, read), put(second, read)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });

  test.each([
    [{ 'if-match': '7' }, 'If-Match'],
    [{ 'if-match': '"07"' }, 'If-Match'],
    [{ 'if-match': '"7", "8"' }, 'If-Match'],
    [{ 'if-none-match': '"7"' }, 'If-None-Match'],
    [{ 'if-none-match': '*', 'if-match': '*' }, 'If-None-Match'],
  ])('a header that says nothing of use is named: %j', async (headers, parameter) => {
    expect(await put(first, headers)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_parameter', details: { parameter } } },
    });
    expect((await control.send('GET', path)).status).toBe(404);
  });
});

test('a site is changed in part only while it is as it was read', async () => {
  const path = '/api/v1/sites/depot';
  const created = await control.send('PUT', path, { json: { groups, members: [] } });
  const headers = { 'if-match': created.headers.get('etag') ?? '' };
  const change = (note: string) => control.send('PATCH', path, { json: { note }, headers });
  expect((await change('first')).status).toBe(200);
  expect((await change('second')).status).toBe(412);
  expect((await control.send('GET', path)).body.note).toBe('first');
});
