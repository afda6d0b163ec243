import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AnalyticsQuery, AnalyticsRows } from '../../src/link/methods.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';

describe('questions to ClickHouse', () => {
  let control: ControlUnderTest;
  let asked: AnalyticsQuery[];
  let answer: () => AnalyticsRows | Promise<AnalyticsRows>;

  beforeEach(async () => {
    control = await startControl();
    asked = [];
    answer = () => ({ ok: true, rows: [] });
  });
  afterEach(() => control.close());

  function joinAnalytics(): void {
    control.process('analytics').serve('analytics.query', (query) => {
      asked.push(query);
      return answer();
    });
  }

  const from = Date.UTC(2026, 2, 1);
  const to = Date.UTC(2026, 2, 2);

  const energyRow = {
    start: '2026-03-01T12:00:00.000Z',
    localStart: '2026-03-01T13:00:00',
    chargePointId: 'CP-1',
    energyWh: 7200.5,
    registerFalls: 0,
    readingsLeftOut: {},
    transactionsLeftOut: 0,
  };
  const totalsRow = {
    chargePointId: 'CP-1',
    count: 2,
    sum: null,
    firstAt: '2026-03-01T12:00:00.000Z',
    lastAt: '2026-03-01T12:00:00.000Z',
  };
  const messageRow = {
    chargePointId: 'CP 1',
    direction: 'out',
    type: 'CALL',
    messageId: 'm-1',
    action: 'Reset',
    errorCode: '',
    payload: '{"type":"Soft"}',
    receivedAt: '2026-03-01T12:00:00.000Z',
  };

  const connectionRow = {
    chargePointId: 'CP 1',
    event: 'closed',
    epoch: 7,
    remoteAddress: '10.0.0.1',
    code: 1006,
    reason: '',
    durationMs: 60_000,
    receivedAt: '2026-03-01T12:00:00.000Z',
  };

  const securityRow = {
    chargePointId: 'CP 1',
    source: 'farad',
    type: 'FailedToAuthenticateAtCentralSystem',
    critical: false,
    reason: 'credentials',
    techInfo: 'wrong or missing credentials',
    remoteAddress: '10.0.0.1',
    reportedAt: '2026-03-01T12:00:00.000Z',
    rawTimestamp: '',
    receivedAt: '2026-03-01T12:00:00.000Z',
  };

  test.each<[string, AnalyticsQuery, object[]]>([
    [
      '/security-events?from=2026-03-01T00:00:00Z&type=X&critical=true&group=north',
      {
        name: 'security-events',
        parameters: { from, type: 'X', critical: true, group: 'north', limit: 100, offset: 0 },
      },
      [securityRow, { ...securityRow, critical: null }],
    ],
    [
      '/charge-points/CP%201/security-events?source=farad&limit=5&offset=1',
      {
        name: 'security-events',
        parameters: { chargePointId: 'CP 1', source: 'farad', critical: false, limit: 5, offset: 1 },
      },
      [securityRow],
    ],
    [
      '/analytics/energy?interval=day&by=chargePoint&from=2026-03-01T01:00:00%2B01:00&to=2026-03-02T00:00:00Z&chargePointId=CP-1&idTag=T&timezone=Europe/Berlin',
      {
        name: 'energy',
        parameters: {
          interval: 'day',
          by: 'chargePoint',
          from,
          to,
          chargePointId: 'CP-1',
          idTag: 'T',
          timezone: 'Europe/Berlin',
        },
      },
      [energyRow],
    ],
    [
      '/analytics/energy?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z',
      { name: 'energy', parameters: { interval: 'hour', by: 'connector', from, to, timezone: 'UTC' } },
      [],
    ],
    [
      '/analytics/meter-samples?chargePointId=CP%201&measurand=Voltage&limit=5',
      {
        name: 'meter-samples',
        parameters: { chargePointId: 'CP 1', measurand: 'Voltage', order: 'asc', limit: 5, offset: 0 },
      },
      [],
    ],
    [
      '/analytics/meter-sample-totals?prefix=LOAD-&final=true',
      { name: 'meter-sample-totals', parameters: { prefix: 'LOAD-', final: true } },
      [totalsRow],
    ],
    ['/analytics/transaction-totals', { name: 'transaction-totals', parameters: { final: false } }, []],
    [
      '/analytics/transactions?state=open',
      { name: 'transactions', parameters: { state: 'open', limit: 100, offset: 0 } },
      [],
    ],
    ['/analytics/storage', { name: 'storage', parameters: {} }, []],
    [
      '/analytics/sessions?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&group=north&offset=5',
      {
        name: 'sessions',
        parameters: {
          from,
          to,
          interval: 'day',
          by: 'total',
          timezone: 'UTC',
          group: 'north',
          limit: 1000,
          offset: 5,
        },
      },
      [],
    ],
    [
      '/analytics/uptime?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&by=group',
      { name: 'uptime', parameters: { from, to, by: 'group', limit: 100, offset: 0 } },
      [{ group: 'north', chargePoints: 2, connectedS: 60, uptime: 0.5, disconnections: 0, usable: null }],
    ],
    [
      '/analytics/connections?from=2026-03-01T00:00:00Z&chargePointId=CP%201&event=closed&limit=2',
      {
        name: 'connections',
        parameters: { from, chargePointId: 'CP 1', event: 'closed', limit: 2, offset: 0 },
      },
      [connectionRow],
    ],
    [
      '/analytics/utilisation?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&by=date',
      { name: 'utilisation', parameters: { from, to, by: 'date', timezone: 'UTC' } },
      [{ date: '2026-03-01', hour: 9, connectors: 2, occupiedHours: 0.5, utilisation: 0.25 }],
    ],
    [
      '/analytics/messages?from=2026-03-01T00:00:00Z&text=Gr%C3%BCner&type=CALL',
      { name: 'messages', parameters: { from, text: 'Grüner', type: 'CALL', limit: 100, offset: 0 } },
      [messageRow],
    ],
    [
      '/charge-points/CP%201/messages?action=Reset&direction=out&messageId=m-1&to=2026-03-02T00:00:00Z',
      {
        name: 'messages',
        parameters: {
          chargePointId: 'CP 1',
          action: 'Reset',
          direction: 'out',
          messageId: 'm-1',
          to,
          limit: 100,
          offset: 0,
        },
      },
      [messageRow],
    ],
  ])('%s is one named query with times in epoch milliseconds', async (path, query, rows) => {
    joinAnalytics();
    answer = () => ({ ok: true, rows: rows as Record<string, unknown>[] });
    const { status, body } = await control.send('GET', `/api/v1${path}`);
    expect({ status, body }).toEqual({ status: 200, body: { rows } });
    expect(asked).toEqual([query]);
  });

  test('energy says how much of it waits to be worked out', async () => {
    joinAnalytics();
    answer = () => ({ ok: true, rows: [], pending: 1200 });
    const path = '/analytics/energy?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z';
    const { status, body } = await control.send('GET', `/api/v1${path}`);
    expect({ status, body }).toEqual({ status: 200, body: { rows: [], pending: 1200 } });
  });

  test.each([
    ['/analytics/energy?from=2026-03-01T00:00:00Z', 'to'],
    ['/analytics/energy?from=yesterday&to=2026-03-02T00:00:00Z', 'from'],
    ['/analytics/energy?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&timezone=Mars/Olympus', 'timezone'],
    ['/analytics/energy?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&interval=week', 'interval'],
    ['/analytics/meter-samples', 'chargePointId'],
    ['/analytics/messages?text=x', 'from'],
    ['/analytics/meter-samples?chargePointId=CP-1&limit=1000000', 'limit'],
    ['/charge-points/CP-1/messages?direction=up', 'direction'],
  ])('%s names the parameter that is wrong', async (path, parameter) => {
    joinAnalytics();
    const { status, body } = await control.send('GET', `/api/v1${path}`);
    expect({ status, details: body.error.details }).toEqual({ status: 400, details: { parameter } });
    expect(asked).toEqual([]);
  });

  test.each([
    ['bad_parameter', 400],
    ['time_limit', 504],
    ['engine_unavailable', 503],
    ['being_worked_out', 503],
  ] as const)('a query that fails with %s is answered %i', async (code, status) => {
    joinAnalytics();
    answer = () => ({ ok: false, code, message: 'because' });
    const got = await control.send('GET', '/api/v1/analytics/transaction-totals');
    expect([got.status, got.body.error.code]).toEqual([status, code]);
    expect(got.body.error.message).toContain('because');
  });

  test('the power of a site is asked of its connectors', async () => {
    joinAnalytics();
    const member = { chargePointId: 'CP 1', connectorId: 2, group: 'all', phases: ['L1'], rating: 32 };
    const groups = [{ id: 'all', parent: null, limit: { unit: 'A', perPhase: 100 } }];
    await control.send('PUT', '/api/v1/sites/north', { json: { groups, members: [member] } });
    const power = '/api/v1/analytics/power?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z';
    expect((await control.send('GET', `${power}&site=north`)).status).toBe(200);
    expect(asked).toEqual([{ name: 'power', parameters: { from, to, points: 300, members: ['2 CP 1'] } }]);
    expect((await control.send('GET', `${power}&site=south`)).body.error.code).toBe('unknown_site');
  });

  test('are answered 503 while analytics is away', async () => {
    const { status, body } = await control.send('GET', '/api/v1/analytics/transaction-totals');
    expect([status, body.error.code]).toEqual([503, 'engine_unavailable']);
  });
});
