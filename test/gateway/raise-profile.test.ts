import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Fleet } from '../../src/simulator/fleet.ts';
import { BriskHabits } from '../support/brisk-habits.ts';
import { dataDirectory, startGateway } from '../support/gateway.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { TallyRecorder } from '../support/tally-recorder.ts';
import { createTestAuthority, writePem } from '../support/test-certificates.ts';
import { until } from '../support/until.ts';

const CHARGE_POINTS = 4;
const ids = Array.from({ length: CHARGE_POINTS }, (_, index) => `SIM-${index}`);
const passwordOf = (id: string) => createHash('sha1').update(id).digest();

interface Security {
  readonly profile: number | null;
  readonly pending: readonly object[];
  readonly connection: {
    readonly profile: number;
    readonly certificate: string | null;
    readonly tls: { readonly protocol: string; readonly cipher: string } | null;
  } | null;
}
interface Campaign {
  readonly id: string;
  readonly counts: Readonly<Record<string, number>>;
}
interface Result {
  readonly state: string;
  readonly reason: string;
  readonly steps: readonly { readonly name: string }[];
}

it('L4, L5: campaigns raise a simulated fleet over real TLS, from a password to a certificate', async () => {
  const directory = dataDirectory();
  const authority = await createTestAuthority();
  const { certificate, key } = await authority.issue();
  const sealingKey = join(directory, 'sealing-key');
  writeFileSync(sealingKey, 'thirty-two bytes are the least of it', { mode: 0o600 });
  const gateway = await startGateway([
    ...['--ocpp-endpoints', 'ws://127.0.0.1:0,wss://127.0.0.1:0?transport=ws'],
    ...['--ocpp-tls-certificates', writePem(directory, 'port.pem', certificate)],
    ...['--ocpp-tls-keys', writePem(directory, 'port.key', key)],
    ...['--security-sealing-key-file', sealingKey],
  ]);
  await gateway.request('POST', '/api/v1/certificate-authority', { algorithm: 'ecdsa-p256' });
  for (const id of ids) {
    const settings = { keyHex: passwordOf(id).toString('hex'), securityProfile: 1 };
    await gateway.request('PUT', `/api/v1/charge-points/${id}`, settings);
  }
  const [plain = '', secure = ''] = gateway.endpoints().ocppEndpoints;
  const recorder = new TallyRecorder();
  const fleet = new Fleet({
    url: plain,
    secureUrl: secure,
    chargePoints: CHARGE_POINTS,
    identity: (index) => `SIM-${index}`,
    habits: new BriskHabits({ quiet: true }),
    recorder,
    seed: 3,
    // Nobody has given them the root of the Central System yet.
    security: { profile: 1, roots: [], credentials: (_index, id) => ({ password: passwordOf(id) }) },
  });
  onTestFinished(() => fleet.stop());
  fleet.start(0);

  const securityOf = (id: string) => gateway.request<Security>('GET', `/api/v1/charge-points/${id}/security`);
  const allOn = (profile: number) =>
    until(`all are connected by profile ${profile}`, async () => {
      const all = await Promise.all(ids.map(securityOf));
      return all.every(({ connection }) => connection?.profile === profile) && all;
    });
  /** Raises all of them; answers the steps that each took. */
  const raise = async (profile: number, more: object = {}): Promise<string[][]> => {
    const { id } = await gateway.request<Campaign>('POST', '/api/v1/campaigns', {
      name: `to profile ${profile}`,
      task: { security: 'raise-profile', profile, ...more },
      targets: { all: true },
    });
    const results = await until('all have reached it', async () => {
      const path = `/api/v1/campaigns/${id}`;
      const { counts } = await gateway.request<Campaign>('GET', path);
      const { items } = await gateway.request<{ items: Result[] }>('GET', `${path}/results`);
      expect(items.filter(({ state }) => state === 'failed' || state === 'unknown')).toEqual([]);
      return counts.succeeded === CHARGE_POINTS && items;
    });
    expect(results.map(({ reason }) => reason)).toEqual(ids.map(() => 'reached'));
    return results.map(({ steps }) => steps.map(({ name }) => name));
  };
  /** HTTP status of who comes with the password, and no certificate. */
  const refusal = async (url: string): Promise<string> => {
    const [id = ''] = ids;
    const pair = Buffer.concat([Buffer.from(`${id}:`), passwordOf(id)]).toString('base64');
    const tls = url.startsWith('wss:') ? { ca: authority.certificate } : undefined;
    const headers = { authorization: `Basic ${pair}` };
    return OcppClient.connect(Number(new URL(url).port), id, { headers, ...(tls && { tls }) }).then(
      () => 'let in',
      (error: Error) => error.message,
    );
  };

  const [onOne] = await allOn(1);
  expect(onOne?.connection?.tls).toBeNull();

  expect(await raise(2, { rootCertificate: authority.certificate })).toEqual(
    ids.map(() => ['ask_roots', 'install_root', 'security_profile']),
  );
  for (const { profile, pending, connection } of await allOn(2)) {
    expect([profile, pending, connection?.certificate]).toEqual([2, [], null]);
    expect(connection?.tls).toEqual({
      protocol: 'TLSv1.3',
      cipher: expect.stringMatching(/^TLS_[A-Z0-9_]+_SHA(256|384)$/),
    });
  }
  expect(await refusal(plain)).toBe('HTTP 403');

  expect(await raise(3)).toEqual(ids.map(() => ['certificate', 'security_profile']));
  for (const { profile, pending, connection } of await allOn(3)) {
    expect([profile, pending]).toEqual([3, []]);
    expect(connection).toMatchObject({ certificate: expect.any(String), tls: { protocol: 'TLSv1.3' } });
  }
  expect(new Set((await allOn(3)).map(({ connection }) => connection?.certificate)).size).toBe(CHARGE_POINTS);
  expect([await refusal(plain), await refusal(secure)]).toEqual(['HTTP 403', 'HTTP 403']);
  // Nobody was turned away on the way up.
  expect(recorder.problems).toEqual([]);
}, 120_000);
