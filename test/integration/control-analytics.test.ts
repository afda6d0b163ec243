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
        parameters: { from, type: 'X', critical: true, group: 'north', limit: 100 },
      },
      [securityRow, { ...securityRow, critical: null }],
    ],
    [
      '/charge-points/CP%201/security-events?source=farad&limit=5',
      {
        name: 'security-events',
        parameters: { chargePointId: 'CP 1', source: 'farad', critical: false, limit: 5 },
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
      '/analytics/meter-samples?chargePointId=CP%201&measurand=Voltage&limit=5&to=2026-03-01T01:00:00Z',
      {
        name: 'meter-samples',
        parameters: {
          chargePointId: 'CP 1',
          measurand: 'Voltage',
          from,
          to: from + 3_600_000,
          order: 'asc',
          limit: 5,
        },
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
      { name: 'transactions', parameters: { state: 'open', limit: 100 } },
      [],
    ],
    ['/analytics/storage', { name: 'storage', parameters: {} }, []],
    [
      '/analytics/sessions?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&group=north',
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
        },
      },
      [],
    ],
    [
      '/analytics/uptime?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&by=group',
      { name: 'uptime', parameters: { from, to, by: 'group', limit: 100 } },
      [{ group: 'north', chargePoints: 2, connectedS: 60, uptime: 0.5, disconnections: 0, usable: null }],
    ],
    [
      '/analytics/connections?from=2026-03-01T00:00:00Z&chargePointId=CP%201&event=closed&limit=2',
      {
        name: 'connections',
        parameters: { from, chargePointId: 'CP 1', event: 'closed', limit: 2 },
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
      { name: 'messages', parameters: { from, text: 'Grüner', type: 'CALL', limit: 100 } },
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
        },
      },
      [messageRow],
    ],
  ])('%s is one named query with times in epoch milliseconds', async (path, query, rows) => {
    joinAnalytics();
    answer = () => ({ ok: true, rows: rows as Record<string, unknown>[] });
    const { status, body } = await control.send('GET', `/api/v1${path}`);
    const isPaged = 'limit' in query.parameters || query.name === 'energy';
    expect({ status, body }).toEqual({ status: 200, body: { rows, ...(isPaged && { next: null }) } });
    expect(asked).toEqual([query]);
  });

  test.each([
    ['/charge-points/CP%201/messages?', messageRow],
    ['/analytics/messages?from=2026-03-01T00:00:00Z&', messageRow],
    ['/analytics/connections?from=2026-03-01T00:00:00Z&', connectionRow],
    ['/analytics/energy?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&', energyRow],
    ['/security-events?', securityRow],
  ])('%s comes in pages, as every list does', async (path, row) => {
    joinAnalytics();
    answer = () => ({ ok: true, rows: asked.length < 3 ? [row, row] : [row] });
    let page = await control.send('GET', `/api/v1${path}limit=2`);
    for (let more = 0; more < 2; more++) {
      expect(page.body.rows).toHaveLength(2);
      page = await control.send('GET', `/api/v1${path}limit=2&cursor=${page.body.next}`);
    }
    expect(page.body).toEqual({ rows: [row], next: null });
    expect(asked.map(({ parameters }) => parameters.offset)).toEqual([undefined, 2, 4]);
  });

  test('a page begins with a cursor of the same question, and nothing else', async () => {
    joinAnalytics();
    answer = () => ({ ok: true, rows: [messageRow] });
    const { body } = await control.send('GET', '/api/v1/charge-points/CP%201/messages?limit=1');
    const since = 'from=2026-03-01T00:00:00Z';
    for (const query of [`cursor=${body.next}`, 'cursor=2', 'offset=2']) {
      const { status } = await control.send('GET', `/api/v1/analytics/connections?${since}&${query}`);
      expect([query, status]).toEqual([query, 400]);
    }
    expect(asked).toHaveLength(1);
  });

  test('meter samples without a time are those of the last hour', async () => {
    joinAnalytics();
    const before = Date.now();
    await control.send('GET', '/api/v1/analytics/meter-samples?chargePointId=CP-1');
    const { from: asOf, to: until } = asked[0]?.parameters ?? {};
    expect(until).toBeUndefined();
    expect(Math.abs(Number(asOf) + 3_600_000 - before)).toBeLessThan(5000);
  });

  test('energy says how much of it waits to be worked out', async () => {
    joinAnalytics();
    answer = () => ({ ok: true, rows: [], pending: 1200 });
    const path = '/analytics/energy?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z';
    const { status, body } = await control.send('GET', `/api/v1${path}`);
    expect({ status, body }).toEqual({ status: 200, body: { rows: [], pending: 1200, next: null } });
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

  describe('energy by what ClickHouse knows nothing of', () => {
    const energy = '/api/v1/analytics/energy?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z';
    const rowOf = (chargePointId: string, connectorId: number, energyWh: number, left = {}) => ({
      ...energyRow,
      chargePointId,
      connectorId,
      energyWh,
      registerFalls: 1,
      readingsLeftOut: left,
    });

    beforeEach(async () => {
      joinAnalytics();
      const members = [
        { chargePointId: 'A', connectorId: 1, group: 'all', phases: ['L1'], rating: 32 },
        { chargePointId: 'B', connectorId: 1, group: 'all', phases: ['L1'], rating: 32 },
      ];
      const groups = [{ id: 'all', parent: null, limit: { unit: 'A', perPhase: 100 } }];
      await control.send('PUT', '/api/v1/sites/depot', { json: { groups, members } });
      await control.send('PUT', '/api/v1/charge-points/A', { json: { tags: ['dc', 'new'] } });
      await control.send('PUT', '/api/v1/charge-points/B', { json: { tags: ['dc'] } });
      // In two pieces.
      answer = () =>
        asked.at(-1)?.parameters.offset === undefined
          ? {
              ok: true,
              rows: Array.from({ length: 50_000 }, (_, index) =>
                index === 0 ? rowOf('A', 1, 100.1, { odd: 1 }) : rowOf(`X${index}`, 1, 0),
              ),
            }
          : { ok: true, rows: [rowOf('B', 1, 20.2, { odd: 2, bad: 1 }), rowOf('A', 2, 3.3)], pending: 7 };
    });

    test('is that of the connectors of each site', async () => {
      const { status, body } = await control.send(
        'GET',
        `${energy}&by=site&interval=whole&sort=-energyWh&timezone=Europe/Berlin`,
      );
      expect(status).toBe(200);
      expect(body).toEqual({
        rows: [
          {
            start: energyRow.start,
            localStart: energyRow.localStart,
            site: 'depot',
            energyWh: 120.3,
            registerFalls: 2,
            readingsLeftOut: { odd: 3, bad: 1 },
            transactionsLeftOut: 0,
          },
          expect.objectContaining({ site: '', energyWh: 3.3, registerFalls: 50_000 }),
        ],
        pending: 7,
        next: null,
      });
      expect(asked.map(({ parameters }) => parameters)).toMatchObject([
        { by: 'connector', interval: 'whole', timezone: 'Europe/Berlin' },
        { by: 'connector', offset: 50_000 },
      ]);
    });

    test('is that of the charge points with each tag, a page at a time and as a file', async () => {
      const byTag = `${energy}&by=chargePointTag&interval=whole&sort=-energyWh`;
      const { body } = await control.send('GET', `${byTag}&limit=2`);
      const told = (rows: readonly { chargePointTag: string; energyWh: number }[]) =>
        rows.map(({ chargePointTag, energyWh }) => [chargePointTag, energyWh]);
      expect(told(body.rows)).toEqual([
        ['dc', 123.6],
        ['new', 103.4],
      ]);
      const rest = await control.send('GET', `${byTag}&limit=2&cursor=${body.next}`);
      expect(told(rest.body.rows)).toEqual([['', 0]]);
      expect(rest.body.next).toBeNull();
      const file = await control.send('GET', `${byTag}&format=csv`);
      expect(file.body.split('\r\n').slice(0, 2)).toEqual([
        'chargePointTag,start,localStart,energyWh,registerFalls,transactionsLeftOut',
        `dc,${energyRow.start},${energyRow.localStart},123.6,3,0`,
      ]);
    });

    test('has no intervals, and not every kind of file', async () => {
      for (const [query, parameter] of [
        ['by=site', 'interval'],
        ['by=chargePointTag&interval=day', 'interval'],
        ['by=site&interval=whole&format=parquet', 'format'],
      ]) {
        const { status, body } = await control.send('GET', `${energy}&${query}`);
        expect([status, body.error.details]).toEqual([400, { parameter }]);
      }
      expect(asked).toEqual([]);
    });

    test('of one site is asked of its connectors', async () => {
      answer = () => ({ ok: true, rows: [] });
      await control.send('GET', `${energy}&by=total&site=depot&group=north`);
      expect(asked).toMatchObject([{ parameters: { by: 'total', members: ['1 A', '1 B'], group: 'north' } }]);
      expect((await control.send('GET', `${energy}&site=nowhere`)).body.error.code).toBe('unknown_site');
    });
  });

  test('the power of a site is asked of its connectors', async () => {
    joinAnalytics();
    const member = { chargePointId: 'CP 1', connectorId: 2, group: 'all', phases: ['L1'], rating: 32 };
    const groups = [{ id: 'all', parent: null, limit: { unit: 'A', perPhase: 100 } }];
    await control.send('PUT', '/api/v1/sites/north', { json: { groups, members: [member] } });
    const power = '/api/v1/analytics/power?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z';
    expect((await control.send('GET', `${power}&site=north`)).status).toBe(200);
    const site = { members: ['2 CP 1'], phases: ['L1'], voltage: 230 };
    expect(asked).toEqual([{ name: 'power', parameters: { from, to, points: 300, ...site } }]);
    expect((await control.send('GET', `${power}&site=south`)).body.error.code).toBe('unknown_site');
  });

  test('are answered 503 while analytics is away', async () => {
    const { status, body } = await control.send('GET', '/api/v1/analytics/transaction-totals');
    expect([status, body.error.code]).toEqual([503, 'engine_unavailable']);
  });
});
