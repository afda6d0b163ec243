import { createHash } from 'node:crypto';
import { get } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ExportQuestion, SqlAnswer, SqlQuestion } from '../../src/link/methods.ts';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { until } from '../support/until.ts';

const range = 'from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z';

describe('answers as files', () => {
  let control: ControlUnderTest;
  let asked: ExportQuestion[];
  let served: number;
  let closed: string[];
  beforeEach(async () => {
    control = await startControl();
    asked = [];
    served = 0;
    closed = [];
  });
  afterEach(() => control.close());

  /** An analytics process whose exports have so many pieces of 64 KiB. */
  function joinAnalytics(pieces: number, breakAt = Number.POSITIVE_INFINITY): void {
    const analytics = control.process('analytics');
    const piece = () => {
      if (served === breakAt) throw new Error('the disk is gone');
      return { bytes: Buffer.alloc(65_536, `${served % 10}`), done: ++served >= pieces };
    };
    analytics.serve('export.open', (question) => {
      asked.push(question);
      return { ok: true, id: 'e-1', piece: piece() };
    });
    analytics.serve('export.next', () => piece());
    analytics.serve('export.close', ({ id }) => {
      closed.push(id);
      return {};
    });
  }
  const fetchFile = (path: string) =>
    fetch(`${control.base}${path}`, { headers: { authorization: `Bearer ${API_KEY}` } });

  test.each([
    ['csv', 'text/csv; charset=utf-8'],
    ['ndjson', 'application/x-ndjson'],
    ['parquet', 'application/vnd.apache.parquet'],
  ])('%s comes whole, in pieces, under a name', async (format, type) => {
    joinAnalytics(5);
    const response = await fetchFile(`/api/v1/analytics/faults?${range}&format=${format}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="farad-faults.${format}"`);
    const body = Buffer.from(await response.arrayBuffer());
    const expected = createHash('sha1');
    for (let piece = 0; piece < 5; piece++) expected.update(Buffer.alloc(65_536, `${piece}`));
    expect(createHash('sha1').update(body).digest('hex')).toBe(expected.digest('hex'));
    expect(asked).toEqual([
      {
        name: 'faults',
        format,
        parameters: { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 2, 2), limit: 100 },
      },
    ]);
    expect(closed).toEqual([]);
  });

  test('a client that does not read holds the pieces up, and one that leaves ends them', async () => {
    joinAnalytics(100_000);
    const request = get(`${control.base}/api/v1/analytics/errors?${range}&format=csv`, {
      headers: { authorization: `Bearer ${API_KEY}` },
    });
    const response = await new Promise<import('node:http').IncomingMessage>((resolve) => {
      request.on('response', resolve);
    });
    response.pause();
    let before = -1;
    await until('no further piece is fetched', async () => {
      const still = served === before;
      before = served;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return still && served === before;
    });
    expect(served).toBeLessThan(1000);
    request.destroy();
    await until('analytics hears of it', () => closed.length > 0);
    expect(closed).toEqual(['e-1']);
  });

  test('HEAD answers as GET does and has nothing read of the file but its first piece', async () => {
    joinAnalytics(100_000);
    const path = `/api/v1/analytics/faults?${range}&format=csv`;
    const headers = { authorization: `Bearer ${API_KEY}` };
    const head = await fetch(`${control.base}${path}`, { method: 'HEAD', headers });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(head.headers.get('content-disposition')).toContain('farad-faults.csv');
    expect(head.headers.get('content-length')).toBeNull();
    expect([served, closed]).toEqual([1, ['e-1']]);
  });

  test('a failure in the middle breaks the answer off instead of ending it', async () => {
    joinAnalytics(10, 3);
    const response = await fetchFile(`/api/v1/analytics/idle?${range}&format=ndjson`);
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow();
  });

  test('what is wrong is told before anything is sent', async () => {
    control
      .process('analytics')
      .serve('export.open', () => ({ ok: false, code: 'bad_parameter', message: 'to is missing' }));
    const answer = await control.send('GET', `/api/v1/analytics/uptime?${range}&format=csv`);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'bad_parameter']);
    expect((await control.send('GET', `/api/v1/analytics/uptime?${range}&format=xml`)).status).toBe(400);
  });
});

describe('SQL over the API', () => {
  let control: ControlUnderTest;
  beforeEach(async () => {
    control = await startControl();
  });
  afterEach(() => control.close());

  function joinAnalytics(answer: SqlAnswer): SqlQuestion[] {
    const asked: SqlQuestion[] = [];
    control.process('analytics').serve('analytics.sql', (question) => {
      asked.push(question);
      return answer;
    });
    return asked;
  }
  const ask = (json: unknown, headers = {}) =>
    control.send('POST', '/api/v1/analytics/sql', { json, headers });

  test('rows come as lists with their columns', async () => {
    const answer = { columns: [{ name: 'n', type: 'UInt8' }], rows: [[1], [null]], truncated: true };
    const asked = joinAnalytics({ ok: true, ...answer });
    expect(await ask({ sql: 'SELECT 1', limit: 2 })).toMatchObject({ status: 200, body: answer });
    await ask({ sql: 'SELECT 2' });
    expect(asked).toEqual([
      { sql: 'SELECT 1', limit: 2 },
      { sql: 'SELECT 2', limit: 1000 },
    ]);
  });

  test('is for admins', async () => {
    const asked = joinAnalytics({ ok: true, columns: [], rows: [], truncated: false });
    for (const role of ['viewer', 'operator']) {
      const made = await control.send('POST', '/api/v1/api-keys', { json: { id: `k-${role}`, role } });
      const answer = await ask({ sql: 'SELECT 1' }, { authorization: `Bearer ${made.body.key}` });
      expect([answer.status, answer.body.error.code]).toEqual([403, 'forbidden']);
    }
    expect(asked).toEqual([]);
  });

  test('a refused statement says why', async () => {
    joinAnalytics({ ok: false, code: 'bad_statement', message: 'the function file is not allowed in it' });
    const { status, body } = await ask({ sql: "SELECT file('/etc/passwd')" });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'bad_parameter', details: { parameter: 'sql' } });
    expect(body.error.message).toContain('the function file is not allowed');
  });
});
