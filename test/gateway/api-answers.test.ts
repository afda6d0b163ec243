import { expect, it, onTestFinished } from 'vitest';
import type { OpenApiDocument } from '../../src/control/openapi/document.ts';
import { answerChecker } from '../support/described-answers.ts';
import { EventReader } from '../support/event-reader.ts';
import { startGateway } from '../support/gateway.ts';
import { connectStrictChargePoint } from '../support/strict-charge-point.ts';
import { until } from '../support/until.ts';

const KEY = 'a-key-of-this-test-0123';

interface Rows {
  readonly rows: readonly Record<string, unknown>[];
}

it('every answer of a whole gateway is as the API describes it, from the charge point to ClickHouse', async () => {
  const gateway = await startGateway(['--api-key', KEY]);
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const check = answerChecker(
    (await (await fetch(`${gateway.api}/api/v1/openapi.json`)).json()) as OpenApiDocument,
  );
  const ask = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${gateway.api}${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type');
    const answer = type?.startsWith('application/json') ? JSON.parse(text) : text === '' ? undefined : text;
    check(method, path, response.status, type, answer);
    expect(response.status, text).toBeLessThan(500);
    return answer as Answer;
  };
  const events = new EventReader(`${gateway.api}/api/v1/events?chargePointId=API-1`, headers);
  onTestFinished(() => events.close());

  await ask('PUT', '/api/v1/tokens/CARD', { status: 'Accepted' });
  const chargePoint = await connectStrictChargePoint(gateway.ocpp, 'API-1', (action) => {
    if (action === 'GetConfiguration')
      return { configurationKey: [{ key: 'A', readonly: false, value: '1' }] };
    throw new Error('not today');
  });
  await chargePoint.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
  await chargePoint.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
  const began = Date.now() - 3_600_000;
  const { transactionId } = await chargePoint.call('StartTransaction', {
    connectorId: 1,
    idTag: 'card',
    meterStart: 0,
    timestamp: new Date(began).toISOString(),
  });
  await chargePoint.call('MeterValues', {
    connectorId: 1,
    transactionId,
    meterValue: [{ timestamp: new Date(began + 1_800_000).toISOString(), sampledValue: [{ value: '1000' }] }],
  });
  await chargePoint.call('StopTransaction', {
    transactionId,
    meterStop: 2000,
    timestamp: new Date().toISOString(),
  });

  const calls = '/api/v1/charge-points/API-1/calls';
  expect(await ask('POST', `${calls}/GetConfiguration`)).toMatchObject({
    outcome: 'result',
    payload: { configurationKey: [{ key: 'A', readonly: false, value: '1' }] },
  });
  expect(await ask('POST', `${calls}/Reset`, { type: 'Soft' })).toMatchObject({ outcome: 'error' });
  expect(await ask('POST', `${calls}/Reset`, { type: 'Odd' })).toMatchObject({
    error: { code: 'invalid_payload' },
  });

  // It is accepted: OCPP leaves no room for another BootNotification (errata 3.40).
  const boot = { requestedMessage: 'BootNotification' };
  for (const path of [
    `${calls}/TriggerMessage`,
    `${calls}/ExtendedTriggerMessage`,
    '/api/v1/charge-points/API-1/trigger',
  ]) {
    expect(await ask('POST', path, boot)).toMatchObject({
      error: { code: 'registration_state', details: { registration: 'Accepted' } },
    });
  }

  await until('ClickHouse has the samples and the messages', async () => {
    const samples = await ask<Rows>('GET', '/api/v1/analytics/meter-samples?chargePointId=API-1');
    const messages = await ask<Rows>('GET', '/api/v1/charge-points/API-1/messages?action=Reset');
    return samples.rows.length === 1 && messages.rows.length === 2;
  });
  const range = `from=${new Date(began - 60_000).toISOString()}&to=${new Date(Date.now() + 60_000).toISOString()}`;
  for (const by of ['connector', 'chargePoint', 'tag', 'total']) {
    const { rows } = await ask<Rows>(
      'GET',
      `/api/v1/analytics/energy?${range}&by=${by}&timezone=Europe/Berlin`,
    );
    expect(rows.reduce((sum, row) => sum + Number(row.energyWh), 0)).toBeCloseTo(2000, 0);
  }
  for (const query of ['transactions', 'meter-sample-totals', 'transaction-totals', 'storage']) {
    expect((await ask<Rows>('GET', `/api/v1/analytics/${query}`)).rows.length).toBeGreaterThan(0);
  }
  for (const path of [
    '/api/v1/charge-points',
    '/api/v1/charge-points/API-1',
    '/api/v1/tokens',
    '/api/v1/transactions',
    '/readyz',
    '/metrics',
  ]) {
    await ask('GET', path);
  }

  await until('every topic was told', () => new Set(events.events.map(({ event }) => event)).size === 4);
  await ask('PATCH', '/api/v1/charge-points/API-1', { key: 'sixteen-bytes-ok' });
  await until('a new key closed the socket', () =>
    events.events.some(({ data }) => (data as { reason?: string }).reason === 'charge point key changed'),
  );
  await ask('DELETE', '/api/v1/charge-points/API-1');
  expect(await ask('GET', '/api/v1/charge-points/API-1')).toMatchObject({
    error: { code: 'unknown_charge_point' },
  });
  expect(await ask('GET', `/api/v1/transactions/${transactionId}`)).toMatchObject({ state: 'stopped' });
}, 60_000);
