import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { createRelay } from '../../src/link/relay.ts';
import { startControlProcess } from '../support/control-process.ts';
import { createTestAuthority, type TestAuthority, writePem } from '../support/test-certificates.ts';
import { shakeHands } from '../support/tls-clients.ts';

const KEY = 'a-key-for-tests-0123456789';
let authority: TestAuthority;
let directory: string;

beforeAll(async () => {
  authority = await createTestAuthority();
  directory = mkdtempSync(join(tmpdir(), 'farad-api-tls-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));

function start(certificate: string, key: string) {
  const flags = {
    'data-dir': join(directory, 'data'),
    'api-port': '0',
    'api-key': KEY,
    'log-level': 'error',
  };
  const tls = { 'api-tls-certificates': certificate, 'api-tls-keys': key };
  const relay = createRelay();
  const control = startControlProcess(relay, loadConfig({ flags: { ...flags, ...tls } }));
  onTestFinished(async () => {
    control.child.kill('SIGTERM');
    await control.ended;
  });
  return { ...control, link: relay.join('supervisor') };
}

async function send(url: string, method: string, body?: object): Promise<{ status: number; cookie: string }> {
  const outgoing = request(url, {
    method,
    ca: authority.certificate,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
  });
  outgoing.end(body && JSON.stringify(body));
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  answer.resume();
  return { status: answer.statusCode ?? 0, cookie: String(answer.headers['set-cookie']) };
}

test('the API speaks HTTPS with its own pair, which is read again without a new start', async () => {
  const pair = await authority.issue();
  const { started, link } = start(
    writePem(directory, 'api.pem', pair.certificate),
    writePem(directory, 'api.key', pair.key),
  );
  const { api } = (await started) as { api: string };
  expect(api).toMatch(/^https:/);
  expect(await send(`${api}/api/v1/tokens`, 'GET')).toMatchObject({ status: 200 });
  // What stands for a key must not leave over a plain connection.
  expect((await send(`${api}/api/v1/session`, 'POST', { key: KEY })).cookie).toContain('Secure');

  const renewed = await authority.issue({ commonName: 'renewed.example' });
  writePem(directory, 'api.pem', renewed.certificate);
  writePem(directory, 'api.key', renewed.key);
  expect(await link.call('control', 'tls.reload', {})).toEqual({ problem: null });
  const socket = await shakeHands(Number(new URL(api).port), { ca: authority.certificate });
  expect(socket.getPeerCertificate().subject.CN).toBe('renewed.example');
  socket.destroy();
});

test('a certificate of the API that has ended is told by /readyz and counted down in /metrics', async () => {
  const { certificate, key } = await authority.issue({ notAfter: new Date(Date.now() - 3_600_000) });
  const file = writePem(directory, 'ended.pem', certificate);
  const { started } = start(file, writePem(directory, 'ended.key', key));
  const { api } = (await started) as { api: string };
  const read = async (path: string): Promise<string> => {
    const outgoing = request(`${api}${path}`, {
      rejectUnauthorized: false,
      headers: { authorization: `Bearer ${KEY}` },
    }).end();
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return (await answer.setEncoding('utf8').toArray()).join('');
  };
  // Without edges it is not ready.
  const { error } = JSON.parse(await read('/readyz')) as {
    error: { details: { degraded: readonly object[] } };
  };
  expect(error.details.degraded).toContainEqual({
    process: 'control',
    name: 'api.tls',
    since: expect.any(String),
    cause: expect.stringContaining(`${file} ended on`),
  });
  expect(await read('/metrics')).toMatch(
    /farad_certificate_days_left\{[^}]*setting="api\.tls\.certificates"[^}]*\} -0\.04/,
  );
});

test('a pair that does not fit stops the start with its setting', async () => {
  const [one, other] = [await authority.issue(), await authority.issue()];
  const key = writePem(directory, 'other.key', other.key);
  const { started } = start(writePem(directory, 'one.pem', one.certificate), key);
  expect(await started).toEqual({
    refused: `api.tls.keys: ${key} does not belong to the certificate ${join(directory, 'one.pem')}`,
  });
});
