import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SchemaAnswer } from '../../src/link/methods.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';

const path = '/api/v1/analytics/saved-queries';
const sessions = { name: 'Sessions', sql: 'SELECT count() FROM transactions FINAL', shared: false };

describe('saved queries', () => {
  let control: ControlUnderTest;
  let ann: Record<string, string>;
  let bob: Record<string, string>;

  beforeEach(async () => {
    control = await startControl();
    const keyOf = async (id: string) => {
      const { key } = (await control.send('POST', '/api/v1/api-keys', { json: { id, role: 'admin' } })).body;
      return { authorization: `Bearer ${key}` };
    };
    ann = await keyOf('ann');
    bob = await keyOf('bob');
  });
  afterEach(() => control.close());

  const save = (json: object, headers: Record<string, string>) =>
    control.send('POST', path, { json, headers });
  const names = async (headers: Record<string, string>) =>
    (await control.send('GET', path, { headers })).body.items.map(({ name }: { name: string }) => name);

  test('are seen by who saved them alone, or by all where they are shared', async () => {
    const { status, body: mine } = await save(sessions, ann);
    expect(status).toBe(201);
    expect(mine).toMatchObject({ ...sessions, owner: 'ann', mine: true, writtenBy: 'ann' });
    await save({ ...sessions, name: 'Faults', shared: true }, ann);
    expect((await names(ann)).sort()).toEqual(['Faults', 'Sessions']);
    expect(await names(bob)).toEqual(['Faults']);
    const one = `${path}/${mine.id}`;
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      const json = method === 'PUT' ? { json: { ...sessions, shared: true } } : {};
      expect(await control.send(method, one, { headers: bob, ...json })).toMatchObject({
        status: 404,
        body: { error: { code: 'unknown_saved_query' } },
      });
    }
    expect((await control.send('GET', one, { headers: ann })).body.sql).toBe(sessions.sql);
    expect((await control.send('DELETE', one, { headers: ann })).status).toBe(204);
    expect(await names(ann)).toEqual(['Faults']);
  });

  test('that are shared are changed by all, and taken back by their owner alone', async () => {
    const { id, version } = (await save({ ...sessions, shared: true }, ann)).body;
    const put = (json: object, headers: Record<string, string>) =>
      control.send('PUT', `${path}/${id}`, { json: { ...sessions, shared: true, ...json }, headers });
    const changed = await put({ name: 'All sessions' }, { ...bob, 'if-match': `"${version}"` });
    expect(changed).toMatchObject({
      status: 200,
      body: { name: 'All sessions', owner: 'ann', mine: false, writtenBy: 'bob' },
    });
    expect((await put({ name: 'Mine' }, { ...ann, 'if-match': `"${version}"` })).status).toBe(412);
    expect((await put({ shared: false }, bob)).body.error.code).toBe('query_of_another');
    expect((await put({ shared: false }, ann)).status).toBe(200);
    expect(await names(bob)).toEqual([]);
  });

  test('take the role that SQL takes', async () => {
    const { key } = (
      await control.send('POST', '/api/v1/api-keys', { json: { id: 'eve', role: 'operator' } })
    ).body;
    const headers = { authorization: `Bearer ${key}` };
    expect((await control.send('GET', path, { headers })).status).toBe(403);
    expect((await save(sessions, headers)).status).toBe(403);
    expect((await control.send('GET', '/api/v1/analytics/schema', { headers })).status).toBe(403);
  });

  test('stand beside what may be asked: tables, columns, and what they hold', async () => {
    const table = {
      name: 'connections',
      comment: 'WebSockets.',
      rows: 2,
      columns: [{ name: 'event', type: 'LowCardinality(String)', comment: 'What happened.', key: false }],
    };
    let answer: SchemaAnswer = { ok: true, tables: [table] };
    control.process('analytics').serve('analytics.schema', () => answer);
    expect(await control.send('GET', '/api/v1/analytics/schema')).toMatchObject({
      status: 200,
      body: { tables: [table] },
    });
    answer = { ok: false, code: 'engine_unavailable', message: 'it starts' };
    expect(await control.send('GET', '/api/v1/analytics/schema')).toMatchObject({
      status: 503,
      body: { error: { code: 'engine_unavailable' } },
    });
  });
});
