import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { until } from '../support/until.ts';

let control: ControlUnderTest;

beforeAll(async () => {
  control = await startControl();
});
afterAll(() => control.close());

interface Sent {
  readonly status: number;
  readonly code: string | undefined;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what tests look into
  readonly body: any;
}

async function ask(
  method: string,
  path: string,
  headers: Record<string, string>,
  json?: unknown,
): Promise<Sent> {
  const response = await fetch(`${control.base}/api/v1${path}`, {
    method,
    headers: { ...headers, ...(json !== undefined && { 'content-type': 'application/json' }) },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  const body = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, code: body?.error?.code, headers: response.headers, body };
}

async function newKey(id: string, role: string): Promise<string> {
  const { status, body } = await control.send('POST', '/api/v1/api-keys', { json: { id, role } });
  expect(status).toBe(201);
  return body.key;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** As a browser does on the console's own page. */
async function logIn(key: string): Promise<{ cookie: string; attributes: string }> {
  const { status, headers } = await ask('POST', '/session', { origin: control.base }, { key });
  expect(status).toBe(200);
  const [cookie = '', ...attributes] = (headers.get('set-cookie') ?? '').split('; ');
  return { cookie, attributes: attributes.join('; ') };
}

describe('roles', () => {
  test('a viewer looks, an operator changes, an admin manages keys; each refusal names the role it takes', async () => {
    const viewer = bearer(await newKey('looker', 'viewer'));
    const operator = bearer(await newKey('shift', 'operator'));
    await control.send('PUT', '/api/v1/charge-points/ROLE-1', { json: { group: 'North' } });

    expect((await ask('GET', '/charge-points/ROLE-1', viewer)).status).toBe(200);
    for (const [method, path, body] of [
      ['POST', '/charge-points/ROLE-1/calls/ClearCache', {}],
      ['PUT', '/tokens/ROLE', { status: 'Accepted' }],
      ['DELETE', '/charge-points/ROLE-1', undefined],
    ] as const) {
      const refused = await ask(method, path, viewer, body);
      expect([refused.status, refused.code]).toEqual([403, 'forbidden']);
      expect(refused.body.error.details).toEqual({ role: 'operator' });
    }
    expect((await ask('PUT', '/tokens/ROLE', operator, { status: 'Accepted' })).status).toBe(201);
    for (const path of ['/api-keys', '/audit']) {
      expect((await ask('GET', path, operator)).body.error.details).toEqual({ role: 'admin' });
      expect((await control.send('GET', `/api/v1${path}`)).status).toBe(200);
    }
  });

  test('the key of a charge point is a secret: an operator may change everything but that', async () => {
    const operator = bearer(await newKey('no-secrets', 'operator'));
    const key = 'a-secret-of-16-bytes';
    expect((await ask('PATCH', '/charge-points/ROLE-1', operator, { note: 'x' })).status).toBe(200);
    expect((await ask('PATCH', '/charge-points/ROLE-1', operator, { key })).code).toBe('forbidden');
    expect((await ask('PUT', '/charge-points/ROLE-1', operator, { key: null })).code).toBe('forbidden');
  });

  test('a key is shown once, kept as a hash, listed without it, and worth nothing once deleted', async () => {
    const key = await newKey('short-lived', 'viewer');
    expect(
      (await control.send('POST', '/api/v1/api-keys', { json: { id: 'short-lived', role: 'admin' } })).status,
    ).toBe(409);
    const { body } = await control.send('GET', '/api/v1/api-keys?limit=1000');
    expect(body.items).toContainEqual(
      expect.objectContaining({ id: 'short-lived', role: 'viewer', createdBy: 'bootstrap' }),
    );
    expect(JSON.stringify(body)).not.toContain(key);
    expect((await ask('GET', '/session', bearer(key))).body).toEqual({
      kind: 'key',
      id: 'short-lived',
      displayName: null,
      role: 'viewer',
      scope: null,
      hasPassword: false,
      owesPassword: false,
      expiresAt: null,
      timezone: null,
    });

    expect((await control.send('DELETE', '/api/v1/api-keys/short-lived')).status).toBe(204);
    expect((await ask('GET', '/session', bearer(key))).status).toBe(401);
    expect((await control.send('DELETE', '/api/v1/api-keys/short-lived')).body.error.code).toBe(
      'unknown_api_key',
    );
    expect((await control.send('DELETE', '/api/v1/api-keys/bootstrap')).body.error.code).toBe(
      'api_key_fixed',
    );
  });
});

describe('keys that expire', () => {
  test('are worth nothing from their time on, nor are log-ins with them', async () => {
    const end = Date.now() + 1500;
    const json = { id: 'guest', role: 'viewer', expiresAt: new Date(end).toISOString() };
    const { body } = await control.send('POST', '/api/v1/api-keys', { json });
    expect(body.expiresAt).toBe(new Date(end).toISOString());
    expect((await ask('GET', '/session', bearer(body.key))).status).toBe(200);
    const { cookie } = await logIn(body.key);
    expect((await ask('GET', '/session', { cookie })).body.expiresAt).toBe(body.expiresAt);

    await until(
      'its time has come',
      async () => (await ask('GET', '/session', bearer(body.key))).status === 401,
    );
    expect(Date.now()).toBeGreaterThanOrEqual(end);
    expect((await ask('GET', '/session', { cookie })).status).toBe(401);
    const { body: listed } = await control.send('GET', '/api/v1/api-keys?limit=1000');
    expect(listed.items).toContainEqual(expect.objectContaining({ id: 'guest', expiresAt: body.expiresAt }));
  });

  test('cannot have expired before they are there', async () => {
    const json = { id: 'too-late', role: 'viewer', expiresAt: new Date(Date.now() - 1).toISOString() };
    const { status, body } = await control.send('POST', '/api/v1/api-keys', { json });
    expect([status, body.error.details.problems]).toEqual([
      422,
      [{ path: '/expiresAt', problem: 'must lie in the future' }],
    ]);
  });

  test('and the others tell when they were used last', async () => {
    const key = await newKey('seldom', 'viewer');
    const lastUse = async () => {
      const { body } = await control.send('GET', '/api/v1/api-keys?limit=1000');
      return body.items.find(({ id }: { id: string }) => id === 'seldom').lastUsedAt;
    };
    expect(await lastUse()).toBeNull();
    const before = Date.now();
    await ask('GET', '/tokens', bearer(key));
    expect(Date.parse(await lastUse())).toBeGreaterThanOrEqual(before);
  });
});

describe('log-ins that last', () => {
  const sessions = async (headers: Record<string, string>) =>
    (await ask('GET', '/sessions?limit=1000', headers)).body.items as {
      id: string;
      holder: string;
      current: boolean;
      userAgent: string | null;
    }[];

  test('are seen by their own key and by admins, and ended by them alone', async () => {
    const mine = await newKey('mine', 'viewer');
    const first = await logIn(mine);
    const second = await logIn(mine);
    const other = await logIn(await newKey('other', 'operator'));

    const seen = await sessions({ cookie: first.cookie });
    expect(seen.map(({ holder, current }) => [holder, current])).toEqual([
      ['mine', false],
      ['mine', true],
    ]);
    expect(seen[1]).toMatchObject({
      role: 'viewer',
      remoteAddress: '127.0.0.1',
      userAgent: expect.any(String),
      lastSeenAt: expect.any(String),
    });
    expect(JSON.stringify(seen)).not.toContain(first.cookie.split('=')[1]);
    const [theirs] = await sessions({ cookie: other.cookie });

    const end = (id: string | undefined, headers: Record<string, string>) =>
      ask('DELETE', `/sessions/${id}`, headers);
    const asFirst = { cookie: first.cookie, origin: control.base };
    expect((await end(theirs?.id, asFirst)).code).toBe('unknown_session');
    expect((await ask('GET', '/session', { cookie: other.cookie })).status).toBe(200);
    expect((await end(seen[0]?.id, asFirst)).status).toBe(204);
    expect((await ask('GET', '/session', { cookie: second.cookie })).status).toBe(401);
    expect((await ask('GET', '/session', { cookie: first.cookie })).status).toBe(200);

    expect((await end(theirs?.id, bearer(API_KEY))).status).toBe(204);
    expect((await ask('GET', '/session', { cookie: other.cookie })).status).toBe(401);
    const ids = (await sessions(bearer(API_KEY))).map(({ id }) => id);
    expect(ids).toContain(seen[1]?.id);
    expect(ids).not.toContain(theirs?.id);
    const { body } = await control.send('GET', '/api/v1/audit?operation=endSession&limit=1');
    expect(body.items).toMatchObject([{ actor: 'bootstrap', target: { id: theirs?.id }, status: 204 }]);
  });

  test('come in pages', async () => {
    const key = await newKey('many', 'viewer');
    for (let index = 0; index < 5; index++) await logIn(key);
    const all = (await sessions(bearer(key))).map(({ id }) => id);
    const paged: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await ask('GET', `/sessions?limit=2${cursor}`, bearer(key));
      paged.push(...body.items.map(({ id }: { id: string }) => id));
      if (body.next === null) break;
      cursor = `&cursor=${body.next}`;
    }
    expect(paged).toEqual(all);
    expect(all).toHaveLength(5);
  });
});

describe('the log-in of the console', () => {
  test('gives a cookie that scripts and other sites cannot use; the key is in no answer', async () => {
    const { cookie, attributes } = await logIn(API_KEY);
    expect(attributes).toBe('Path=/; HttpOnly; SameSite=Strict; Max-Age=43200');
    expect(cookie).not.toContain(API_KEY);
    const { body } = await ask('GET', '/session', { cookie });
    expect(body).toMatchObject({ id: 'bootstrap', role: 'admin' });
    expect(Date.parse(body.expiresAt) - Date.now()).toBeGreaterThan(11 * 3_600_000);
  });

  test('behind HTTPS the cookie never travels without it', async () => {
    const headers = { origin: control.base, 'x-forwarded-proto': 'https' };
    const { headers: answered } = await ask('POST', '/session', headers, { key: API_KEY });
    expect(answered.get('set-cookie')).toContain('; Secure');
  });

  test('a page of another origin changes nothing with it', async () => {
    const { cookie } = await logIn(API_KEY);
    const put = (headers: Record<string, string>) =>
      ask('PUT', '/tokens/CSRF', { cookie, ...headers }, { status: 'Accepted' });
    expect((await put({ origin: 'http://evil.example' })).code).toBe('cross_origin');
    expect((await put({ origin: 'null' })).code).toBe('cross_origin');
    expect((await put({})).code).toBe('cross_origin');
    expect((await put({ origin: control.base, 'sec-fetch-site': 'same-site' })).code).toBe('cross_origin');
    expect((await put({ origin: control.base, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    const look = (site: string) => ask('GET', '/tokens', { cookie, 'sec-fetch-site': site });
    expect((await look('same-site')).code).toBe('cross_origin');
    expect((await look('same-origin')).status).toBe(200);
    const foreign = await ask('POST', '/session', { origin: 'http://evil.example' }, { key: API_KEY });
    expect(foreign.code).toBe('cross_origin');
  });

  test('ends with the log-out', async () => {
    const { cookie } = await logIn(API_KEY);
    expect((await ask('DELETE', '/session', { cookie, origin: control.base })).status).toBe(204);
    expect((await ask('GET', '/session', { cookie })).status).toBe(401);
  });

  test('ends with its key', async () => {
    const { cookie } = await logIn(await newKey('leaver', 'operator'));
    expect((await ask('GET', '/session', { cookie })).body.role).toBe('operator');
    await control.send('DELETE', '/api/v1/api-keys/leaver');
    expect((await ask('GET', '/session', { cookie })).status).toBe(401);
    // Somebody else under the same name is somebody else.
    await newKey('leaver', 'admin');
    expect((await ask('GET', '/session', { cookie })).status).toBe(401);
  });

  test('too many wrong keys from an address have to wait, right ones too', async () => {
    const another = await startControl();
    try {
      const attempt = async (key: string) => {
        const response = await fetch(`${another.base}/api/v1/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ key }),
        });
        return [response.status, response.headers.get('retry-after')] as const;
      };
      for (let attempts = 0; attempts < 10; attempts++) expect((await attempt('wrong'))[0]).toBe(401);
      const [status, retryAfter] = await attempt(API_KEY);
      expect(status).toBe(429);
      expect(Number(retryAfter)).toBeGreaterThan(50);
      // Programs that send a key with each request are not locked out by people who mistype.
      expect((await another.send('GET', '/api/v1/session')).status).toBe(200);
    } finally {
      await another.close();
    }
  });
});

describe('the audit trail', () => {
  test('tells who did what with which outcome, newest first, refusals too, secrets nowhere', async () => {
    const secret = 'a-very-secret-key-01';
    const operator = bearer(await newKey('tracked', 'operator'));
    await control.send('PUT', '/api/v1/charge-points/AUDIT-1', { json: { key: secret, note: 'seen' } });
    await ask('POST', '/charge-points/AUDIT-1/calls/ChangeConfiguration', operator, {
      key: 'AuthorizationKey',
      value: secret,
    });
    await ask('PATCH', '/charge-points/AUDIT-1', operator, { keyHex: '00'.repeat(16) });
    await ask('POST', '/session', {}, { key: secret });

    const { body } = await control.send('GET', '/api/v1/audit?limit=4');
    expect(body.items).toMatchObject([
      { actor: '', via: 'none', operation: 'logIn', status: 401, outcome: 'wrong_key' },
      {
        actor: 'tracked',
        operation: 'patchChargePoint',
        target: { id: 'AUDIT-1' },
        status: 403,
        outcome: 'forbidden',
      },
      {
        actor: 'tracked',
        role: 'operator',
        via: 'key',
        operation: 'callChargePoint',
        target: { id: 'AUDIT-1', Action: 'ChangeConfiguration' },
        status: 409,
        outcome: 'not_connected',
      },
      { actor: 'bootstrap', operation: 'putChargePoint', status: 201, outcome: 'ok' },
    ]);
    expect(JSON.parse(body.items[3].request)).toEqual({ key: '[redacted]', note: 'seen' });
    expect(JSON.stringify(body)).not.toContain(secret);
    expect(body.items[0].remoteAddress).toBe('127.0.0.1');

    const paged = await control.send('GET', `/api/v1/audit?limit=4&cursor=${body.next}`);
    expect(paged.body.items[0].seq).toBe(body.items[3].seq - 1);
    const filtered = await control.send('GET', '/api/v1/audit?actor=tracked&target=ChangeConfiguration');
    expect(filtered.body.items).toHaveLength(1);
  });

  test('is asked of a time, and comes as a file', async () => {
    const put = (id: string) =>
      control.send('PUT', `/api/v1/tokens/${id}`, { json: { status: 'Accepted', note: '=1+1, "x"' } });
    await put('EARLY');
    const since = new Date().toISOString();
    await until('time goes on', () => Date.now() > Date.parse(since));
    await put('LATE');
    const targets = async (query: string) =>
      (await control.send('GET', `/api/v1/audit?operation=putToken&limit=1000${query}`)).body.items.map(
        ({ target }: { target: { idTag: string } }) => target.idTag,
      );
    expect(await targets(`&from=${since}`)).toEqual(['LATE']);
    expect((await targets(`&to=${since}`))[0]).toBe('EARLY');
    expect(await targets(`&from=${since}&to=${since}`)).toEqual([]);

    const file = await control.send('GET', `/api/v1/audit?from=${since}&format=csv&limit=1`);
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="farad-audit.csv"');
    const [head, line, end] = file.body.split('\r\n');
    expect(head).toBe(
      'seq,at,actor,role,via,remoteAddress,operation,target,request,status,outcome,durationMs,count,kind',
    );
    expect(line).toContain(',bootstrap,admin,key,127.0.0.1,putToken,"{""idTag"":""LATE""}",');
    expect(end).toBe('');
  });

  test('looking leaves no trace', async () => {
    const newest = async () => (await control.send('GET', '/api/v1/audit?limit=1')).body.items[0].seq;
    const before = await newest();
    await control.send('GET', '/api/v1/charge-points');
    expect(await newest()).toBe(before);
  });
});

test('a dry run of an import tells what would become of the lines, and stores nothing', async () => {
  const body = 'idTag,status\nDRY-1,Accepted\nDRY-2,Sometimes\n';
  const headers = { 'content-type': 'text/csv' };
  const tried = await control.send('POST', '/api/v1/tokens/import?dryRun=true', { headers, body });
  expect(tried.body).toMatchObject({ lines: 2, imported: 1, rejected: 1, errors: [{ line: 3 }] });
  expect((await control.send('GET', '/api/v1/tokens/DRY-1')).status).toBe(404);
  await control.send('POST', '/api/v1/tokens/import', { headers, body });
  expect((await control.send('GET', '/api/v1/tokens/DRY-1')).status).toBe(200);
});

describe('what strangers and refusals leave in the audit trail', () => {
  const entries = async (of: ControlUnderTest) =>
    (await of.send('GET', '/api/v1/audit?limit=1000')).body.items as {
      actor: string;
      operation: string;
      target: object;
      request: string;
      outcome: string;
      count: number;
    }[];

  test('is counted, not repeated', async () => {
    const another = await startControl();
    try {
      const attempt = () =>
        fetch(`${another.base}/api/v1/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"key":"wrong"}',
        });
      await another.send('PUT', '/api/v1/tokens/A', { json: { status: 'Accepted' } });
      for (let attempts = 0; attempts < 60; attempts++) await attempt();
      for (let puts = 0; puts < 60; puts++) {
        await another.send('PUT', `/api/v1/tokens/B${puts}`, { json: { status: 'No' } });
      }
      await another.app.close();
      const kept = another.store.audit.list({ limit: 1000 });
      const told = kept.filter(({ operation }) => operation === 'logIn');
      expect(told.map(({ outcome, count }) => [outcome, count])).toEqual([
        ['too_many_attempts', 50],
        ['wrong_key', 10],
      ]);
      const puts = kept.filter(({ operation, outcome }) => operation === 'putToken' && outcome !== 'ok');
      expect(puts).toHaveLength(20);
      expect(puts[0]?.count).toBe(41);
    } finally {
      await another.close();
    }
  });

  test('holds only what the operation declares', async () => {
    const secret = 'something-sent-by-mistake';
    await control.send('PUT', `/api/v1/tokens/B3?${secret}=${secret}`, {
      json: { status: secret, [secret]: secret, note: ['x', secret], parentIdTag: 'P' },
    });
    await control.send('PUT', '/api/v1/tokens/B3', { json: [secret, { status: secret }] });
    await control.send('PUT', '/api/v1/tokens/B3', {
      json: { status: 'Accepted', parentIdTag: 'P', x: secret },
    });
    await control.send('POST', '/api/v1/charge-points/NONE/calls/Reset', {
      json: { type: 'Soft', [secret]: { secret } },
    });
    await control.send('POST', `/api/v1/charge-points/NONE/calls/${secret}`, { json: { secret } });
    await control.send('POST', `/api/v1/${secret}`, { json: { secret } });
    const kept = (await entries(control)).slice(0, 5);
    expect(JSON.stringify(kept)).not.toContain(secret);
    expect(kept.map(({ operation, request }) => [operation, request])).toEqual([
      ['callChargePoint', ''],
      ['callChargePoint', '{"type":"Soft"}'],
      ['putToken', '{"status":"Accepted","parentIdTag":"P"}'],
      ['putToken', ''],
      ['putToken', '{"parentIdTag":"P"}'],
    ]);
  });
});
