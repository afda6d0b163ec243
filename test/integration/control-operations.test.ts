import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Health } from '../../src/link/methods.ts';
import { createRegistry } from '../../src/telemetry/metrics.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { until } from '../support/until.ts';

/** Of an operation in the description of the API. */
interface Described {
  readonly parameters?: readonly unknown[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
}

describe('health and metrics', () => {
  let control: ControlUnderTest;

  beforeEach(async () => {
    control = await startControl((config) => ({ ...config, edge: { ...config.edge, processes: 2 } }));
  });
  afterEach(() => control.close());

  const well: Health = { ready: true, problems: [] };
  const sinkAway = { name: 'outbox', since: Date.UTC(2026, 10, 29, 8), cause: 'connect ECONNREFUSED' };
  const sinkAwayView = { ...sinkAway, process: 'analytics', since: '2026-11-29T08:00:00.000Z' };

  function join(name: string, health: Health = well): void {
    const link = control.process(name);
    const registry = createRegistry({ process: name });
    registry.counter('farad_test_total', 'A count.').with().inc(name.length);
    link.serve('health.read', () => health);
    link.serve('metrics.read', () => registry.collect());
  }

  test('/healthz tells that control is alive, whatever the others do', async () => {
    const { status, body } = await control.send('GET', '/healthz');
    expect([status, body]).toEqual([200, 'ok\n']);
  });

  test('/readyz is 200 when every process is well', async () => {
    for (const name of ['supervisor', 'edge-0', 'edge-1', 'analytics']) join(name);
    const { status, body } = await control.send('GET', '/readyz');
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        ready: true,
        degraded: [],
        processes: { supervisor: well, 'edge-0': well, 'edge-1': well, analytics: well, control: well },
      },
    });
  });

  test('/readyz is 503 with the reasons when a process is missing or not well', async () => {
    join('supervisor');
    join('edge-0', {
      ready: false,
      problems: ['stands still for 25 s: writes to journal-edge-0 (it waits for the disk)'],
    });
    join('analytics', { ready: true, problems: [], degraded: [sinkAway] });
    const { status, body } = await control.send('GET', '/readyz');
    expect([status, body.error.code]).toEqual([503, 'not_ready']);
    expect(body.error.message).toBe(
      'Farad is not ready: edge-0: stands still for 25 s: writes to journal-edge-0 (it waits for the disk); edge-1: does not answer.',
    );
    expect(body.error.details.processes.supervisor).toEqual(well);
    expect(body.error.details.degraded).toEqual([sinkAwayView]);
  });

  test('/readyz counts a process that fails to say as not ready', async () => {
    for (const name of ['supervisor', 'edge-0', 'analytics']) join(name);
    control.process('edge-1').serve('health.read', () => {
      throw new Error('broken');
    });
    expect((await control.send('GET', '/readyz')).body.error.message).toBe(
      'Farad is not ready: edge-1: does not answer.',
    );
  });

  test('/readyz stays 200 for what charge points do without, and lists it with its cause', async () => {
    for (const name of ['supervisor', 'edge-0', 'edge-1']) join(name);
    const away = await control.send('GET', '/readyz');
    expect(away.status).toBe(200);
    expect(away.body.degraded).toEqual([
      { process: 'analytics', name: 'process', since: expect.any(String), cause: 'does not answer' },
    ]);
    expect(away.body.processes.analytics).toEqual({ ready: false, problems: ['does not answer'] });
    const { degraded } = (await control.send('GET', '/readyz')).body;
    expect(degraded).toEqual(away.body.degraded);

    join('analytics', { ready: true, problems: [], degraded: [sinkAway] });
    const { status, body } = await control.send('GET', '/readyz');
    expect([status, body.degraded]).toEqual([200, [sinkAwayView]]);
  });

  test('/readyz answers within a second though a process hangs, and asks it no second question meanwhile', async () => {
    for (const name of ['supervisor', 'edge-0', 'analytics']) join(name);
    let asked = 0;
    let answer: ((health: Health) => void) | undefined;
    control.process('edge-1').serve('health.read', () => {
      asked++;
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    const answers = await Promise.all([1, 2, 3].map(() => control.send('GET', '/readyz')));
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(asked).toBe(1);
    answer?.(well);
    await until('its late answer counts', async () => (await control.send('GET', '/readyz')).status === 200);
  });

  test('/metrics holds those of all processes; a dead one is told, and fails nothing', async () => {
    for (const name of ['edge-0', 'analytics']) join(name);
    await control.send('GET', '/healthz');
    const { status, headers, body } = await control.send('GET', '/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(body).toContain('farad_test_total{process="edge-0"} 6');
    expect(body).toContain('farad_test_total{process="analytics"} 9');
    expect(body).toContain('farad_process_up{process="edge-0"} 1');
    expect(body).toContain('farad_process_up{process="edge-1"} 0');
    expect(body).toMatch(/farad_api_requests_total\{[^}]*route="\/healthz"[^}]*status="200"[^}]*\} \d/);
    expect(body.match(/# TYPE farad_test_total/g)?.length).toBe(1);
  });
});

describe('the description of the API', () => {
  let control: ControlUnderTest;

  beforeEach(async () => {
    control = await startControl();
  });
  afterEach(() => control.close());

  test('describes every route, with every reference resolved and an error for each that can fail', async () => {
    const { body } = await control.send('GET', '/api/v1/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const routes = control.app.printRoutes({ commonPrefix: false, includeHooks: false });
    expect(routes).toContain('charge-points');
    const described = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual([
      'DELETE /api/v1/alarm-rules/{id}',
      'DELETE /api/v1/analytics/saved-queries/{id}',
      'DELETE /api/v1/api-keys/{id}',
      'DELETE /api/v1/backups/{id}',
      'DELETE /api/v1/certificate-authority/{id}',
      'DELETE /api/v1/charge-points/{id}',
      'DELETE /api/v1/charge-points/{id}/charging-profiles',
      'DELETE /api/v1/cluster/nodes/{node}',
      'DELETE /api/v1/configuration-templates/{id}',
      'DELETE /api/v1/local-lists/{id}',
      'DELETE /api/v1/manufacturer-roots/{sha256}',
      'DELETE /api/v1/reports/{id}',
      'DELETE /api/v1/reservations/{id}',
      'DELETE /api/v1/saved-filters/{id}',
      'DELETE /api/v1/session',
      'DELETE /api/v1/sessions/{id}',
      'DELETE /api/v1/sites/{id}',
      'DELETE /api/v1/tokens/{idTag}',
      'DELETE /api/v1/transactions/{transactionId}/charging-wish',
      'DELETE /api/v1/transactions/{transactionId}/correction',
      'DELETE /api/v1/users/{name}',
      'GET /api/v1/alarm-rules',
      'GET /api/v1/alarm-rules/{id}',
      'GET /api/v1/alarms',
      'GET /api/v1/alarms/{id}',
      'GET /api/v1/analytics/answer-times',
      'GET /api/v1/analytics/connections',
      'GET /api/v1/analytics/energy',
      'GET /api/v1/analytics/errors',
      'GET /api/v1/analytics/failed-authorizations',
      'GET /api/v1/analytics/faults',
      'GET /api/v1/analytics/idle',
      'GET /api/v1/analytics/messages',
      'GET /api/v1/analytics/meter-sample-totals',
      'GET /api/v1/analytics/meter-samples',
      'GET /api/v1/analytics/power',
      'GET /api/v1/analytics/saved-queries',
      'GET /api/v1/analytics/saved-queries/{id}',
      'GET /api/v1/analytics/schema',
      'GET /api/v1/analytics/sessions',
      'GET /api/v1/analytics/storage',
      'GET /api/v1/analytics/transaction-totals',
      'GET /api/v1/analytics/transactions',
      'GET /api/v1/analytics/uptime',
      'GET /api/v1/analytics/utilisation',
      'GET /api/v1/api-keys',
      'GET /api/v1/audit',
      'GET /api/v1/campaigns',
      'GET /api/v1/campaigns/matches',
      'GET /api/v1/campaigns/{id}',
      'GET /api/v1/campaigns/{id}/results',
      'GET /api/v1/certificate-authority',
      'GET /api/v1/certificate-authority/crl',
      'GET /api/v1/certificate-requests',
      'GET /api/v1/certificates',
      'GET /api/v1/certificates/{serial}',
      'GET /api/v1/charge-point-clusters',
      'GET /api/v1/charge-points',
      'GET /api/v1/charge-points/{id}',
      'GET /api/v1/charge-points/{id}/availability',
      'GET /api/v1/charge-points/{id}/charging-profiles',
      'GET /api/v1/charge-points/{id}/commands',
      'GET /api/v1/charge-points/{id}/commands/{messageId}',
      'GET /api/v1/charge-points/{id}/composite-schedule',
      'GET /api/v1/charge-points/{id}/configuration',
      'GET /api/v1/charge-points/{id}/configuration/drift',
      'GET /api/v1/charge-points/{id}/diagnostics-jobs',
      'GET /api/v1/charge-points/{id}/diagnostics-jobs/{jobId}',
      'GET /api/v1/charge-points/{id}/firmware-jobs',
      'GET /api/v1/charge-points/{id}/firmware-jobs/{jobId}',
      'GET /api/v1/charge-points/{id}/installed-certificates',
      'GET /api/v1/charge-points/{id}/local-list',
      'GET /api/v1/charge-points/{id}/messages',
      'GET /api/v1/charge-points/{id}/security',
      'GET /api/v1/charge-points/{id}/security-events',
      'GET /api/v1/cluster',
      'GET /api/v1/configuration-templates',
      'GET /api/v1/configuration-templates/{id}',
      'GET /api/v1/configuration-templates/{id}/drift',
      'GET /api/v1/events',
      'GET /api/v1/local-lists',
      'GET /api/v1/local-lists/{id}',
      'GET /api/v1/log-in-methods',
      'GET /api/v1/manufacturer-roots',
      'GET /api/v1/openapi.json',
      'GET /api/v1/overview',
      'GET /api/v1/reports',
      'GET /api/v1/reports/{id}',
      'GET /api/v1/reservations',
      'GET /api/v1/reservations/{id}',
      'GET /api/v1/saved-filters',
      'GET /api/v1/saved-filters/{id}',
      'GET /api/v1/security',
      'GET /api/v1/security-events',
      'GET /api/v1/session',
      'GET /api/v1/sessions',
      'GET /api/v1/sites',
      'GET /api/v1/sites/{id}',
      'GET /api/v1/sites/{id}/plan',
      'GET /api/v1/system',
      'GET /api/v1/tokens',
      'GET /api/v1/tokens/{idTag}',
      'GET /api/v1/transactions',
      'GET /api/v1/transactions/{transactionId}',
      'GET /api/v1/transactions/{transactionId}/charging-wish',
      'GET /api/v1/transactions/{transactionId}/energy',
      'GET /api/v1/users',
      'GET /api/v1/users/{name}',
      'GET /docs',
      'GET /healthz',
      'GET /metrics',
      'GET /readyz',
      'PATCH /api/v1/charge-points/{id}',
      'PATCH /api/v1/sites/{id}',
      'POST /api/v1/alarm-rules/{id}/test',
      'POST /api/v1/alarms/{id}/acknowledge',
      'POST /api/v1/analytics/saved-queries',
      'POST /api/v1/analytics/sql',
      'POST /api/v1/api-keys',
      'POST /api/v1/backups',
      'POST /api/v1/campaigns',
      'POST /api/v1/campaigns/{id}/abort',
      'POST /api/v1/campaigns/{id}/pause',
      'POST /api/v1/campaigns/{id}/resume',
      'POST /api/v1/campaigns/{id}/retry',
      'POST /api/v1/certificate-authority',
      'POST /api/v1/certificate-requests/{id}/certificate',
      'POST /api/v1/certificates',
      'POST /api/v1/certificates/{serial}/revoke',
      'POST /api/v1/charge-points/{id}/calls/{Action}',
      'POST /api/v1/charge-points/{id}/charging-profiles',
      'POST /api/v1/charge-points/{id}/configuration/refresh',
      'POST /api/v1/charge-points/{id}/diagnostics-jobs',
      'POST /api/v1/charge-points/{id}/firmware-jobs',
      'POST /api/v1/charge-points/{id}/installed-certificates',
      'POST /api/v1/charge-points/{id}/installed-certificates/delete',
      'POST /api/v1/charge-points/{id}/installed-certificates/refresh',
      'POST /api/v1/charge-points/{id}/local-list/sync',
      'POST /api/v1/charge-points/{id}/trigger',
      'POST /api/v1/charging-profiles',
      'POST /api/v1/configuration-templates/{id}/mend',
      'POST /api/v1/manufacturer-roots',
      'POST /api/v1/reports/{id}/run',
      'POST /api/v1/reservations',
      'POST /api/v1/session',
      'POST /api/v1/tokens/import',
      'POST /api/v1/transactions/{transactionId}/close',
      'POST /api/v1/users',
      'PUT /api/v1/alarm-rules/{id}',
      'PUT /api/v1/analytics/saved-queries/{id}',
      'PUT /api/v1/charge-points/{id}',
      'PUT /api/v1/charge-points/{id}/configuration/{key}',
      'PUT /api/v1/charge-points/{id}/security',
      'PUT /api/v1/configuration-templates/{id}',
      'PUT /api/v1/local-lists/{id}',
      'PUT /api/v1/reports/{id}',
      'PUT /api/v1/saved-filters/{id}',
      'PUT /api/v1/session/password',
      'PUT /api/v1/sites/{id}',
      'PUT /api/v1/tokens/{idTag}',
      'PUT /api/v1/transactions/{transactionId}/charging-wish',
      'PUT /api/v1/transactions/{transactionId}/correction',
      'PUT /api/v1/users/{name}',
      'PUT /api/v1/users/{name}/password',
    ]);
    const text = JSON.stringify(body);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(body.components.schemas[name as string], name).toBeDefined();
    }
    const call = body.paths['/api/v1/charge-points/{id}/calls/{Action}'].post;
    expect(call.parameters.find(({ name }: { name: string }) => name === 'Action').schema.enum).toContain(
      'ReserveNow',
    );
    expect(Object.keys(call.responses)).toEqual(
      expect.arrayContaining(['200', '401', '404', '409', '422', '429', '502', '504']),
    );
    expect(Object.keys(call.responses['409'].content['application/json'].examples)).toEqual([
      'not_connected',
      'registration_state',
      'security_profile_not_raised',
      'security_prerequisites_missing',
    ]);
    expect(body.components.schemas.ReserveNowRequest.required).toContain('reservationId');
  });

  test('every route that reads parameters or a body refuses wrong ones with words', async () => {
    const { body } = await control.send('GET', '/api/v1/openapi.json');
    const answers: Record<string, string> = {};
    for (const [path, methods] of Object.entries(body.paths as Record<string, Record<string, Described>>)) {
      for (const [method, { parameters = [], requestBody }] of Object.entries(methods)) {
        const url = path.replace(/\{\w+\}/g, '1');
        const name = `${method} ${path}`;
        if (parameters.length > 0) {
          const { status, body } = await control.send(method.toUpperCase(), `${url}?no_such=1`, {
            ...(requestBody && { json: {} }),
          });
          answers[`${name}, parameter`] = `${status} ${body.error?.code}`;
        }
        if (requestBody?.content['application/json']) {
          const { status, body } = await control.send(method.toUpperCase(), url, { json: 7 });
          answers[`${name}, body`] = `${status} ${body.error?.code}`;
        }
      }
    }
    expect(Object.keys(answers).length).toBeGreaterThan(100);
    const refused = /^(400 invalid_parameter|422 invalid_body|404 unknown_\w+|415 unsupported_media_type)$/;
    expect(Object.entries(answers).filter(([, answer]) => !refused.test(answer))).toEqual([]);
  });

  test('says of nobody who did something that it has to be an API key', async () => {
    const { body } = await control.send('GET', '/api/v1/openapi.json');
    const said: string[] = [];
    JSON.stringify(body, (name, value) => {
      if (/^(by|owner|actor|\w+By)$/.test(name) && value?.description) said.push(value.description);
      return value;
    });
    expect(said.length).toBeGreaterThan(8);
    expect(said.filter((text) => /\bkey\b/i.test(text) && !/\buser\b/i.test(text))).toEqual([]);
  });

  test('tells which operations take an Idempotency-Key', async () => {
    const { body } = await control.send('GET', '/api/v1/openapi.json');
    const taking = Object.values(body.paths as Record<string, object>)
      .flatMap((methods) => Object.values(methods))
      .filter(({ parameters }) =>
        parameters.some(({ name }: { name: string }) => name === 'Idempotency-Key'),
      );
    expect(taking.map(({ operationId }) => operationId).sort()).toEqual([
      'callChargePoint',
      'closeTransaction',
      'createCampaign',
      'createDiagnosticsJob',
      'createFirmwareJob',
      'createReservation',
      'createSavedQuery',
      'deleteInstalledCertificate',
      'installCertificate',
      'mendConfigurationDrift',
      'retryCampaign',
      'setChargingProfile',
      'syncLocalList',
      'triggerMessage',
    ]);
    for (const { responses } of taking) {
      expect((responses['200'] ?? responses['201']).headers).toHaveProperty('Idempotency-Replayed');
      expect(Object.keys(responses['422'].content['application/json'].examples)).toContain(
        'idempotency_key_reused',
      );
    }
  });

  test('holds examples that agree with its own schemas', async () => {
    const { Ajv2020 } = await import('ajv/dist/2020.js');
    const { body } = await control.send('GET', '/api/v1/openapi.json');
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    let checked = 0;
    const visit = (node: unknown, place: string): void => {
      if (node === null || typeof node !== 'object') return;
      const { schema, examples } = node as { schema?: object; examples?: Record<string, { value: unknown }> };
      if (schema && examples && !Array.isArray(examples) && !place.endsWith('ndjson')) {
        const validate = ajv.compile({ ...schema, components: body.components });
        for (const [name, { value }] of Object.entries(examples)) {
          expect(validate(value), `${place} ${name}: ${ajv.errorsText(validate.errors)}`).toBe(true);
          checked++;
        }
      }
      for (const [name, child] of Object.entries(node)) visit(child, `${place}/${name}`);
    };
    visit(body.paths, '');
    expect(checked).toBeGreaterThan(100);
  });

  test('is a page that needs no script and nothing from another host', async () => {
    const { status, headers, body } = await control.send('GET', '/docs');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+';/,
    );
    expect(body).not.toMatch(/<script|<link|<img|@import|url\(|javascript:| on\w+=/i);
    expect(body.match(/(?:src|href)="(?!#|\/)/g)).toBeNull();
    for (const text of [
      '/api/v1/charge-points/{id}/calls/{Action}',
      'connection_lost',
      'ReserveNowRequest',
    ]) {
      expect(body).toContain(text);
    }
    const style = body.match(/<style>([\s\S]*?)<\/style>/)?.[1];
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')).toContain(`'sha256-${hash}'`);
    const anchors = new Set([...body.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const [, target] of body.matchAll(/href="#([^"]+)"/g)) expect(anchors).toContain(target);
  });
});
