import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { OcppClient } from '../support/ocpp-client.ts';

const start = { connectorId: 1, idTag: 'CAFE01', meterStart: 1000, timestamp: '2026-11-20T10:00:00Z' };

describe.each(['uws', 'ws'] as const)('answers on %s', (transport) => {
  let gateway: EdgeUnderTest;
  let client: OcppClient;

  beforeEach(async () => {
    gateway = await startEdgeUnderTest({ transport });
    await gateway.store.tokens.put({ idTag: 'CAFE01', status: 'Accepted' });
    client = await OcppClient.connect(gateway.edge.port, 'CP-1');
    await client.boot();
  });
  afterEach(() => gateway.close());

  test('B6, Q37: a retry is known by its content, under the old messageId, a new one, or one used for something else', async () => {
    const [, , first] = await client.call('StartTransaction', start, 'the-start');
    const again = [];
    for (const messageId of ['the-start', 'a-new-id']) {
      again.push((await client.call('StartTransaction', start, messageId))[2]);
    }
    expect(again).toEqual([first, first]);
    const other = { ...start, connectorId: 2 };
    const [type, , second] = await client.call('StartTransaction', other, 'the-start');
    expect(type).toBe(3);
    expect((second as typeof start & { transactionId: number }).transactionId).not.toBe(
      (first as { transactionId: number }).transactionId,
    );
    expect(gateway.store.transactions.openOf('CP-1')).toHaveLength(2);
  });

  test.each([
    ['StartTransaction', start, 'start'],
    ['StopTransaction', { transactionId: 1, meterStop: 1, timestamp: start.timestamp }, 'stop'],
  ] as const)(
    'B12: a failure to process %s is told by a CALLERROR, and the socket stays',
    async (action, payload, method) => {
      const failing = vi
        .spyOn(gateway.store.transactions, method)
        .mockRejectedValueOnce(new Error('disk gone'));
      const answer = await client.call(action, payload);
      expect(failing).toHaveBeenCalledOnce();
      expect(answer).toEqual([4, answer[1], 'InternalError', expect.any(String), {}]);
      expect(JSON.stringify(answer)).not.toContain('disk gone');
      expect((await client.call(action, payload))[0]).toBe(3);
    },
  );

  test.each([
    ['Authorize', { idTag: 'STRANGER' }, { idTagInfo: { status: 'Invalid' } }],
    ['StartTransaction', { ...start, idTag: 'STRANGER' }, { idTagInfo: { status: 'Invalid' } }],
    ['DataTransfer', { vendorId: 'com.nobody' }, { status: 'UnknownVendorId' }],
  ])('B13: what the response of %s can say is no CALLERROR', async (action, payload, said) => {
    const [type, , answer] = await client.call(action, payload);
    expect(type).toBe(3);
    expect(answer).toMatchObject(said);
  });

  test('B13: a boot that the operator rejected is answered Rejected', async () => {
    await gateway.store.settings.put({ id: 'CP-1', registration: 'Rejected' });
    const boot = { chargePointVendor: 'Acme', chargePointModel: 'One' };
    expect(await client.request('BootNotification', boot)).toMatchObject({ status: 'Rejected' });
  });

  test('G11: a charge point without a cache answers ClearCache with Rejected, and that is a result', async () => {
    const outcome = gateway.ask('edge.call', { chargePointId: 'CP-1', action: 'ClearCache', payload: {} });
    const [, messageId, , payload] = await client.next();
    expect(payload).toEqual({});
    client.send([3, messageId, { status: 'Rejected' }]);
    expect(await outcome).toMatchObject({ outcome: 'result', payload: { status: 'Rejected' } });
    expect(client.received).toEqual([]);
  });
});
