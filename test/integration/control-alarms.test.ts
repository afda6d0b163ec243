import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { EventReader } from '../support/event-reader.ts';
import { until } from '../support/until.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const rules = '/api/v1/alarm-rules';
const offline = { kind: 'offline', minutes: 1 };

describe('alarms over the API', () => {
  let control: ControlUnderTest;
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    receiver = await startWebhookReceiver();
    control = await startControl((config) => ({
      ...config,
      alarms: { ...config.alarms, webhookNetworks: ['127.0.0.1'] },
    }));
  });
  afterEach(async () => {
    await control.close();
    await receiver.close();
  });

  const put = (id: string, body: object, headers = {}) =>
    control.send('PUT', `${rules}/${encodeURIComponent(id)}`, { json: body, headers });
  /** Farad has been told of a degraded part for as long as the rule wants: at once. */
  const degraded = { kind: 'degraded', minutes: 0 };

  test('a rule is written, shown without its secret, replaced by whoever has seen it, and deleted', async () => {
    const secret = 'nobody-must-see-this';
    const webhook = { url: receiver.url, secret };
    const written = await put('night', {
      condition: offline,
      webhook,
      quietHours: { from: '22:00', to: '06:00' },
    });
    expect(written).toMatchObject({
      status: 201,
      body: {
        id: 'night',
        condition: offline,
        enabled: true,
        filter: null,
        urgent: false,
        repeatMinutes: null,
        tellOver: true,
        emails: [],
        webhook: { url: receiver.url, hasSecret: true },
        standing: 0,
        deliveries: [],
        writtenBy: 'bootstrap',
      },
    });
    // Without a secret the present one stays; null takes it away.
    const version = { 'if-match': written.headers.get('etag') ?? '' };
    expect(
      (await put('night', { condition: offline, webhook: { url: receiver.url } }, version)).body.webhook,
    ).toEqual({
      url: receiver.url,
      hasSecret: true,
    });
    expect(control.store.alarmRules.webhookOf('night')).toEqual({ url: receiver.url, secret });
    expect((await put('night', { condition: offline }, version)).status).toBe(412);
    const without = await put('night', { condition: offline, webhook: { url: receiver.url, secret: null } });
    expect(without.body.webhook.hasSecret).toBe(false);

    const list = await control.send('GET', rules);
    expect(list.body).toMatchObject({ items: [{ id: 'night' }], next: null });
    const audit = await control.send('GET', '/api/v1/audit');
    expect(audit.body.items).toContainEqual(expect.objectContaining({ operation: 'putAlarmRule' }));
    expect(JSON.stringify([list.body, audit.body, control.log])).not.toContain(secret);

    expect((await control.send('DELETE', `${rules}/night`)).status).toBe(204);
    for (const [method, path] of [
      ['GET', `${rules}/night`],
      ['DELETE', `${rules}/night`],
      ['POST', `${rules}/night/test`],
    ] as const) {
      expect(await control.send(method, path)).toMatchObject({
        status: 404,
        body: { error: { code: 'unknown_alarm_rule' } },
      });
    }
  });

  test('a token in the address of a webhook is used, and not shown; the address as it is shown changes nothing', async () => {
    const token = 'nobody-must-see-this-either';
    const url = `${receiver.url}?sig=${token}&v=1`;
    const { body } = await put('signed link', { condition: offline, webhook: { url } });
    expect(body.webhook.url).toBe(`${receiver.url}?sig=[redacted]&v=1`);
    await put('signed link', { condition: offline, webhook: { url: body.webhook.url } });
    expect(control.store.alarmRules.webhookOf('signed link')).toEqual({ url });
    const audit = await control.send('GET', '/api/v1/audit');
    expect(JSON.stringify([audit.body, control.log])).not.toContain(token);
  });

  const senseless: readonly (readonly [string, object])[] = [
    ['a kind that there is not', { condition: { kind: 'bored', minutes: 1 } }],
    ['a condition without its limit', { condition: { kind: 'offline' } }],
    ['charge points for what has none', { condition: degraded, filter: { group: 'north' } }],
    ['a filter that means everything', { condition: offline, filter: {} }],
    ['hours that no clock shows', { condition: offline, quietHours: { from: '24:00', to: '6:00' } }],
    ['a webhook of another kind', { condition: offline, webhook: { url: 'ftp://files.example/' } }],
    ['a password in the address', { condition: offline, webhook: { url: 'https://me:pw@hooks.example/' } }],
    [
      'a secret that is none',
      { condition: offline, webhook: { url: 'https://hooks.example/', secret: 'short' } },
    ],
    ['e-mails without a mail server', { condition: offline, emails: ['duty@example.org'] }],
    ['what is no address', { condition: offline, emails: ['duty@example.org\r\nBcc: all@example.org'] }],
  ];

  test('a rule that makes no sense is refused', async () => {
    for (const [what, body] of senseless) {
      const refused = { status: 422, body: { error: { code: 'invalid_body' } } };
      expect(await put('odd', body), what).toMatchObject(refused);
    }
  });

  test('rules are for admins to write, operators to test and acknowledge, viewers to hear the alarms of', async () => {
    await put('rule', { condition: degraded });
    const keyOf = async (role: string) =>
      (await control.send('POST', '/api/v1/api-keys', { json: { id: role, role } })).body.key as string;
    const keys = { viewer: await keyOf('viewer'), operator: await keyOf('operator') };
    const as = async (role: keyof typeof keys, method: string, path: string, json?: object) =>
      (await control.send(method, path, { headers: { authorization: `Bearer ${keys[role]}` }, json })).status;
    expect(await as('operator', 'PUT', `${rules}/rule`, { condition: degraded })).toBe(403);
    expect(await as('operator', 'DELETE', `${rules}/rule`)).toBe(403);
    expect(await as('operator', 'GET', `${rules}/rule`)).toBe(200);
    expect(await as('operator', 'POST', `${rules}/rule/test`)).toBe(200);
    expect(await as('viewer', 'GET', rules)).toBe(403);
    expect(await as('viewer', 'GET', '/api/v1/alarms')).toBe(200);
    expect(await as('viewer', 'POST', '/api/v1/alarms/x/acknowledge', {})).toBe(403);
    expect(await as('operator', 'POST', '/api/v1/alarms/x/acknowledge', {})).toBe(404);
  });

  test('a part that cannot work raises an alarm, which is told, acknowledged and stands', async () => {
    const analytics = control.process('analytics');
    analytics.serve('events.read', async ({ after = '0', waitMs }) => {
      if (waitMs > 0) await new Promise(() => undefined);
      return { events: [], cursor: after, missed: false };
    });
    const authorization = `Bearer ${API_KEY}`;
    const live = new EventReader(`${control.base}/api/v1/events?topics=alarms`, { authorization });
    // No edge is there: readyz says so.
    await put('parts', { condition: degraded, webhook: { url: receiver.url } });
    const found = await until('an alarm stands', async () => {
      const { body } = await control.send('GET', '/api/v1/alarms?standing=true&limit=1');
      return body.standing > 0 && body;
    });
    expect(found.unacknowledged).toBe(found.standing);
    const counts = () => live.events.at(-1);
    await until('a stream says so', () =>
      JSON.stringify(counts()?.data).includes(`"standing":${found.standing}`),
    );
    expect(counts()).toMatchObject({ event: 'alarms', data: { unacknowledged: found.standing } });
    const [alarm] = found.items;
    expect(alarm).toMatchObject({ rule: 'parts', kind: 'degraded', chargePointId: null, acknowledged: null });
    await until('it is told', () => receiver.deliveries.length > 0);
    expect(receiver.deliveries[0]?.json).toMatchObject({
      test: false,
      rule: { id: 'parts', kind: 'degraded' },
    });

    const path = `/api/v1/alarms/${alarm.id}`;
    const stale = { 'if-match': '"1"' };
    const acknowledge = (note: string, headers = {}) =>
      control.send('POST', `${path}/acknowledge`, { json: { note }, headers });
    expect((await acknowledge('late', stale)).status).toBe(412);
    const acknowledged = await acknowledge('somebody looks');
    expect(acknowledged.body.acknowledged).toMatchObject({ by: 'bootstrap', note: 'somebody looks' });
    const after = await control.send('GET', '/api/v1/alarms?standing=true');
    expect(after.body.unacknowledged).toBe(found.unacknowledged - 1);
    const { unacknowledged } = after.body;
    await until('the stream says so', () =>
      JSON.stringify(counts()?.data).includes(`"unacknowledged":${unacknowledged}`),
    );
    live.close();

    const rule = await until('the rule shows it', async () => {
      const { body } = await control.send('GET', `${rules}/parts`);
      return body.deliveries[0]?.arrivedAt !== null && body.deliveries.length > 0 && body;
    });
    expect(rule).toMatchObject({
      standing: found.standing,
      deliveries: [{ channel: 'webhook', problem: null }],
    });

    await control.send('DELETE', `${rules}/parts`);
    await until(
      'it is over',
      async () => (await control.send('GET', path)).body.endReason === 'rule-deleted',
    );
    expect(await acknowledge('too late')).toMatchObject({
      status: 409,
      body: { error: { code: 'alarm_over' } },
    });
    const history = await control.send('GET', '/api/v1/alarms?standing=false&rule=parts');
    expect(history.body).toMatchObject({ standing: 0, unacknowledged: 0 });
    expect(history.body.items).toContainEqual(expect.objectContaining({ id: alarm.id }));
  });

  test('a test message arrives although the rule is quiet, and the answer says where it does not', async () => {
    const quiet = { quietHours: { from: '00:00', to: '00:00' } };
    await put('rule', {
      condition: offline,
      ...quiet,
      webhook: { url: receiver.url, secret: 'a-secret-of-16-bytes' },
    });
    const test = () => control.send('POST', `${rules}/rule/test`);
    expect((await test()).body).toEqual({ channels: [{ channel: 'webhook', arrived: true, problem: null }] });
    expect(receiver.deliveries[0]).toMatchObject({
      headers: { 'farad-signature': expect.stringMatching(/^t=\d+,v1=[0-9a-f]{64}$/) },
      json: { test: true, rule: { id: 'rule' } },
    });
    await put('rule', { condition: offline, webhook: { url: 'http://10.0.0.1/' } });
    expect((await test()).body.channels).toMatchObject([
      { arrived: false, problem: expect.stringContaining('alarms.webhookNetworks') },
    ]);
    expect((await control.send('GET', '/api/v1/alarms')).body.items).toEqual([]);
  });
});
