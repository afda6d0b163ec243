import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';

describe('the API', () => {
  let control: ControlUnderTest;

  beforeAll(async () => {
    control = await startControl((config) => ({ ...config, api: { ...config.api, bodyLimit: 64 * 1024 } }));
  });
  afterAll(() => control.close());

  const errorOf = (answer: { body: { error: { code: string } } }) => answer.body.error.code;

  test.each([
    ['no header', undefined],
    ['another scheme', `Basic ${API_KEY}`],
    ['a wrong key', 'Bearer something-else-entirely'],
    ['a key with something behind it', `Bearer ${API_KEY}x`],
    ['an empty key', 'Bearer '],
  ])('refuses a request with %s', async (_name, authorization) => {
    const response = await fetch(
      `${control.base}/api/v1/tokens`,
      authorization ? { headers: { authorization } } : {},
    );
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
    expect(errorOf({ body: (await response.json()) as never })).toBe('unauthorized');
  });

  test('asks for a key before it looks at the body', async () => {
    const response = await fetch(`${control.base}/api/v1/tokens/A`, {
      method: 'PUT',
      body: 'x'.repeat(100_000),
    });
    expect(response.status).toBe(401);
  });

  test.each(['/healthz', '/docs', '/api/v1/openapi.json', '/metrics'])(
    'answers %s without a key',
    async (path) => {
      expect((await fetch(`${control.base}${path}`)).status).toBe(200);
    },
  );

  test('has one shape for unknown paths, wrong methods and broken URLs', async () => {
    expect(await control.send('GET', '/api/v1/nothing')).toMatchObject({
      status: 404,
      body: {
        error: { code: 'not_found', message: 'There is nothing at GET /api/v1/nothing.', details: {} },
      },
    });
    expect(errorOf(await control.send('PATCH', '/api/v1/tokens'))).toBe('not_found');
    expect(await control.send('GET', '/api/v1/tokens/%E0%A4%A')).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_url' } },
    });
    expect(errorOf(await control.send('GET', `/api/v1/tokens/${'x'.repeat(2000)}`))).toBe('invalid_url');
  });

  test('names the parameter that is wrong', async () => {
    const answer = await control.send('GET', '/api/v1/tokens?limit=0');
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_parameter', details: { parameter: 'limit' } } },
    });
    const unknown = await control.send('GET', '/api/v1/tokens?limt=5');
    expect(unknown.body.error.details).toEqual({ parameter: 'limt' });
    const cursor = await control.send('GET', '/api/v1/tokens?cursor=nonsense');
    expect(cursor.body.error.details).toEqual({ parameter: 'cursor' });
  });

  test('names every member of a body that is wrong', async () => {
    const answer = await control.send('PUT', '/api/v1/tokens/A', {
      json: { status: 'Maybe', expiryDate: '2026-02-30', extra: 1 },
    });
    expect(answer.status).toBe(422);
    expect(answer.body.error.code).toBe('invalid_body');
    const problems = answer.body.error.details.problems.map(({ path }: { path: string }) => path).sort();
    expect(problems).toEqual(['/expiryDate', '/extra', '/status']);
  });

  test('coerces nothing in a body', async () => {
    const answer = await control.send('PUT', '/api/v1/tokens/A', {
      json: { status: 'Accepted', maxConcurrent: '3' },
    });
    expect(answer.status).toBe(422);
    expect(answer.body.error.details.problems).toEqual([
      { path: '/maxConcurrent', problem: 'must be integer,null' },
    ]);
  });

  test.each([
    ['no JSON', '{"status":', 'invalid_json', 400],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'invalid_json', 400],
    ['nothing', '', 'invalid_json', 400],
    ['too much', `"${'x'.repeat(70_000)}"`, 'payload_too_large', 413],
  ])('refuses a body with %s', async (_name, body, code, status) => {
    const answer = await control.send('PUT', '/api/v1/tokens/A', {
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.status, errorOf(answer)]).toEqual([status, code]);
  });

  test('minds no content type where there is no body', async () => {
    await control.store.tokens.put({ idTag: 'A', status: 'Accepted' });
    const headers = { 'content-type': 'application/json' };
    expect((await control.send('DELETE', '/api/v1/tokens/A', { headers })).status).toBe(204);
  });

  test('says which content types a route reads', async () => {
    const answer = await control.send('PUT', '/api/v1/tokens/A', {
      body: '<xml/>',
      headers: { 'content-type': 'text/xml' },
    });
    expect(answer).toMatchObject({
      status: 415,
      body: {
        error: {
          code: 'unsupported_media_type',
          message: 'The content type text/xml is not read here; send application/json.',
        },
      },
    });
  });

  test('answers bytes that are no HTTP in its own shape and ends the connection', async () => {
    const { port } = new URL(control.base);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'));
      socket.on('data', (data) => (text += data.toString()));
      socket.on('end', () => resolve(text)).on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ error: { code: 'bad_request' } });
  });

  test('sends security headers with every answer, and no permission for other origins', async () => {
    for (const path of ['/api/v1/tokens', '/api/v1/nothing', '/healthz', '/docs']) {
      const { headers } = await fetch(`${control.base}${path}`, {
        headers: { origin: 'https://elsewhere.example' },
      });
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test('logs requests at debug by their route, and no key, body or query', async () => {
    await control.send('PUT', '/api/v1/charge-points/CP-SECRET', { json: { key: 'the-secret-key-of-it' } });
    await control.send('GET', '/api/v1/tokens?text=who-is-it');
    const log = control.log.join('');
    expect(log).toContain('/api/v1/charge-points/:id');
    const levels = control.log
      .map((line) => JSON.parse(line))
      .filter(({ route }) => route)
      .map(({ level }) => level);
    expect(new Set(levels)).toEqual(new Set(['debug']));
    for (const secret of [API_KEY, 'the-secret-key-of-it', 'who-is-it']) expect(log).not.toContain(secret);
  });

  test('hides what went wrong inside from clients, but logs it under the same request id', async () => {
    const { get } = control.store.tokens;
    control.store.tokens.get = () => {
      throw new Error('inner secret');
    };
    const answer = await control.send('GET', '/api/v1/tokens/A').finally(() => {
      control.store.tokens.get = get;
    });
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toContain('inner secret');
    const { requestId } = answer.body.error.details;
    const line = control.log.map((text) => JSON.parse(text)).find((entry) => entry.level === 'error');
    expect(line).toMatchObject({ requestId, err: { message: 'inner secret' } });
  });
});
