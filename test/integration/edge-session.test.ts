import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { ENGINES } from '../support/engines.ts';
import { type ClientOptions, type Frame, OcppClient } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

const statusNotification = { connectorId: 1, errorCode: 'NoError', status: 'Available' };
const start = { connectorId: 1, idTag: 'CAFE01', meterStart: 1000, timestamp: '2026-11-20T10:00:00Z' };
const boot = { chargePointVendor: 'Farad', chargePointModel: 'Test' };
const sample = { timestamp: '2026-11-20T10:01:00Z', sampledValue: [{ value: '1100' }] };

type Write = (...input: unknown[]) => Promise<unknown>;

/** Holds a write of the store back until it is let go; `done` then resolves when it is written. */
function holdBack(table: object, method: string) {
  const methods = table as Record<string, Write>;
  const write = (methods[method] as Write).bind(table);
  const gate = new EventEmitter();
  const state = { called: false, letGo: () => gate.emit('open'), done: once(gate, 'done') };
  methods[method] = async (...input) => {
    state.called = true;
    await once(gate, 'open');
    const written = await write(...input);
    gate.emit('done');
    return written;
  };
  return state;
}

describe.each(ENGINES)('a session on %s', (transport) => {
  let gateway: EdgeUnderTest;

  beforeEach(async () => {
    gateway = await startEdgeUnderTest({
      transport,
      flags: { 'ocpp-frames-per-second': '1000', 'ocpp-frame-burst': '1000' },
    });
    await gateway.store.tokens.put({ idTag: 'CAFE01', status: 'Accepted' });
  });
  afterEach(() => gateway.close());

  const connect = (id: string, options?: ClientOptions): Promise<OcppClient> =>
    OcppClient.connect(gateway.edge.port, id, options);

  test('a charge point boots, authorizes, charges and stops', async () => {
    const client = await connect('CP-1');
    await client.boot();
    expect(await client.request('Authorize', { idTag: 'cafe01' })).toMatchObject({
      idTagInfo: { status: 'Accepted' },
    });
    const { transactionId } = await client.request('StartTransaction', start);
    const meterValue = [sample];
    expect(await client.request('MeterValues', { connectorId: 1, transactionId, meterValue })).toEqual({});
    const stop = { transactionId, meterStop: 2000, timestamp: '2026-11-20T11:00:00Z' };
    await client.request('StopTransaction', {
      ...stop,
      transactionData: [{ ...sample, timestamp: stop.timestamp }],
    });
    expect(gateway.rows('meter_samples')).toMatchObject([
      { charge_point_id: 'CP-1', transaction_id: transactionId, source: 'MeterValues' },
      { charge_point_id: 'CP-1', transaction_id: transactionId, source: 'StopTransaction' },
    ]);
    expect(gateway.store.transactions.get(transactionId as number)).toMatchObject({
      state: 'stopped',
      meterStop: 2000,
    });
  });

  test('A8: acceptance belongs to the charge point: no BootNotification is needed on its next socket', async () => {
    const first = await connect('CP-1');
    expect((await first.call('StatusNotification', statusNotification)).slice(0, 3)).toEqual([
      4,
      'm-1',
      'SecurityError',
    ]);
    await first.boot();
    await first.close();
    const second = await connect('CP-1');
    expect(await second.request('StatusNotification', statusNotification)).toEqual({});
  });

  test('Q40: a charge point that never boots is asked to, once per connection, where the setting says so', async () => {
    await gateway.close();
    gateway = await startEdgeUnderTest({ transport, flags: { 'ocpp-ask-for-boot': 'once' } });
    const client = await connect('CP-1');
    const refused = await client.call('StartTransaction', start);
    expect(refused[2]).toBe('SecurityError');
    const asked = await client.next();
    expect(asked.slice(2)).toEqual(['TriggerMessage', { requestedMessage: 'BootNotification' }]);
    client.send([3, asked[1], { status: 'Accepted' }]);
    expect((await client.call('StatusNotification', statusNotification))[2]).toBe('SecurityError');
    await client.boot();
    expect(await client.request('StatusNotification', statusNotification)).toEqual({});
    expect(client.received).toEqual([]);
  });

  test('by default a charge point that never boots is sent nothing', async () => {
    const client = await connect('CP-1');
    await client.call('StartTransaction', start);
    await client.call('StatusNotification', statusNotification);
    expect(client.received).toEqual([]);
  });

  test('A8: acceptance survives a restart of Farad, and with it the open transaction', async () => {
    const first = await connect('CP-1');
    await first.boot();
    const { transactionId } = await first.request('StartTransaction', start);
    await gateway.stop();
    gateway = await startEdgeUnderTest({ transport, dataDir: gateway.dataDir });
    const second = await connect('CP-1');
    expect(await second.request('MeterValues', { connectorId: 1, meterValue: [sample] })).toEqual({});
    expect(gateway.rows('meter_samples')).toMatchObject([{ transaction_id: transactionId }]);
  });

  test('A11: the newest connection wins, and the late close of the old one does not touch it', async () => {
    const old = await connect('CP-1');
    await old.boot();
    const newer = await connect('CP-1');
    expect(await old.closed).toMatchObject({ code: 1008, reason: 'replaced by a newer connection' });
    await until('the end of the old one is recorded', () =>
      gateway.rows('connections').some(({ event }) => event === 'closed'),
    );
    expect(await newer.request('Heartbeat', {})).toHaveProperty('currentTime');
    const answer = gateway.ask('edge.call', { chargePointId: 'CP-1', action: 'ClearCache', payload: {} });
    const [, messageId] = await newer.next();
    newer.send([3, messageId, { status: 'Accepted' }]);
    expect(await answer).toMatchObject({ outcome: 'result', payload: { status: 'Accepted' } });
    const opened = await until('both openings are recorded', () => {
      const rows = gateway.rows('connections').filter(({ event }) => event === 'opened');
      return rows.length === 2 && rows;
    });
    expect(gateway.store.sessions.get('CP-1')?.epoch).toBe(
      Math.max(...opened.map(({ epoch }) => Number(epoch))),
    );
    expect(gateway.metric('farad_sockets')).toBe(1);
  });

  test('A11: a half-open socket is replaced at once, without waiting for it to time out', async () => {
    const old = await connect('CP-1');
    old.ws.pause();
    const newer = await connect('CP-1');
    await newer.boot();
    expect(gateway.metric('farad_closed_sockets_total', { cause: 'replaced' })).toBe(1);
    old.vanish();
  });

  test('A11: another edge is told that it no longer holds the charge point, and only of older connections', async () => {
    const connectedAt = Date.now();
    await gateway.store.sessions.claim({
      chargePointId: 'CP-1',
      edge: 'edge-7',
      connectedAt,
      remoteAddress: '',
    });
    const client = await connect('CP-1');
    await until('edge-7 is told', () => gateway.calledPeers.length > 0);
    const epoch = gateway.store.sessions.get('CP-1')?.epoch as number;
    expect(gateway.calledPeers).toMatchObject([
      { to: 'edge-7', method: 'edge.disconnect', request: { chargePointId: 'CP-1', before: epoch } },
    ]);
    const disconnect = { chargePointId: 'CP-1', reason: 'replaced by a newer connection' };
    expect(await gateway.ask('edge.disconnect', { ...disconnect, before: epoch })).toEqual({ closed: false });
    expect(await gateway.ask('edge.disconnect', { ...disconnect, before: epoch + 1 })).toEqual({
      closed: true,
    });
    expect((await client.closed).code).toBe(1008);
  });

  test('A11: a socket whose edge reaches the store after that of a newer one is closed, and the newer one stays', async () => {
    const newest = {
      chargePointId: 'CP-1',
      edge: 'edge-7',
      connectedAt: Date.now() + 5000,
      remoteAddress: '',
    };
    const { session } = await gateway.store.sessions.claim(newest);
    const client = await connect('CP-1');
    expect(await client.closed).toEqual({ code: 1008, reason: 'replaced by a newer connection' });
    expect(gateway.store.sessions.get('CP-1')).toEqual(session);
    expect(gateway.calledPeers).toEqual([]);
  });

  test('B10: frames of a charge point are answered in their order across the worker boundary', async () => {
    const client = await connect('CP-1');
    await client.boot();
    const sent: string[] = [];
    for (let round = 0; round < 10; round++) {
      const frames: Frame[] = [
        [2, `a${round}`, 'MeterValues', { connectorId: 1, meterValue: [sample] }],
        [2, `b${round}`, 'Heartbeat', {}],
        [2, `c${round}`, 'StartTransaction', { ...start, meterStart: round }],
        [2, `d${round}`, 'StatusNotification', statusNotification],
      ];
      for (const frame of frames) {
        sent.push(frame[1] as string);
        client.send(frame);
      }
    }
    const answered: unknown[] = [];
    while (answered.length < sent.length) answered.push((await client.next())[1]);
    expect(answered).toEqual(sent);
  });

  test('charge points do not wait for each other', async () => {
    const slow = await connect('CP-1');
    const quick = await connect('CP-2');
    await slow.boot();
    await quick.boot();
    slow.send([
      2,
      'slow',
      'MeterValues',
      { connectorId: 1, meterValue: Array.from({ length: 3000 }, () => sample) },
    ]);
    expect(await quick.request('Heartbeat', {})).toHaveProperty('currentTime');
    expect((await slow.next()).slice(0, 2)).toEqual([3, 'slow']);
  });

  test('C13: any frame is a sign of life, and it is stored at the end at the latest', async () => {
    const client = await connect('CP-1');
    await client.boot();
    const before = Date.now();
    await client.request('Authorize', { idTag: 'CAFE01' });
    await gateway.edge.stop(100);
    expect(gateway.store.chargePoints.get('CP-1')?.lastSeenAt).toBeGreaterThanOrEqual(before);
  });

  test('an operator closes the socket of a charge point, and has it forgotten', async () => {
    const client = await connect('CP-1');
    await client.boot();
    const request = { chargePointId: 'CP-1', reason: 'charge point deleted', forget: true };
    expect(await gateway.ask('edge.disconnect', request)).toEqual({ closed: true });
    expect(await client.closed).toEqual({ code: 1008, reason: 'charge point deleted' });
    expect(gateway.store.chargePoints.get('CP-1')).toBeUndefined();
    expect(await gateway.ask('edge.disconnect', request)).toEqual({ closed: false });
  });

  test.each([
    ['StartTransaction', start, 'transactions', 'start'],
    ['BootNotification', boot, 'chargePoints', 'update'],
    ['StatusNotification', statusNotification, 'connectors', 'report'],
  ] as const)(
    'nothing of a deleted charge point is left by its last %s',
    async (action, payload, table, method) => {
      const { store, edge } = gateway;
      const client = await connect('CP-1');
      await client.boot();
      const held = holdBack(store[table], method);
      client.send([2, 'last', action, payload]);
      await until('it is being decided', () => held.called);
      const request = { chargePointId: 'CP-1', reason: 'charge point deleted', forget: true, by: 'key-1' };
      const deleted = gateway.ask('edge.disconnect', request);
      expect(await client.closed).toMatchObject({ code: 1008 });
      await Promise.race([deleted, pause(50)]);
      await expect(OcppClient.connect(edge.port, 'CP-1')).rejects.toThrow('503');
      held.letGo();
      expect(await deleted).toEqual({ closed: true });
      await held.done;
      expect(store.transactions.openOf('CP-1')).toEqual([]);
      expect(store.transactions.list({ chargePointId: 'CP-1', limit: 10 }).transactions).toMatchObject(
        action === 'StartTransaction'
          ? [{ state: 'closed', closure: { cause: 'charge-point-deleted', by: 'key-1' } }]
          : [],
      );
      expect(store.connectors.of('CP-1')).toEqual([]);
      expect(store.chargePoints.get('CP-1')).toBeUndefined();
      await connect('CP-1');
    },
  );

  test('connections are written down with who, when, why and how long', async () => {
    const client = await connect('CP-1');
    await client.close();
    await until('both rows are there', () => gateway.rows('connections').length === 2);
    const [opened, closed] = gateway.rows('connections');
    expect(opened).toMatchObject({
      event: 'opened',
      charge_point_id: 'CP-1',
      remote_address: '127.0.0.1',
      duration_ms: null,
    });
    expect(closed).toMatchObject({
      event: 'closed',
      epoch: opened?.epoch,
      reason: 'closed by the charge point',
    });
    expect(closed?.duration_ms).toBeGreaterThanOrEqual(0);
    await until('the store knows', () => gateway.store.sessions.get('CP-1') === undefined);
  });
});
