import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, ConsoleTab } from '../support/api-client.ts';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { EventReader } from '../support/event-reader.ts';
import { until } from '../support/until.ts';

let control: ControlUnderTest;

beforeAll(async () => {
  control = await startControl((config) => ({ ...config, trustedProxies: ['127.0.0.1'] }));
  // Nothing ever happens there.
  control.process('analytics').serve('events.read', ({ waitMs }) => {
    const nothing = { events: [], cursor: '0', missed: false };
    return waitMs > 0 ? new Promise<never>(() => undefined) : nothing;
  });
});
afterAll(() => control.close());

let browsers = 0;
/** Each somewhere else, as failed log-ins of an address are limited. */
const browser = () => new ConsoleTab(control, `192.0.2.${++browsers}`);

const admin = (method: string, path: string, json?: unknown, headers: Record<string, string> = {}) =>
  control.send(method, `/api/v1${path}`, { ...(json !== undefined && { json }), headers });

/** Creates a user who has chosen a password and is logged in. */
async function arrive(
  name: string,
  role: string,
  password = `${name} is not in it`.replaceAll(name, 'nobody'),
) {
  const { body } = await admin('POST', '/users', { name, role });
  const tab = browser();
  await tab.logIn(name, body.oneTimePassword);
  await tab.ask('PUT', '/session/password', { password: body.oneTimePassword, newPassword: password });
  return { tab, password };
}

describe('users', () => {
  test('begin with a password that is shown once and good for nothing but to choose another', async () => {
    const made = await admin('POST', '/users', {
      name: 'Anna',
      displayName: 'Anna Ampère',
      role: 'operator',
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      name: 'Anna',
      role: 'operator',
      enabled: true,
      passwordKind: 'one-time',
      createdBy: 'bootstrap',
      lastLogInAt: null,
    });
    const once = made.body.oneTimePassword as string;
    expect(JSON.stringify((await admin('GET', '/users')).body)).not.toContain(once);

    const tab = browser();
    const { status, body } = await tab.logIn('anna', once);
    expect([status, body]).toMatchObject([
      200,
      { kind: 'user', id: 'Anna', displayName: 'Anna Ampère', role: 'operator', owesPassword: true },
    ]);
    for (const [method, path] of [
      ['GET', '/charge-points'],
      ['GET', '/sessions'],
      ['GET', '/events'],
      ['PUT', '/tokens/X'],
    ] as const) {
      expect([path, (await tab.ask(method, path)).code]).toEqual([path, 'password_due']);
    }
    const choose = (newPassword: string, password = once) =>
      tab.ask('PUT', '/session/password', { password, newPassword });
    expect((await choose('too short')).code).toBe('invalid_body');
    expect((await choose('my name is ANNA!')).code).toBe('weak_password');
    expect((await choose('aaaaaaaaaaaaaaaa')).code).toBe('weak_password');
    expect((await choose('a wholly new password', 'not the one')).code).toBe('wrong_password');
    const chosen = await choose('a wholly new password');
    expect([chosen.status, chosen.body]).toMatchObject([
      200,
      { id: 'Anna', hasPassword: true, owesPassword: false },
    ]);
    expect((await tab.ask('PUT', '/tokens/X', { status: 'Accepted' })).status).toBe(201);
    expect((await browser().logIn('anna', once)).code).toBe('wrong_password');
    expect((await browser().logIn('ANNA', 'a wholly new password')).status).toBe(200);
    expect((await admin('GET', '/users/anna')).body).toMatchObject({
      passwordKind: 'chosen',
      lastLogInAt: expect.any(String),
    });
  });

  test('are one for all spellings of their name, and changed only by admins who saw them as they are', async () => {
    const { tab } = await arrive('Bert', 'operator');
    expect((await admin('POST', '/users', { name: 'bERT', role: 'admin' })).body.error.code).toBe(
      'user_exists',
    );
    expect((await tab.ask('GET', '/users')).code).toBe('forbidden');
    expect(
      (await tab.ask('PUT', '/users/Bert', { displayName: null, role: 'admin', scope: null, enabled: true }))
        .code,
    ).toBe('forbidden');
    const { body, headers } = await admin('GET', '/users/bert');
    expect(headers.get('etag')).toBe(`"${body.version}"`);
    const change = { displayName: 'B', role: 'viewer', scope: null, enabled: true };
    const stale = { 'if-match': `"${body.version - 1}"` };
    expect((await admin('PUT', '/users/bert', change, stale)).body.error.code).toBe('changed_meanwhile');
    expect((await admin('PUT', '/users/bert', change, { 'if-match': `"${body.version}"` })).status).toBe(200);
    expect((await admin('PUT', '/users/nobody', change)).body.error.code).toBe('unknown_user');
    expect((await admin('DELETE', '/users/nobody')).body.error.code).toBe('unknown_user');
    const listed = await admin('GET', '/users?text=bert');
    expect(listed.body.items.map(({ name }: { name: string }) => name)).toEqual(['Bert']);
  });

  test('a key of the same name is somebody else', async () => {
    const { tab } = await arrive('twin', 'viewer');
    const { body } = await admin('POST', '/api-keys', { id: 'twin', role: 'viewer' });
    const holder = { authorization: `Bearer ${body.key}` };
    await browser().ask('POST', '/session', { key: body.key });
    const seen = (await tab.ask('GET', '/sessions')).body.items;
    expect(seen.map(({ kind }: { kind: string }) => kind)).toEqual(['user']);
    const alsoSeen = (await ask(control, 'GET', '/sessions', holder)).body.items;
    expect(alsoSeen.map(({ kind }: { kind: string }) => kind)).toEqual(['key']);
    expect((await ask(control, 'PUT', '/session/password', holder, passwords('x', 'y'))).code).toBe(
      'no_password',
    );
    expect((await admin('DELETE', '/api-keys/twin')).status).toBe(204);
    expect((await tab.ask('GET', '/session')).status).toBe(200);
  });
});

describe('what an admin changes holds at once for whoever is logged in', () => {
  test('a role', async () => {
    const { tab } = await arrive('carla', 'operator');
    expect((await tab.ask('PUT', '/tokens/C', { status: 'Accepted' })).status).toBe(201);
    await admin('PUT', '/users/carla', { displayName: null, role: 'viewer', scope: null, enabled: true });
    expect((await tab.ask('PUT', '/tokens/C', { status: 'Accepted' })).code).toBe('forbidden');
    expect((await tab.ask('GET', '/session')).body.role).toBe('viewer');
  });

  test('that a user is disabled: log-ins and live events end, and do not come back with the user', async () => {
    const { tab, password } = await arrive('dora', 'viewer');
    const events = new EventReader(`${control.base}/api/v1/events`, { cookie: tab.cookie });
    await events.head;
    await admin('PUT', '/users/dora', { displayName: null, role: 'viewer', scope: null, enabled: false });
    expect((await tab.ask('GET', '/session')).status).toBe(401);
    expect((await browser().logIn('dora', password)).code).toBe('wrong_password');
    await until('the live events end', () => events.events.at(-1)?.event === 'end');
    await admin('PUT', '/users/dora', { displayName: null, role: 'viewer', scope: null, enabled: true });
    expect((await tab.ask('GET', '/session')).status).toBe(401);
    expect((await browser().logIn('dora', password)).status).toBe(200);
  });

  test('a password', async () => {
    const { tab, password } = await arrive('emil', 'viewer');
    const { body } = await admin('PUT', '/users/emil/password', {});
    expect(body.passwordKind).toBe('one-time');
    expect((await tab.ask('GET', '/session')).status).toBe(401);
    expect((await browser().logIn('emil', password)).code).toBe('wrong_password');
    const chosen = { password: 'given by somebody else', oneTime: false };
    expect((await admin('PUT', '/users/emil/password', chosen)).body).toMatchObject({
      passwordKind: 'chosen',
      oneTimePassword: null,
    });
    expect((await browser().logIn('emil', 'given by somebody else')).body.owesPassword).toBe(false);
  });

  test('that a user is gone, also for one who comes under the same name', async () => {
    const { tab } = await arrive('fritz', 'admin');
    await admin('DELETE', '/users/fritz');
    expect((await tab.ask('GET', '/session')).status).toBe(401);
    await admin('POST', '/users', { name: 'fritz', role: 'admin' });
    expect((await tab.ask('GET', '/session')).status).toBe(401);
  });
});

test('who chooses another password is logged out everywhere else', async () => {
  const { tab, password } = await arrive('gerda', 'viewer');
  const elsewhere = browser();
  await elsewhere.logIn('gerda', password);
  expect((await elsewhere.ask('GET', '/session')).status).toBe(200);
  const old = tab.cookie;
  expect(
    (await tab.ask('PUT', '/session/password', passwords(password, 'another one altogether'))).status,
  ).toBe(200);
  expect((await elsewhere.ask('GET', '/session')).status).toBe(401);
  expect((await tab.ask('GET', '/session')).status).toBe(200);
  expect((await ask(control, 'GET', '/session', { cookie: old })).status).toBe(401);
});

test('the audit trail names the user, and no password', async () => {
  const { tab, password } = await arrive('hanna', 'operator');
  await tab.ask('PUT', '/tokens/H', { status: 'Accepted' });
  await browser().logIn('hanna', 'a wrong one that I typed');
  const { body } = await control.send('GET', '/api/v1/audit?limit=1000');
  const [refused, put, chosen, began, made] = body.items;
  expect(refused).toMatchObject({ actor: '', kind: null, operation: 'logIn', outcome: 'wrong_password' });
  expect(put).toMatchObject({ actor: 'hanna', kind: 'user', role: 'operator', via: 'session' });
  expect(chosen).toMatchObject({ actor: 'hanna', kind: 'user', operation: 'chooseOwnPassword' });
  expect(began).toMatchObject({ actor: 'hanna', kind: 'user', operation: 'logIn', status: 200 });
  expect(JSON.parse(began.request)).toEqual({ name: 'hanna', password: '[redacted]' });
  expect(made).toMatchObject({ actor: 'bootstrap', kind: 'key', operation: 'createUser' });
  expect(JSON.stringify(body)).not.toContain(password);
  expect(JSON.stringify(body)).not.toContain('a wrong one that I typed');
  expect(control.log.join('')).not.toContain(password);
});

test('a log-in says which of both ways it goes', async () => {
  for (const json of [{}, { name: 'x' }, { password: 'y' }, { key: API_KEY, name: 'x', password: 'y' }]) {
    expect([json, (await browser().ask('POST', '/session', json)).code]).toEqual([json, 'invalid_body']);
  }
});

test('log-ins are counted', async () => {
  const metrics = await (await fetch(`${control.base}/metrics`)).text();
  expect(metrics).toMatch(/farad_api_log_ins_total\{[^}]*with="password",result="begun"[^}]*\} [1-9]/);
  expect(metrics).toMatch(/farad_api_log_ins_total\{[^}]*with="password",result="refused"[^}]*\} [1-9]/);
});

function passwords(password: string, newPassword: string) {
  return { password, newPassword: newPassword.padEnd(12, '123456789012') };
}
