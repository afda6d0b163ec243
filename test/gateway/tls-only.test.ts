import { expect, it } from 'vitest';
import { askApi } from '../../src/simulator/api.ts';
import { API_KEY, dataDirectory, startGateway } from '../support/gateway.ts';
import { runLoadTool } from '../support/load-tool.ts';
import { createTestAuthority, writePem } from '../support/test-certificates.ts';
import { until } from '../support/until.ts';

const CHARGE_POINTS = 5;

it('a gateway that speaks nothing but TLS has its demo, and takes the load of charge points with certificates', {
  timeout: 120_000,
}, async () => {
  const files = dataDirectory();
  const authority = await createTestAuthority();
  const pair = await authority.issue();
  // No name of this machine is in it: a real gateway has that of its operator.
  const shown = await authority.issue({ commonName: 'csms.example' });
  const ca = writePem(files, 'ca.pem', authority.certificate);
  const caKey = writePem(files, 'ca.key', authority.key);
  const gateway = await startGateway([
    ...['--demo', String(CHARGE_POINTS), '--ocpp-endpoints', 'wss://127.0.0.1:0'],
    ...['--ocpp-tls-certificates', writePem(files, 'ocpp.pem', shown.certificate)],
    ...['--ocpp-tls-keys', writePem(files, 'ocpp.key', shown.key), '--ocpp-tls-client-cas', ca],
    ...['--api-tls-certificates', writePem(files, 'api.pem', pair.certificate)],
    ...['--api-tls-keys', writePem(files, 'api.key', pair.key)],
  ]);
  expect([gateway.ocpp, gateway.api].map((url) => new URL(url).protocol)).toEqual(['wss:', 'https:']);
  const api = { url: gateway.api, key: API_KEY, trust: { roots: [authority.certificate] } };
  await until('the demo is connected', async () => {
    const path = '/api/v1/charge-points?connected=true';
    const { items } = JSON.parse(await askApi(api, { method: 'GET', path })) as { items: unknown[] };
    return items.length === CHARGE_POINTS;
  });
  await expect(
    askApi({ ...api, trust: { roots: [] } }, { method: 'GET', path: '/readyz' }),
  ).rejects.toThrow();

  const { code, output } = await runLoadTool(
    ...['--charge-points', String(CHARGE_POINTS), '--ramp', '100ms', '--duration', '1s', '--session', '2s'],
    ...['--wind-down', '200ms', '--meter-interval', '200ms', '--security-profile', '3', '--ca', ca],
    ...['--ocpp-url', gateway.ocpp, '--api-url', gateway.api, '--api-key', API_KEY],
    ...['--client-ca', ca, '--client-ca-key', caKey],
  );
  expect(output).toContain('PASSED');
  expect(code).toBe(0);
  expect(gateway.output()).not.toContain('gave up');
});
