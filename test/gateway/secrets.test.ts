import { spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openChdb } from '../../src/analytics/chdb-engine.ts';
import type { OpenApiDocument } from '../../src/control/openapi/document.ts';
import { openStore } from '../../src/store/store.ts';
import { EventReader } from '../support/event-reader.ts';
import { RSA } from '../support/firmware-signers.ts';
import { dataDirectory, type Gateway, startGateway } from '../support/gateway.ts';
import { type Frame, OcppClient } from '../support/ocpp-client.ts';
import { CLIENT, LedBrowser, startOpenIdProvider } from '../support/openid-provider.ts';
import { SecretHunt } from '../support/secret-hunt.ts';
import { createTestAuthority, writePem } from '../support/test-certificates.ts';
import { until } from '../support/until.ts';

const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;
/** Lies beside the secrets, so that a search which finds it would have found them. */
const WITNESS = 'witness.files.example';

/** Asks the API for the test's operator and hunts through every answer. */
class Operator {
  private readonly gateway: Gateway;
  private readonly hunt: SecretHunt;
  private readonly key: string;
  /** All that was answered. */
  answers = '';

  constructor(gateway: Gateway, hunt: SecretHunt, key: string) {
    this.gateway = gateway;
    this.hunt = hunt;
    this.key = key;
  }

  /** The answer's JSON, where it is JSON. `secret`: its answer is the one place where a secret may be. */
  async ask<Answer = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    { headers = {}, secret = false }: { headers?: Record<string, string>; secret?: boolean } = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.gateway.api}${path}`, {
      method,
      // What leads elsewhere is an answer, too.
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = Buffer.from(await response.arrayBuffer());
    if (!secret) {
      this.answers += text.toString();
      const head = JSON.stringify([...response.headers]);
      this.hunt.search(
        `the answer ${response.status} to ${method} ${path}`,
        Buffer.concat([Buffer.from(head), text]),
      );
    }
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: response.status, ...(isJson && JSON.parse(text.toString())), headers: response.headers };
  }
}

it('secrets are nowhere: not in the data directory, a backup, ClickHouse, logs, metrics, events, nor in any answer', async () => {
  const hunt = new SecretHunt();
  const apiKey = hunt.text('the configured API key');
  const dataDir = dataDirectory();
  const sealingKey = join(dataDirectory(), 'sealing-key');
  const sealingSecret = hunt.text('the key that seals');
  writeFileSync(sealingKey, sealingSecret.repeat(2));
  const secured = await tlsPort(hunt);
  const quickly = ['--sink-interval', '50ms', '--ocpp-call-timeout', '5s'];
  const provider = await startOpenIdProvider();
  onTestFinished(() => provider.close());
  const clientSecret = hunt.text('the secret of an OpenID client');
  const gateway = await startGateway(
    [
      ...['--api-key', apiKey, '--log-level', 'trace', ...quickly, ...secured],
      ...['--security-sealing-key-file', sealingKey],
      ...['--api-oidc-issuer', provider.issuer, '--api-oidc-client-id', CLIENT.id],
      ...['--api-oidc-client-secret', clientSecret, '--api-oidc-otherwise', 'viewer'],
      ...['--alarms-smtp-host', '127.0.0.1', '--alarms-smtp-port', '1'],
      ...[
        '--alarms-smtp-user',
        'farad',
        '--alarms-smtp-password',
        hunt.text('the password of the mail server'),
      ],
    ],
    dataDir,
  );
  const port = Number(new URL(gateway.ocpp).port);
  const operator = new Operator(gateway, hunt, apiKey);
  const events = new EventReader(`${gateway.api}/api/v1/events`, { authorization: `Bearer ${apiKey}` });
  onTestFinished(() => events.close());

  // People: keys, log-ins, mistakes.
  const created = await operator.ask<{ key: string }>(
    'POST',
    '/api/v1/api-keys',
    { id: 'night', role: 'admin' },
    { secret: true },
  );
  hunt.add('a created API key', created.key);
  const logIn = await operator.ask<{ headers: Headers }>(
    'POST',
    '/api/v1/session',
    { key: created.key },
    { secret: true },
  );
  const cookie = /farad_session=([^;]+)/.exec(logIn.headers.get('set-cookie') ?? '')?.[1] ?? '';
  hunt.add('the cookie of a log-in', cookie);
  expect(cookie.length).toBeGreaterThan(20);
  const mistaken = hunt.text('a password typed by mistake');
  await operator.ask('POST', '/api/v1/session', { key: mistaken });
  await operator.ask('POST', '/api/v1/session', { key: created.key, password: mistaken });
  await operator.ask('GET', '/api/v1/session', undefined, {
    headers: { authorization: `Bearer ${mistaken}` },
  });
  await operator.ask('POST', '/api/v1/charge-points/A/calls/Reset', `{"type":${mistaken}`);
  await operator.ask('POST', '/api/v1/api-keys', `{"id":"x","role":"admin","note":${mistaken}}`);

  const chosen = hunt.text('the password of a user');
  await operator.ask('POST', '/api/v1/users', { name: 'anna', role: 'viewer', password: chosen });
  const { oneTimePassword } = await operator.ask<{ oneTimePassword: string }>(
    'PUT',
    '/api/v1/users/anna/password',
    {},
    { secret: true },
  );
  hunt.add('a one-time password', oneTimePassword);
  await operator.ask('POST', '/api/v1/session', { name: 'anna', password: chosen });
  await operator.ask('POST', '/api/v1/session', { name: 'anna', password: mistaken });
  // An OpenID provider that knows another secret, and then this one.
  provider.accounts.set('bert', { sub: '2', preferred_username: 'bert' });
  for (const [secret, hash] of [
    [CLIENT.secret, '#refused=bad_answer'],
    [clientSecret, '#logged-in'],
  ] as const) {
    provider.serve(gateway.api, { secret });
    const browser = new LedBrowser();
    browser.detour = (address) => {
      const code = address.searchParams.get('code');
      if (code !== null) hunt.add('a code of the OpenID provider', code);
      return address;
    };
    expect((await browser.logIn(gateway.api, 'bert')).hash).toBe(hash);
  }

  // A rule of alarms that signs what it sends to an address with a token, and mails to a server that is away.
  const hook = `https://127.0.0.1:1/hook?token=${hunt.text('a token in the address of a webhook')}`;
  await operator.ask('PUT', '/api/v1/alarm-rules/parts', {
    condition: { kind: 'degraded', minutes: 0 },
    emails: ['duty@example.org'],
    webhook: { url: hook, secret: hunt.text('the secret of a webhook') },
  });
  await operator.ask('POST', '/api/v1/alarm-rules/parts/test');
  const mistyped = hunt.text('a password in the address of a webhook');
  await operator.ask('PUT', '/api/v1/alarm-rules/other', {
    condition: { kind: 'degraded', minutes: 0 },
    webhook: { url: `https://me:${mistyped}@127.0.0.1:1/hook` },
  });

  // A report that is sent to an address with a token, where nobody is.
  const files = `https://127.0.0.1:1/files?token=${hunt.text('a token in the address of a report')}`;
  await operator.ask('PUT', '/api/v1/reports/daily', {
    name: 'Transactions of the day',
    what: { name: 'transactions' },
    format: 'csv',
    schedule: { every: 'day', hour: 6 },
    webhook: { url: files, secret: hunt.text('the secret of a report') },
  });
  await operator.ask('POST', '/api/v1/reports/daily/run');
  await until('the report has failed', async () => {
    const { failures } = await operator.ask<{ failures: number }>('GET', '/api/v1/reports/daily');
    return failures > 0;
  });

  // A charge point with a key of its own.
  const textKey = hunt.text('the key of a charge point, as text');
  const hexKey = hunt.hex('the key of a charge point, in hexadecimal');
  const wrongKey = hunt.text('a wrong key that a charge point showed');
  await operator.ask('PUT', '/api/v1/charge-points/SAFE-1', { key: textKey, note: WITNESS });
  await operator.ask('PATCH', '/api/v1/charge-points/SAFE-1', { key: `${textKey}${textKey}${textKey}` });
  await operator.ask('PATCH', '/api/v1/charge-points/SAFE-1', { keyHex: hexKey });
  const basic = (password: Buffer) => ({
    authorization: `Basic ${Buffer.concat([Buffer.from('SAFE-1:'), password]).toString('base64')}`,
  });
  await expect(OcppClient.connect(port, 'SAFE-1', { headers: basic(Buffer.from(wrongKey)) })).rejects.toThrow(
    'HTTP 401',
  );
  await expect(OcppClient.connect(port, `SAFE-1`, { path: `/ocpp/${wrongKey}` })).rejects.toThrow('HTTP');
  const point = await OcppClient.connect(port, 'SAFE-1', { headers: basic(Buffer.from(hexKey, 'hex')) });
  onTestFinished(() => point.vanish());
  await point.boot();

  // What the charge point answers to each CALL, by its action; it says what it was told, like a careless one.
  const replies: Record<string, (payload: Record<string, unknown>) => unknown> = {};
  const serving = (async () => {
    for (;;) {
      const [, id, action, payload] = (await point.next()) as [
        number,
        string,
        string,
        Record<string, unknown>,
      ];
      const reply = replies[action]?.(payload) ?? { status: 'Accepted' };
      if (typeof reply === 'string') point.send(reply.replace('ID', id));
      else if (Array.isArray(reply)) point.send([4, id, ...reply]);
      else point.send([3, id, reply] as Frame);
    }
  })();
  void serving;

  const calls = '/api/v1/charge-points/SAFE-1/calls';
  const key = 'AuthorizationKey';
  const given = hunt.hex('an AuthorizationKey in hexadecimal');
  const plain = hunt.text('an AuthorizationKey as text');
  const repeated = { headers: { 'idempotency-key': 'once' } };
  await operator.ask('POST', `${calls}/ChangeConfiguration`, { key, value: given }, repeated);
  await operator.ask('POST', `${calls}/ChangeConfiguration`, { key, value: given }, repeated);
  await operator.ask('POST', `${calls}/ChangeConfiguration`, { key, value: `${given}x` }, repeated);
  await operator.ask('PUT', `/api/v1/charge-points/SAFE-1/configuration/${key}`, { value: plain });
  await operator.ask('PUT', '/api/v1/charge-points/SAFE-1/configuration/AUTHORIZATIONkey', { value: plain });
  await operator.ask('POST', `${calls}/ChangeConfiguration`, { key: ` ${key} `, value: plain });
  const echoed = hunt.text('an AuthorizationKey that the charge point repeats');
  replies.ChangeConfiguration = ({ value }) => [
    'PropertyConstraintViolation',
    `${value} is too short`,
    { value },
  ];
  await operator.ask('POST', `${calls}/ChangeConfiguration`, { key, value: echoed });
  replies.ChangeConfiguration = ({ value }) => ({ status: `Rejected ${value}`, info: value });
  await operator.ask('POST', `${calls}/ChangeConfiguration`, { key, value: echoed });
  replies.ChangeConfiguration = () => ({ status: 'Rejected' });
  const long = hunt.text('a part of an AuthorizationKey that is too long');
  await operator.ask('POST', `${calls}/ChangeConfiguration`, { key, value: long.repeat(30) });
  await operator.ask('POST', `${calls}/ChangeConfiguration`, { key, value: { [long]: long } });

  const told = hunt.text('an AuthorizationKey that the charge point tells');
  const configurationKey = [
    { key, readonly: false, value: told },
    { key: 'VendorServer', readonly: false, value: `ftp://cp:${told}@${WITNESS}/` },
    { key: 'VendorPassword', readonly: false, value: told },
  ];
  replies.GetConfiguration = () => ({ configurationKey });
  await operator.ask('POST', `${calls}/GetConfiguration`, {});
  await operator.ask('POST', '/api/v1/charge-points/SAFE-1/configuration/refresh');
  replies.GetConfiguration = () => `[3,"ID",${JSON.stringify({ configurationKey })}`;
  await operator.ask('POST', `${calls}/GetConfiguration`, {});
  replies.GetConfiguration = () =>
    `[3,"ID",${JSON.stringify({ configurationKey }).replaceAll('"key":"A', '"key":"\\u0041')}]`;
  await operator.ask('POST', `${calls}/GetConfiguration`, {});
  point.send(`[3,"nobody waits for this",${JSON.stringify({ configurationKey })}]`);

  // Locations with credentials.
  const password = hunt.text('the password of a file server');
  const token = hunt.text('the token of a prepared link');
  const ftp = `ftp://farad:${password}@${WITNESS}/files`;
  const alone = hunt.text('a token alone before the host of a file server');
  const user = `ftp://${alone}@${WITNESS}/files`;
  const inner = `https://${WITNESS}/get?from=${encodeURIComponent(user)}`;
  const link = `https://${WITNESS}/files?token=${token}&X-Amz-Signature=${token}`;
  replies.GetDiagnostics = () => ({ fileName: `${ftp}/diagnostics.zip` });
  replies.GetLog = () => ({ status: 'Accepted', filename: `${link}&name=log` });
  replies.UpdateFirmware = () => ['InternalError', `cannot reach ${ftp}`, { location: link }];
  for (const location of [ftp, link, user, inner]) {
    await operator.ask('POST', '/api/v1/charge-points/SAFE-1/firmware-jobs', { location, replace: true });
    await operator.ask('POST', '/api/v1/charge-points/SAFE-1/firmware-jobs', {
      location,
      replace: true,
      signed: RSA,
    });
    await operator.ask('POST', '/api/v1/charge-points/SAFE-1/diagnostics-jobs', { location, replace: true });
    await operator.ask('POST', '/api/v1/charge-points/SAFE-1/diagnostics-jobs', {
      location,
      replace: true,
      log: 'SecurityLog',
    });
    await operator.ask('POST', `${calls}/UpdateFirmware`, {
      location,
      retrieveDate: new Date().toISOString(),
    });
    await operator.ask('POST', `${calls}/GetDiagnostics`, { location, [location]: 1 });
  }
  await operator.ask('POST', `${calls}/DataTransfer`, {
    vendorId: 'Acme',
    data: JSON.stringify({ password, url: ftp }),
  });
  await operator.ask('POST', `${calls}/DataTransfer`, { vendorId: 'Acme', data: `fetch ${user} now` });
  await operator.ask('POST', '/api/v1/analytics/sql', { sql: `SELECT * FROM url('${ftp}', CSV)` });
  await operator.ask('POST', '/api/v1/analytics/sql', {
    sql: `SELECT nothing FROM transactions WHERE '${ftp}' = 1`,
  });

  // Certificate authorities.
  for (const algorithm of ['ecdsa-p256', 'rsa-2048']) {
    const { status } = await operator.ask('POST', '/api/v1/certificate-authority', { algorithm });
    expect(status).toBe(201);
  }
  await huntPrivateKeys(hunt, dataDir, sealingSecret.repeat(2));

  // Campaigns: one that is carried out, and such that wait for a charge point that never comes.
  const campaignKey = hunt.text('an AuthorizationKey of a campaign');
  await operator.ask('PUT', '/api/v1/charge-points/NEVER-1', { note: WITNESS });
  const campaigns: string[] = [];
  for (const task of [
    { action: 'ChangeConfiguration', payload: { key, value: campaignKey } },
    { action: 'UpdateFirmware', payload: { location: ftp, retrieveDate: new Date().toISOString() } },
    { action: 'GetConfiguration', payload: {} },
  ]) {
    const targets = { ids: ['SAFE-1', 'NEVER-1'] };
    const { id } = await operator.ask<{ id: string }>('POST', '/api/v1/campaigns', {
      name: WITNESS,
      task,
      targets,
    });
    campaigns.push(id);
  }
  for (const id of campaigns) {
    await until('the campaign has asked the charge point that is there', async () => {
      const { counts } = await operator.ask<{ counts: Record<string, number> }>(
        'GET',
        `/api/v1/campaigns/${id}`,
      );
      return counts.pending === 1 && counts.asking === 0;
    });
  }

  // What a charge point says by itself.
  const said = hunt.text('a password that a charge point says');
  const url = `ftp://cp:${said}@${WITNESS}/`;
  const bare = `FTP://${said}@${WITNESS}/`;
  const report = { connectorId: 1, errorCode: 'NoError', status: 'Available' };
  await point.call('StatusNotification', { ...report, info: `no way to ${url}`, vendorErrorCode: url });
  await point.call('DataTransfer', { vendorId: 'Acme', data: JSON.stringify({ password: said }) });
  await point.call('DataTransfer', { vendorId: 'Acme', data: JSON.stringify({ key, value: said }) });
  let deep: unknown = { key, value: said };
  for (let depth = 0; depth < 40; depth++) deep = { deep };
  await point.call('DataTransfer', { vendorId: 'Acme', data: 'x', deep });
  await point.call('DataTransfer', { vendorId: bare, messageId: `x ${bare}`, data: `{"url":"${bare}"` });
  await point.call('StatusNotification', { ...report, connectorId: 2, info: bare, vendorErrorCode: bare });
  await point.call('FirmwareStatusNotification', { status: 'Idle', password: said });
  await point.call('SecurityEventNotification', {
    type: 'x',
    timestamp: new Date().toISOString(),
    techInfo: url,
  });
  await point.call('Vendor', { secret: said });
  const damaged = (text: string) => point.send(text);
  damaged(`[2,"d1","DataTransfer",{"key":"${key}","value":"${said}"`);
  damaged(`[2,"d2","DataTransfer",{"k\\u0065y":"\\u0041uthorizationKey","value":"${said}"`);
  damaged(`[2,"d3","DataTransfer",{"passw\\u006frd":"${said}"}]`);
  damaged(`{"password":"${said}"}`);
  damaged(`[2,"d4","DataTransfer",{"url":"ftp:\\/\\/cp:${said}@${WITNESS}"`);
  damaged(`[2,"d6","DataTransfer",{"url":"ftp:\\/\\/${said}@${WITNESS}"`);
  damaged(`[2,"d7","DataTransfer",{"url":"${encodeURIComponent(bare)}"`);
  damaged(`[2,"d8","Nonsense",{"url":"${bare}"}]`);
  damaged(`[4,"d5","GenericError","password=${said}",{"password":"${said}"}]`);
  await point.request('Heartbeat', {});

  await until('ClickHouse has the messages', async () => {
    const { rows } = await operator.ask<{ rows: { payload: string }[] }>(
      'GET',
      '/api/v1/charge-points/SAFE-1/messages?limit=1000',
    );
    return rows.some(({ payload }) => payload.includes('no way to'));
  });
  await askEverything(operator, { campaign: campaigns[0] ?? '' });
  await until('the live events are there', () => events.events.length > 0);
  hunt.search('the live events', JSON.stringify(events.events));

  const backup = join(dataDirectory(), 'backup');
  const farad = spawn(process.execPath, [MAIN, 'backup', '--data-dir', dataDir, '--to', backup], {
    env: { ...process.env, FARAD_API_KEY: apiKey },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const text of farad.stdout) hunt.search('what farad backup prints', text as Buffer);
  if (farad.exitCode === null) await once(farad, 'exit');
  expect(farad.exitCode).toBe(0);
  const inBackup = hunt.searchFiles('the backup', backup);
  hunt.searchFiles('the data directory of a running gateway', dataDir);
  expect(await gateway.stop()).toBe(0);
  const inData = hunt.searchFiles('the data directory', dataDir);
  hunt.search('what was logged', gateway.output());
  const inTables = await everyRow(dataDir);
  hunt.search('the tables of ClickHouse', inTables);

  expect(hunt.findings).toEqual([]);
  for (const copy of [backup, dataDir]) expect(await openedKeys(copy)).toEqual([undefined, undefined]);
  // The search is worth something only where it looked into what surrounded the secrets.
  for (const searched of [inData, inBackup, inTables, Buffer.from(operator.answers)]) {
    expect(searched.includes(WITNESS)).toBe(true);
  }
  expect(JSON.stringify(events.events)).toContain('SAFE-1');
  expect(gateway.output()).toContain('debug');
}, 180_000);

/**
 * Flags of a TLS port beside the plain one; its private key is hunted, as a number and as it stands in its
 * file.
 */
async function tlsPort(hunt: SecretHunt): Promise<string[]> {
  const { certificate, key } = await (await createTestAuthority()).issue();
  const directory = dataDirectory();
  const { d = '' } = createPrivateKey(key).export({ format: 'jwk' });
  hunt.bytes('the private key of the TLS port', Buffer.from(d, 'base64url'));
  for (const line of key.split('\n').slice(1, 3)) hunt.add('a line of the private key of the TLS port', line);
  return [
    ...['--ocpp-endpoints', 'ws://127.0.0.1:0,wss://127.0.0.1:0'],
    ...['--ocpp-tls-certificates', writePem(directory, 'port.pem', certificate)],
    ...['--ocpp-tls-keys', writePem(directory, 'port.key', key)],
  ];
}

/**
 * Opens the private keys of all authorities with what they are sealed with, for the search: the number that
 * each is made of.
 */
async function huntPrivateKeys(hunt: SecretHunt, dataDir: string, sealingKey: string): Promise<void> {
  const sealingKeys = { present: Buffer.from(sealingKey) };
  const store = openStore({ dataDir, role: 'analytics', sealingKeys });
  for (const { id } of store.certificateAuthorities.all()) {
    const keys = Object.entries(store.certificateAuthorities.keysOf(id) ?? {});
    expect(keys).toHaveLength(2);
    for (const [name, pem] of keys) {
      const { d = '' } = createPrivateKey(pem as string).export({ format: 'jwk' });
      hunt.bytes(`the ${name} of an authority`, Buffer.from(d, 'base64url'));
    }
  }
  await store.close();
}

/** Whether private keys can be opened with what lies in a data directory or a backup. */
async function openedKeys(directory: string): Promise<unknown[]> {
  const present = readFileSync(join(directory, 'pepper'));
  const store = openStore({ dataDir: directory, role: 'setup', sealingKeys: { present } });
  const { certificateAuthorities } = store;
  const keys = certificateAuthorities.all().map(({ id }) => certificateAuthorities.keysOf(id));
  await store.close();
  return keys;
}

/** Asks every GET of the API that answers at once. */
async function askEverything(operator: Operator, ids: { readonly campaign: string }): Promise<void> {
  const { paths } = await operator.ask<OpenApiDocument>('GET', '/api/v1/openapi.json');
  const job = async (kind: string): Promise<string> => {
    const { items } = await operator.ask<{ items: { id: string }[] }>(
      'GET',
      `/api/v1/charge-points/SAFE-1/${kind}`,
    );
    return items[0]?.id ?? 'none';
  };
  const jobs: Record<string, string> = {
    'firmware-jobs': await job('firmware-jobs'),
    'diagnostics-jobs': await job('diagnostics-jobs'),
  };
  const range = {
    from: new Date(Date.now() - 3_600_000).toISOString(),
    to: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const query: Record<string, string> = {
    ...range,
    connectorId: '1',
    duration: '60',
    chargePointId: 'SAFE-1',
    prefix: 'S',
    report: 'last',
  };
  const refused: string[] = [];
  for (const [path, { get }] of Object.entries(paths)) {
    if (get === undefined || path === '/api/v1/events') continue;
    const filled = path
      .replace('{jobId}', jobs[path.split('/').at(-2) ?? ''] ?? '')
      .replace('/campaigns/{id}', `/campaigns/${ids.campaign}`)
      .replace('/charge-points/{id}', '/charge-points/SAFE-1')
      .replace(/\{\w+\}/, '1');
    const asked = (get.parameters ?? []).filter(
      (parameter) => parameter.in === 'query' && parameter.required,
    );
    const search = new URLSearchParams(
      Object.fromEntries(asked.map(({ name }) => [name, query[name] ?? '1'])),
    );
    // It takes one of two parameters, and neither is required by itself.
    if (path === '/api/v1/analytics/power') search.set('chargePointId', 'SAFE-1');
    const { status } = await operator.ask<{ status: number }>('GET', `${filled}?${search}`);
    // What the test made nothing of is 404: there is nothing to tell about it.
    if (status >= 400 && status !== 404) refused.push(`${status} ${filled}`);
  }
  expect(refused).toEqual([]);
  for (const format of ['csv', 'ndjson', 'parquet']) {
    await operator.ask('GET', `/api/v1/analytics/messages?${new URLSearchParams({ ...range, format })}`);
  }
  await operator.ask('GET', '/');
  await operator.ask('GET', '/docs');
}

/** All rows of all tables, since the files of ClickHouse are compressed. */
async function everyRow(dataDir: string): Promise<Buffer> {
  const home = process.cwd();
  const engine = await openChdb({
    path: join(dataDir, 'clickhouse'),
    workDirectory: join(dataDir, 'clickhouse-cwd'),
    backups: join(dataDir, 'clickhouse-backups'),
    database: 'farad',
    memory: 1_000_000_000,
    queryTimeout: 20_000,
  });
  try {
    await engine.prepare();
    const tables = await engine.query<{ name: string }>(
      "SELECT name FROM system.tables WHERE database = 'farad' AND engine NOT LIKE '%View'",
    );
    const rows = [];
    for (const { name } of tables) rows.push(await engine.query(`SELECT * FROM farad.${name}`));
    return Buffer.from(JSON.stringify(rows));
  } finally {
    await engine.close();
    process.chdir(home);
  }
}
