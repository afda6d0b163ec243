import { describe, expect, onTestFinished, test } from 'vitest';
import { API_KEY, startControl } from '../support/control-under-test.ts';
import { startEdgeUnderTest } from '../support/edge-under-test.ts';
import { ENGINES } from '../support/engines.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

/** What somebody who is no proxy might say of himself, too. */
const headers = { 'X-Forwarded-For': '192.0.2.9' };

describe.each(ENGINES)('charge points on %s behind a proxy', (transport) => {
  test.each([
    ['127.0.0.0/8', '192.0.2.9'],
    ['10.0.0.0/8', '127.0.0.1'],
  ])('L19: with the proxies %s their address is %s', async (proxies, address) => {
    const edge = await startEdgeUnderTest({ transport, flags: { 'trusted-proxies': proxies } });
    onTestFinished(() => edge.close());
    const client = await OcppClient.connect(edge.edge.port, 'CP-1', { headers });
    await client.boot();
    await until('its connection is a row', () => edge.rows('connections').length === 1);
    expect(edge.rows('connections')[0]).toMatchObject({ remote_address: address });
    expect(edge.store.sessions.get('CP-1')).toMatchObject({ remoteAddress: address });
    await client.close();
  });
});

test.each([
  [['127.0.0.1'], '192.0.2.9'],
  [[], '127.0.0.1'],
])('L19: with the proxies %j the audit of the API has the address %s', async (trustedProxies, address) => {
  const control = await startControl((config) => ({ ...config, trustedProxies }));
  onTestFinished(() => control.close());
  await fetch(`${control.base}/api/v1/tokens/TAG-1`, {
    method: 'PUT',
    headers: { ...headers, authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ status: 'Accepted' }),
  });
  const { body } = await control.send('GET', '/api/v1/audit');
  expect((body as { items: unknown[] }).items[0]).toMatchObject({ remoteAddress: address });
});
