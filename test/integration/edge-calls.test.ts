import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CallOutcome } from '../../src/link/methods.ts';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

describe.each(['uws', 'ws'] as const)('calls to a charge point on %s', (transport) => {
  let gateway: EdgeUnderTest;
  let client: OcppClient;

  beforeEach(async () => {
    gateway = await startEdgeUnderTest({ transport, flags: { 'ocpp-call-queue': '2' } });
    client = await OcppClient.connect(gateway.edge.port, 'CP-1');
    await client.boot();
  });
  afterEach(() => gateway.close());

  const call = (action: string, payload: unknown = {}, timeoutMs?: number): Promise<CallOutcome> =>
    gateway.ask('edge.call', { chargePointId: 'CP-1', action, payload, ...(timeoutMs && { timeoutMs }) });

  test('the payload goes out unchanged and the answer comes back in the charge point’s own words', async () => {
    const payload = { key: 'MeterValueSampleInterval', value: '60', '': null, nested: [{ a: 'ü\u2028' }] };
    const outcome = call('ChangeConfiguration', payload);
    const [type, messageId, action, received] = await client.next();
    expect([type, action, received]).toEqual([2, 'ChangeConfiguration', payload]);
    client.send([3, messageId, { status: 'RebootRequired', extra: 1 }]);
    expect(await outcome).toMatchObject({
      outcome: 'result',
      messageId,
      payload: { status: 'RebootRequired', extra: 1 },
    });
    expect(gateway.metric('farad_broken_answers_total', { action: 'ChangeConfiguration' })).toBe(1);
  });

  test('G14: a CALLERROR is a final result', async () => {
    const outcome = call('ClearCache');
    const [, messageId] = await client.next();
    client.send([4, messageId, 'NotImplemented', 'no cache', { why: 1 }]);
    expect(await outcome).toMatchObject({
      outcome: 'error',
      code: 'NotImplemented',
      description: 'no cache',
      details: { why: 1 },
    });
  });

  test('B5: ids are never used twice over the connections of a charge point, and have 36 characters at most', async () => {
    const ids = new Set<unknown>();
    for (let connection = 0; connection < 3; connection++) {
      for (let index = 0; index < 3; index++) {
        const outcome = call('ClearCache');
        const [, messageId] = await client.next();
        expect(String(messageId).length).toBeLessThanOrEqual(36);
        ids.add(messageId);
        client.send([3, messageId, { status: 'Accepted' }]);
        await outcome;
      }
      await client.close();
      client = await OcppClient.connect(gateway.edge.port, 'CP-1');
    }
    expect(ids.size).toBe(9);
  });

  test('B7: a charge point has one open CALL, the next goes after its answer; other charge points are not held up', async () => {
    const other = await OcppClient.connect(gateway.edge.port, 'CP-2');
    await other.boot();
    const first = call('ClearCache');
    const second = call('GetLocalListVersion');
    const elsewhere = gateway.ask('edge.call', { chargePointId: 'CP-2', action: 'ClearCache', payload: {} });
    const [, firstId, firstAction] = await client.next();
    expect(firstAction).toBe('ClearCache');
    const [, otherId] = await other.next();
    other.send([3, otherId, { status: 'Accepted' }]);
    expect(await elsewhere).toMatchObject({ outcome: 'result' });
    expect(client.received).toEqual([]);
    client.send([3, firstId, { status: 'Accepted' }]);
    await first;
    const [, secondId, secondAction] = await client.next();
    expect(secondAction).toBe('GetLocalListVersion');
    client.send([3, secondId, { listVersion: 0 }]);
    expect(await second).toMatchObject({ payload: { listVersion: 0 } });
  });

  test('B8: the charge point’s own CALLs are answered while it has one of ours', async () => {
    const outcome = call('ClearCache');
    const [, messageId] = await client.next();
    expect(await client.request('Heartbeat', {})).toHaveProperty('currentTime');
    client.send([3, messageId, { status: 'Accepted' }]);
    expect(await outcome).toMatchObject({ outcome: 'result' });
  });

  test('B9, B11: after the timeout the next CALL goes, and the late answer is not taken for its', async () => {
    const first = call('ClearCache', {}, 150);
    const second = call('GetLocalListVersion');
    const [, lateId] = await client.next();
    expect(await first).toMatchObject({ outcome: 'timeout', messageId: lateId });
    const [, secondId] = await client.next();
    client.send([3, lateId, { status: 'Accepted' }]);
    client.send([3, secondId, { listVersion: 7 }]);
    expect(await second).toMatchObject({ messageId: secondId, payload: { listVersion: 7 } });
    expect(gateway.metric('farad_stray_answers_total')).toBe(1);
  });

  test('a CALL beyond the queue is refused', async () => {
    const waiting = [call('ClearCache'), call('ClearCache'), call('ClearCache')];
    expect(await call('ClearCache')).toEqual({ outcome: 'queue_full' });
    await client.close();
    expect((await Promise.all(waiting)).map(({ outcome }) => outcome)).toEqual([
      'connection_lost',
      'not_connected',
      'not_connected',
    ]);
    expect(gateway.metric('farad_waiting_calls')).toBe(0);
  });

  test('A12: a CALL in flight on a replaced socket is lost, and its late answer ignored', async () => {
    const outcome = call('ClearCache');
    const [, messageId] = await client.next();
    const newer = await OcppClient.connect(gateway.edge.port, 'CP-1');
    expect(await outcome).toEqual({ outcome: 'connection_lost', messageId });
    newer.send([3, messageId, { status: 'Accepted' }]);
    await until('the answer is counted', () => gateway.metric('farad_stray_answers_total') === 1);
  });

  test('a charge point without a socket is not connected', async () => {
    expect(
      await gateway.ask('edge.call', { chargePointId: 'CP-9', action: 'ClearCache', payload: {} }),
    ).toEqual({ outcome: 'not_connected' });
  });

  test('C5: a Pending charge point gets no remote start, but may be configured; C3: a Rejected one gets nothing', async () => {
    const boot = { chargePointVendor: 'Acme', chargePointModel: 'One' };
    await gateway.store.settings.put({ id: 'CP-1', registration: 'Pending' });
    expect(await client.request('BootNotification', boot)).toMatchObject({ status: 'Pending' });
    expect(await call('RemoteStartTransaction', { idTag: 'A' })).toEqual({
      outcome: 'registration_state',
      registration: 'Pending',
    });
    const outcome = call('GetConfiguration');
    const [, messageId] = await client.next();
    client.send([3, messageId, { configurationKey: [] }]);
    expect(await outcome).toMatchObject({ outcome: 'result' });
    await gateway.store.settings.put({ id: 'CP-1', registration: 'Rejected' });
    expect(await client.request('BootNotification', boot)).toMatchObject({ status: 'Rejected' });
    expect(await call('GetConfiguration')).toMatchObject({ outcome: 'registration_state' });
  });
});
