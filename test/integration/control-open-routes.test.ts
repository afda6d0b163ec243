import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { until } from '../support/until.ts';

let control: ControlUnderTest;

beforeEach(async () => {
  control = await startControl((config) => ({ ...config, api: { ...config.api, bodyTimeout: 1000 } }));
});
afterEach(() => control.close());

interface Answered {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
  readonly text: string;
}

async function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Uint8Array,
): Promise<Answered> {
  const response = await fetch(`${control.base}${path}`, { method, headers, ...(body && { body }) });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  const code = isJson && text !== '' ? JSON.parse(text).error?.code : undefined;
  return { status: response.status, code, retryAfter: response.headers.get('retry-after'), text };
}

const json = { 'content-type': 'application/json' };
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** An object with so many members that no operation knows. */
function unknownMembers(count: number): string {
  return `{${Array.from({ length: count }, (_, index) => `"m${index}":1`).join()}}`;
}

describe('what needs no key', () => {
  test('a log-in reads a few kilobytes and no more', async () => {
    const whole = await ask('POST', '/api/v1/session', json, unknownMembers(70_000));
    expect([whole.status, whole.code]).toEqual([413, 'payload_too_large']);
    const small = await ask('POST', '/api/v1/session', json, unknownMembers(400));
    expect([small.status, small.code]).toEqual([422, 'invalid_body']);
    expect(JSON.parse(small.text).error.details.problems.length).toBeLessThanOrEqual(20);
  });

  test('a body that is said to be short and is not, or comes in pieces, is read no further', async () => {
    const answer = await new Promise<number>((resolve, reject) => {
      const { port } = new URL(control.base);
      const sent = httpRequest(
        { port, path: '/api/v1/session', method: 'POST', headers: json },
        (response) => {
          resolve(response.statusCode ?? 0);
          response.resume();
        },
      );
      // Once it is refused, the connection may end under what is still being sent.
      sent.on('error', reject);
      sent.write('{"key":"');
      sent.write('x'.repeat(8 * 1024));
    });
    expect(answer).toBe(413);
  });

  test('a path where nothing is answers before it reads a body', async () => {
    const nowhere = await ask('POST', '/api/v1/nothing', json, '{"not json');
    expect([nowhere.status, nowhere.code]).toEqual([404, 'not_found']);
    for (const path of ['//', '//x', '///', '/?', '//?x=//']) {
      const answer = await rawStatus(`GET ${path} HTTP/1.1\r\nhost: farad\r\nconnection: close\r\n\r\n`);
      expect([path, answer]).toEqual([path, path === '/?' ? answer : 404]);
      expect(answer).toBeLessThan(500);
    }
  });

  test('every refused log-in counts as an attempt, whatever is wrong with it', async () => {
    const attempts: readonly [Record<string, string>, string][] = [
      [json, '{"key":"wrong-wrong-wrong"}'],
      [json, '{"kex":1}'],
      [json, '{"key":'],
      [{ 'content-type': 'text/plain' }, 'x'],
      [json, unknownMembers(5000)],
    ];
    const statuses: number[] = [];
    for (const [headers, body] of [...attempts, ...attempts]) {
      statuses.push((await ask('POST', '/api/v1/session', headers, body)).status);
    }
    expect(statuses).toEqual([401, 422, 400, 415, 413, 401, 422, 400, 415, 413]);
    const right = await ask('POST', '/api/v1/session', json, JSON.stringify({ key: API_KEY }));
    expect([right.status, right.code]).toEqual([429, 'too_many_attempts']);
    // Not even looked at: a body that is no JSON gets the same.
    expect((await ask('POST', '/api/v1/session', json, '{')).code).toBe('too_many_attempts');
  });

  test('attempts that come at once are bounded like those that come one by one', async () => {
    const body = '{"key":"wrong-wrong-wrong"}';
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => ask('POST', '/api/v1/session', json, body)),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(30);
  });

  test('right log-ins are no failed attempts', async () => {
    for (let logIns = 0; logIns < 15; logIns++) {
      expect((await ask('POST', '/api/v1/session', json, JSON.stringify({ key: API_KEY }))).status).toBe(200);
    }
  });

  test('a body that does not arrive is given up', async () => {
    const answer = await rawAnswer(
      'POST /api/v1/session HTTP/1.1\r\nhost: farad\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"key',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"request_timeout"');
  });
});

describe('wrong keys', () => {
  test('are limited per address; who used a right one from there goes on, and nobody else learns anything', async () => {
    const other = await control.send('POST', '/api/v1/api-keys', { json: { id: 'other', role: 'viewer' } });
    const refused: Answered[] = [];
    for (let tries = 0; tries < 40; tries++) {
      refused.push(await ask('GET', '/api/v1/tokens', bearer(`wrong-${tries}`)));
    }
    expect(refused.filter(({ status }) => status === 401)).toHaveLength(20);
    const last = refused.at(-1);
    expect([last?.status, last?.code]).toEqual([429, 'too_many_attempts']);
    expect(Number(last?.retryAfter)).toBeGreaterThan(30);
    // This one was used before; the other one has not been.
    expect((await control.send('GET', '/api/v1/tokens')).status).toBe(200);
    expect((await ask('GET', '/api/v1/tokens', bearer(other.body.key))).status).toBe(429);
    // Probes need none, and a log-in has a limit of its own.
    expect((await ask('GET', '/healthz')).status).toBe(200);
    expect((await ask('POST', '/api/v1/session', json, JSON.stringify({ key: API_KEY }))).status).toBe(200);
  });

  test('requests without any key are 401, however many', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask('GET', '/api/v1/events')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
  });
});

describe('bodies', () => {
  test('a refusal names at most 20 problems, and few of a body with many members', async () => {
    const problems = async (count: number) => {
      const { body } = await control.send('PUT', '/api/v1/tokens/A', {
        headers: json,
        body: unknownMembers(count),
      });
      expect(body.error.code).toBe('invalid_body');
      return body.error.details.problems.length;
    };
    expect(await problems(100)).toBe(20);
    expect(await problems(20_000)).toBe(1);
    const ids = Array.from({ length: 60_000 }, () => 1);
    const { status, body } = await control.send('POST', '/api/v1/campaigns', {
      json: { name: 'x', task: { action: 'ClearCache', payload: {} }, targets: { ids } },
    });
    expect(status).toBe(422);
    expect(JSON.stringify(body).length).toBeLessThan(8000);
  });

  test('a refusal repeats no long names', async () => {
    const { body } = await control.send('PUT', '/api/v1/tokens/A', {
      json: { ['x'.repeat(100_000)]: 1, status: 'y'.repeat(100_000) },
    });
    expect(JSON.stringify(body).length).toBeLessThan(2000);
  });

  test('an operation about one thing takes 256 KiB, one about many what api.bodyLimit says', async () => {
    const large = (bytes: number) => ({ headers: json, body: `{"note":"${'x'.repeat(bytes)}"}` });
    expect((await control.send('PUT', '/api/v1/tokens/A', large(200_000))).status).toBe(422);
    expect((await control.send('PUT', '/api/v1/tokens/A', large(300_000))).status).toBe(413);
    expect((await control.send('PUT', '/api/v1/local-lists/A', large(300_000))).status).toBe(422);
    expect((await control.send('DELETE', '/api/v1/tokens/A', large(5000))).status).toBe(413);
  });

  test('a body may be 64 levels deep', async () => {
    await control.store.tokens.put({ idTag: 'A', status: 'Accepted' });
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    for (const path of ['/api/v1/charge-points/A/calls/DataTransfer', '/api/v1/campaigns']) {
      const deep = await control.send('POST', path, { headers: json, body: nested(65) });
      expect([deep.status, deep.body.error.code]).toEqual([400, 'invalid_json']);
      const deeper = await control.send('POST', path, { headers: json, body: nested(100_000) });
      expect(deeper.body.error.code).toMatch(/invalid_json|payload_too_large/);
      expect((await control.send('POST', path, { headers: json, body: nested(64) })).status).not.toBe(400);
    }
  });

  test('compressed bodies are not read', async () => {
    const answer = await control.send('PUT', '/api/v1/tokens/A', {
      headers: { ...json, 'content-encoding': 'gzip' },
      body: new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
    });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'invalid_json']);
  });
});

describe('heads', () => {
  test('as many parameters, headers and bytes as somebody likes get a refusal', async () => {
    const { authorization } = bearer(API_KEY);
    const query = Array.from({ length: 1500 }, (_, index) => `p${index}=1`).join('&');
    expect((await control.send('GET', `/api/v1/tokens?${query}`)).status).toBe(400);
    expect((await ask('GET', `/api/v1/tokens?${'a=1&'.repeat(25_000)}`, { authorization })).status).toBe(431);
    for (const name of ['authorization', 'if-match', 'idempotency-key', 'cookie', 'x-any']) {
      const value = `${name === 'authorization' ? 'Bearer ' : ''}${'x'.repeat(15_000)}`;
      const headers = { authorization, ...json, [name]: value };
      const answer = await ask('POST', '/api/v1/charge-points/A/calls/Reset', headers, '{}');
      expect([name, answer.status < 500 && answer.status >= 400]).toEqual([name, true]);
    }
    const lines = Array.from({ length: 1800 }, (_, index) => `h${index}: 1\r\n`).join('');
    const many = await rawStatus(`GET /healthz HTTP/1.1\r\nhost: farad\r\nconnection: close\r\n${lines}\r\n`);
    expect([200, 431]).toContain(many);
  });
});

/** What is answered to these bytes, up to the end of the connection. */
function rawAnswer(bytes: string): Promise<string> {
  const { port } = new URL(control.base);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (data) => (text += data.toString()));
    socket.on('close', () => resolve(text)).on('error', reject);
  });
}

async function rawStatus(bytes: string): Promise<number> {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(await rawAnswer(bytes))?.[1]);
}

describe('log-ins with one key', () => {
  test('end the oldest beyond 64, also after a restart; others are not touched', async () => {
    const cookies: string[] = [];
    const logIn = async (key: string) => {
      const response = await fetch(`${control.base}/api/v1/session`, {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ key }),
      });
      expect(response.status).toBe(200);
      return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    };
    const other = await control.send('POST', '/api/v1/api-keys', { json: { id: 'other', role: 'viewer' } });
    const apart = await logIn(other.body.key);
    for (let logIns = 0; logIns < 70; logIns++) cookies.push(await logIn(API_KEY));
    expect(control.store.consoleSessions.list()).toHaveLength(65);
    const statuses: number[] = [];
    for (const cookie of cookies) statuses.push((await ask('GET', '/api/v1/session', { cookie })).status);
    expect(statuses).toEqual([...Array(6).fill(401), ...Array(64).fill(200)]);
    expect((await ask('GET', '/api/v1/session', { cookie: apart })).status).toBe(200);
    const end = await fetch(`${control.base}/api/v1/session`, {
      method: 'DELETE',
      headers: { cookie: apart, origin: control.base },
    });
    expect(end.status).toBe(204);
    await until('the session is gone', () => control.store.consoleSessions.list().length === 64);
  });
});

describe('HEAD', () => {
  test('answers as GET does, without the body, for every route that can be looked at', async () => {
    const { body } = await control.send('GET', '/api/v1/openapi.json');
    const paths = Object.keys(body.paths as object).filter((path) => body.paths[path].get);
    expect(paths.length).toBeGreaterThan(40);
    for (const path of ['/', '/charge-points', ...paths]) {
      const url = control.base + path.replace(/\{\w+\}/g, 'x');
      const headers = bearer(API_KEY);
      const head = await fetch(url, { method: 'HEAD', headers, signal: AbortSignal.timeout(5000) });
      expect(await head.text()).toBe('');
      const abort = new AbortController();
      const get = await fetch(url, { headers, signal: abort.signal });
      abort.abort();
      expect([path, head.status, head.headers.get('content-type')]).toEqual([
        path,
        get.status,
        get.headers.get('content-type'),
      ]);
    }
    for (const path of ['/', '/healthz', '/api/v1/openapi.json', '/api/v1/events'])
      expect((await ask('HEAD', path, bearer(API_KEY))).status).toBe(200);
    expect((await ask('HEAD', '/healthz')).status).toBe(200);
    expect((await ask('HEAD', '/api/v1/charge-points')).status).toBe(401);
    expect((await ask('HEAD', '/nothing')).status).toBe(404);
    expect((await ask('HEAD', '/api/v1/charge-points/x/calls/Reset', bearer(API_KEY))).status).toBe(404);
  });
});
