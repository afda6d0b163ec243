import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';

const path = '/api/v1/saved-filters';

describe('saved filters of charge points', () => {
  let control: ControlUnderTest;

  beforeEach(async () => {
    control = await startControl();
  });
  afterEach(() => control.close());

  const put = (id: string, query: object, headers = {}) =>
    control.send('PUT', `${path}/${encodeURIComponent(id)}`, { json: { query }, headers });

  test('are kept for everybody, listed by name and deleted', async () => {
    const query = { tag: 'north', status: 'Faulted', sort: '-lastSeenAt' };
    const saved = await put('faulted, north', query);
    expect(saved).toMatchObject({
      status: 201,
      body: { id: 'faulted, north', query, writtenBy: 'bootstrap' },
    });
    expect((await put('all by vendor', { sort: 'vendor' })).status).toBe(201);
    const { body } = await control.send('GET', `${path}?limit=1`);
    expect(body.items).toMatchObject([{ id: 'all by vendor' }]);
    const rest = await control.send('GET', `${path}?cursor=${body.next}`);
    expect(rest.body).toMatchObject({ items: [{ id: 'faulted, north', query }], next: null });

    const gone = await control.send('DELETE', `${path}/faulted%2C%20north`);
    expect(gone.status).toBe(204);
    for (const method of ['GET', 'DELETE'] as const) {
      const missing = await control.send(method, `${path}/faulted%2C%20north`);
      expect(missing).toMatchObject({ status: 404, body: { error: { code: 'unknown_saved_filter' } } });
    }
  });

  test('are not overwritten by somebody who has not seen what is there', async () => {
    const { body } = await put('mine', { tag: 'a' });
    expect((await put('mine', { tag: 'b' }, { 'if-none-match': '*' })).status).toBe(412);
    expect((await put('mine', { tag: 'b' }, { 'if-match': `"${body.version}"` })).status).toBe(200);
    expect((await put('mine', { tag: 'c' }, { 'if-match': `"${body.version}"` })).status).toBe(412);
    expect((await control.send('GET', `${path}/mine`)).body.query).toEqual({ tag: 'b' });
  });

  test.each([
    ['no parameter at all', {}],
    ['one that the list has not', { colour: 'red' }],
    ['a value that it would refuse', { connected: 'perhaps' }],
    ['a value that is no text', { connected: true }],
  ])('are refused with %s', async (_, query) => {
    expect(await put('odd', query)).toMatchObject({ status: 422, body: { error: { code: 'invalid_body' } } });
  });
});
