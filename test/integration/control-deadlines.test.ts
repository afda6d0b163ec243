import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChargePointBehindControl, connectChargePoint } from '../support/charge-point-behind-control.ts';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';

const CP = '/api/v1/charge-points/CP-1';
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

describe('a request with a deadline', () => {
  let control: ControlUnderTest;
  let chargePoint: ChargePointBehindControl;

  beforeAll(async () => {
    control = await startControl();
    chargePoint = await connectChargePoint(control, 'CP-1');
    await control.store.settings.put({ id: 'CP-1' });
    chargePoint.reply = () => ({ payload: { status: 'Accepted' } });
  });
  afterAll(() => control.close());

  /** `Farad-Deadline`, so far from what Farad says of its time. */
  const deadline = async (ms: number) => {
    const { headers } = await control.send('GET', '/api/v1/session');
    const there = Date.parse(headers.get('farad-time') ?? '');
    return { 'farad-deadline': new Date(there + ms).toISOString() };
  };

  test.each<[string, string, object | undefined]>([
    ['POST', `${CP}/calls/Reset`, { type: 'Soft' }],
    ['POST', `${CP}/trigger`, { requestedMessage: 'Heartbeat' }],
    ['PUT', `${CP}/configuration/HeartbeatInterval`, { value: '60' }],
    ['POST', `${CP}/configuration/refresh`, {}],
    ['DELETE', `${CP}/charging-profiles?profileId=1`, undefined],
    ['POST', `${CP}/diagnostics-jobs`, { location: 'ftp://files.example/logs' }],
    [
      'POST',
      '/api/v1/reservations',
      { chargePointId: 'CP-1', connectorId: 1, idTag: 'A', expiryDate: inAnHour() },
    ],
    ['PUT', '/api/v1/local-lists/depot', { scope: { chargePointId: 'CP-1' }, entries: [{ idTag: 'A' }] }],
    [
      'POST',
      '/api/v1/campaigns',
      { name: 'Late', task: { action: 'ClearCache', payload: {} }, targets: { ids: ['CP-1'] } },
    ],
    ['PUT', '/api/v1/tokens/LATE', { status: 'Accepted' }],
  ])('is refused when it comes too late: %s %s does nothing', async (method, path, json) => {
    const before = chargePoint.calls.length;
    const headers = await deadline(-1500);
    const { status, body } = await control.send(method, path, { headers, ...(json && { json }) });
    expect([status, body.error.code]).toEqual([412, 'too_late']);
    expect(body.error.details.lateMs).toBeGreaterThan(1400);
    expect(chargePoint.calls).toHaveLength(before);
    expect((await control.send('GET', '/api/v1/campaigns')).body.items).toEqual([]);
    expect((await control.send('GET', '/api/v1/tokens/LATE')).status).toBe(404);
  });

  test('is carried out in time, also by clients in other zones', async () => {
    const before = chargePoint.calls.length;
    const soon = await deadline(5000);
    expect((await control.send('POST', `${CP}/calls/ClearCache`, { headers: soon })).status).toBe(200);
    const there = new Date(Date.now() + 7_205_000).toISOString().replace('Z', '+02:00');
    const elsewhere = { 'farad-deadline': there };
    expect((await control.send('POST', `${CP}/calls/ClearCache`, { headers: elsewhere })).status).toBe(200);
    expect(chargePoint.calls).toHaveLength(before + 2);
  });

  test('has to arrive whole by then', async () => {
    const before = chargePoint.calls.length;
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-length': 2, ...(await deadline(300)) };
    const sent = request(`${control.base}${CP}/calls/ClearCache`, { method: 'POST', headers });
    sent.write('{');
    await delay(500);
    sent.end('}');
    const status = await new Promise((resolve) =>
      sent.on('response', (found) => resolve(found.resume().statusCode)),
    );
    expect(status).toBe(412);
    expect(chargePoint.calls).toHaveLength(before);
  });

  test.each(['soon', '10', '2026-03-01T12:00:00'])('must say when: %s does not', async (what) => {
    const headers = { 'farad-deadline': what };
    const { status, body } = await control.send('POST', `${CP}/calls/ClearCache`, { headers });
    expect([status, body.error.code, body.error.details]).toEqual([
      400,
      'invalid_parameter',
      { parameter: 'Farad-Deadline' },
    ]);
  });

  test('is refused before a remembered answer is looked for, and its key stays free', async () => {
    const key = { 'idempotency-key': 'once' };
    const late = { ...key, ...(await deadline(-10)) };
    expect((await control.send('POST', `${CP}/calls/ClearCache`, { headers: late })).status).toBe(412);
    const before = chargePoint.calls.length;
    expect((await control.send('POST', `${CP}/calls/ClearCache`, { headers: key })).status).toBe(200);
    expect(chargePoint.calls).toHaveLength(before + 1);
  });
});
