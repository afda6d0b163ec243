import { afterEach, describe, expect, test } from 'vitest';
import type { FramePool } from '../../src/workers/frame-pool.ts';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { type Frame, OcppClient } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 20, 0, 0, second)).toISOString();

/** A CALL of MeterValues with one register value and `padding` bytes of nothing. */
function meterValues(index: number, transactionId?: number, padding = 0): Frame {
  const sampledValue = [{ value: String(1000 + index), format: 'Raw' }];
  const meterValue = [{ timestamp: at(index), sampledValue }];
  const payload = {
    connectorId: 1,
    ...(transactionId !== undefined && { transactionId }),
    meterValue,
    ...(padding > 0 && { padding: 'x'.repeat(padding) }),
  };
  return [2, `mv-${index}`, 'MeterValues', payload];
}

const heartbeat = (index: number): Frame => [2, `hb-${index}`, 'Heartbeat', {}];

/** Waits until so many frames have been received, and returns the ids of their answers in order. */
async function answers({ received }: OcppClient, count: number): Promise<unknown[]> {
  await until(`${count} answers are there`, () => received.length >= count, 60_000);
  return received.map(([, id]) => id);
}

const ids = (frames: readonly Frame[]): unknown[] => frames.map(([, id]) => id);

describe.each(['uws', 'ws'] as const)('a replay on %s', (transport) => {
  let gateway: EdgeUnderTest;

  async function start(
    flags: Readonly<Record<string, string>> = {},
    pool?: (real: FramePool) => Pick<FramePool, 'run'>,
  ): Promise<void> {
    gateway = await startEdgeUnderTest({ transport, flags, ...(pool && { pool }) });
    await gateway.store.tokens.put({ idTag: 'CAFE01', status: 'Accepted' });
  }
  afterEach(() => gateway.close());

  async function booted(id: string): Promise<OcppClient> {
    const client = await OcppClient.connect(gateway.edge.port, id);
    await client.boot();
    return client;
  }

  const startTransaction = (index: number) => ({
    connectorId: 1,
    idTag: 'CAFE01',
    meterStart: index,
    timestamp: at(index),
  });

  test('Q39: of 5,000 MeterValues and 20 transactions is answered, in order, on one connection, waiting for answers or not', async () => {
    await start();
    const [waits, pours, witness] = [await booted('WAITS'), await booted('POURS'), await booted('WITNESS')];

    const poured: Frame[] = [];
    for (let transaction = 0; transaction < 20; transaction++) {
      poured.push([2, `start-${transaction}`, 'StartTransaction', startTransaction(transaction)]);
      for (let index = 0; index < 250; index++) poured.push(meterValues(transaction * 250 + index));
      const stop = { transactionId: -1, meterStop: 5000, timestamp: at(transaction * 250 + 250) };
      poured.push([2, `stop-${transaction}`, 'StopTransaction', stop]);
    }
    for (const frame of poured) pours.send(frame);

    const replayed = (async () => {
      let confirmed = 0;
      for (let transaction = 0; transaction < 20; transaction++) {
        const { transactionId } = await waits.request('StartTransaction', startTransaction(transaction));
        for (let index = 0; index < 250; index++) {
          const [, , , payload] = meterValues(index, transactionId as number);
          await waits.request('MeterValues', payload);
          confirmed++;
        }
        await waits.request('StopTransaction', { transactionId, meterStop: 5000, timestamp: at(5000) });
      }
      return confirmed;
    })();

    let authorized = 0;
    let longest = 0;
    while (pours.received.length < poured.length) {
      const before = pours.received.length;
      const { idTagInfo } = await witness.request('Authorize', { idTag: 'CAFE01' });
      expect(idTagInfo).toMatchObject({ status: 'Accepted' });
      longest = Math.max(longest, pours.received.length - before);
      authorized++;
    }
    expect(authorized).toBeGreaterThan(50);
    expect(longest).toBeLessThan(1000);
    expect(ids(pours.received)).toEqual(ids(poured));
    expect(pours.received.every(([type]) => type === 3)).toBe(true);
    expect(await replayed).toBe(5000);
    expect(gateway.metric('farad_sockets')).toBe(3);
    expect(gateway.metric('farad_waiting_frames')).toBe(0);
    expect(gateway.metric('farad_waiting_frame_bytes')).toBe(0);
  }, 120_000);

  test('above the allowance is answered later, in order, and the socket is kept', async () => {
    await start({ 'ocpp-frames-per-second': '2', 'ocpp-frame-burst': '3' });
    const client = await OcppClient.connect(gateway.edge.port, 'CP-1');
    const sentAt = performance.now();
    const frames = Array.from({ length: 6 }, (_, index) => heartbeat(index));
    for (const frame of frames) client.send(frame);
    await until('it is slowed', () => gateway.metric('farad_slowed_charge_points') === 1);
    expect(await answers(client, 6)).toEqual(ids(frames));
    // Three frames at once, then one each 500 ms.
    expect(performance.now() - sentAt).toBeGreaterThan(1400);
    expect(gateway.metric('farad_slowed_charge_points')).toBe(0);
    expect(gateway.metric('farad_sockets')).toBe(1);
  });

  test('that is slowed holds up neither the answers to our CALLs nor pings', async () => {
    await start({ 'ocpp-frames-per-second': '1', 'ocpp-frame-burst': '5', 'ocpp-ping-interval': '100ms' });
    const client = await booted('CP-1');
    for (let index = 0; index < 30; index++) client.send(heartbeat(index));
    await until('it is slowed', () => gateway.metric('farad_slowed_charge_points') === 1);
    const outcome = gateway.ask('edge.call', { chargePointId: 'CP-1', action: 'ClearCache', payload: {} });
    const call = await until('the CALL is there', () => client.received.find(([type]) => type === 2));
    client.send([3, call[1], { status: 'Accepted' }]);
    expect(await outcome).toMatchObject({ outcome: 'result', payload: { status: 'Accepted' } });
    const ponged = new Promise((resolve) => client.ws.once('pong', resolve));
    client.ws.ping();
    await ponged;
    await until('it is pinged', () => client.pings.length > 0);
    expect(gateway.metric('farad_waiting_frames')).toBeGreaterThan(20);
  });

  test('that is slowed does not hold up a stop: what was taken is answered before it', async () => {
    await start({ 'ocpp-frames-per-second': '1', 'ocpp-frame-burst': '3' });
    const client = await booted('CP-1');
    const frames = Array.from({ length: 50 }, (_, index) =>
      index % 2 === 0 ? heartbeat(index) : meterValues(index),
    );
    for (const frame of frames) client.send(frame);
    await until('it is slowed', () => gateway.metric('farad_waiting_frames') >= 48);
    // Far less than the frames would take at their rate.
    await gateway.edge.stop(20_000);
    expect(await client.closed).toEqual({ code: 1001, reason: 'Farad is stopping' });
    expect(ids(client.received)).toEqual(ids(frames));
  });

  /** A pool whose batches wait until they are let go. */
  function gate(): { open(): void; readonly pool: (real: FramePool) => Pick<FramePool, 'run'> } {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    return { open, pool: (real) => ({ run: (batch) => opened.then(() => real.run(batch)) }) };
  }

  test('beyond its bytes: what was taken is answered before the close, or the charge point waits with its sending', async () => {
    const { open, pool } = gate();
    await start({ 'ocpp-waiting-bytes': '256KiB' }, pool);
    const [client, bystander] = [await booted('CP-1'), await booted('BYSTANDER')];
    const frames = Array.from({ length: 2000 }, (_, index) => meterValues(index, undefined, 10_000));
    for (const frame of frames) client.send(frame);
    const overflowed = transport === 'uws' ? 'farad_waiting_overflows_total' : 'farad_paused_sockets';
    await until('too much waits', () => gateway.metric(overflowed) === 1);
    expect(await bystander.request('Authorize', { idTag: 'CAFE01' })).toHaveProperty('idTagInfo');
    // A chunk that had been read when ws was told to stop still comes.
    expect(gateway.metric('farad_waiting_frame_bytes')).toBeLessThan(512 * 1024);
    const waiting = gateway.metric('farad_waiting_frames');
    expect(waiting).toBeGreaterThan(10);
    open();
    if (transport === 'ws') {
      expect(await answers(client, frames.length)).toEqual(ids(frames));
      expect(gateway.metric('farad_paused_sockets')).toBe(0);
    } else {
      expect(await client.closed).toEqual({
        code: 1008,
        reason: 'too much was sent before it was answered; what was taken has been answered',
      });
      expect(ids(client.received)).toEqual(ids(frames).slice(0, waiting + 1));
      expect(gateway.metric('farad_closed_sockets_total', { cause: 'waiting_bytes' })).toBe(1);
      expect(gateway.metric('farad_frames_not_taken_total')).toBeGreaterThan(0);
    }
    expect(gateway.metric('farad_waiting_frame_bytes')).toBe(0);
    expect(await bystander.request('Heartbeat', {})).toHaveProperty('currentTime');
  });

  test('sent again after each close gets further each time, and what is repeated is kept once', async () => {
    await start({ 'ocpp-waiting-bytes': '64KiB' });
    const starting: Frame = [2, 'start', 'StartTransaction', startTransaction(1)];
    const samples = Array.from({ length: 300 }, (_, index) => meterValues(index, undefined, 2000));
    const stopping: Frame = [
      2,
      'stop',
      'StopTransaction',
      { transactionId: -1, meterStop: 9000, timestamp: at(900) },
    ];
    const all = [starting, ...samples, stopping];
    let confirmed = 0;
    let connections = 0;
    while (confirmed < all.length) {
      const client = await booted('CP-1');
      connections++;
      // The last that was confirmed is sent again, as if its answer had been lost.
      const rest = all.slice(Math.max(0, confirmed - 1));
      for (const frame of rest) client.send(frame);
      await Promise.race([client.closed, answers(client, rest.length)]);
      const answered = client.received.length;
      expect(answered).toBeGreaterThan(1);
      expect(ids(client.received)).toEqual(ids(rest).slice(0, answered));
      confirmed = all.length - rest.length + answered;
      client.vanish();
    }
    expect(connections > 1).toBe(transport === 'uws');
    const rows = gateway.rows('meter_samples').map(({ ts }) => ts);
    expect(new Set(rows).size).toBe(samples.length);
    expect(gateway.store.transactions.list({ limit: 10 }).transactions.length).toBe(1);
  });

  test('of many at once, within the bytes of the edge: everyone is answered, in turns', async () => {
    await start();
    const fleet = await Promise.all(Array.from({ length: 100 }, (_, index) => booted(`CP-${index}`)));
    const witness = await booted('WITNESS');
    const frames = [
      ...Array.from({ length: 40 }, (_, index) => meterValues(index)),
      ...Array.from({ length: 20 }, (_, index) => heartbeat(index)),
      [2, 'stop', 'StopTransaction', { transactionId: -1, meterStop: 9000, timestamp: at(900) }],
    ] satisfies Frame[];
    for (const client of fleet) for (const frame of frames) client.send(frame);
    const progress = (): number[] => fleet.map(({ received }) => received.length);
    const total = (): number => progress().reduce((sum, count) => sum + count, 0);
    let authorized = 0;
    while (total() < fleet.length * frames.length) {
      await witness.request('Authorize', { idTag: 'CAFE01' });
      authorized++;
      // Nobody is through while another has hardly begun.
      if (Math.max(...progress()) === frames.length) expect(Math.min(...progress())).toBeGreaterThan(5);
    }
    expect(authorized).toBeGreaterThan(10);
    for (const client of fleet) expect(ids(client.received)).toEqual(ids(frames));
  });

  test('of some that send too much together: they are held back first, and a small one is taken whole', async () => {
    const { open, pool } = gate();
    await start({ 'edge-waiting-bytes': '8MiB' }, pool);
    const talkers = await Promise.all(Array.from({ length: 16 }, (_, index) => booted(`TALKER-${index}`)));
    const small = await booted('SMALL');
    const frames = Array.from({ length: 800 }, (_, index) => meterValues(index, undefined, 1000));
    for (const client of talkers) for (const frame of frames) client.send(frame);
    const heldBack = transport === 'uws' ? 'farad_waiting_overflows_total' : 'farad_paused_sockets';
    await until('all talkers are held back', () => gateway.metric(heldBack) === talkers.length);
    expect(gateway.metric('farad_waiting_frame_bytes')).toBeLessThanOrEqual(8 * 1024 * 1024);
    const before = gateway.metric('farad_waiting_frames');
    const few = frames.slice(0, 10);
    for (const frame of few) small.send(frame);
    await until('they wait', () => gateway.metric('farad_waiting_frames') === before + few.length - 1);
    open();
    expect(await answers(small, few.length)).toEqual(ids(few));
    for (const client of talkers) {
      if (transport === 'uws') expect((await client.closed).code).toBe(1008);
      else await answers(client, frames.length);
      expect(client.received.length).toBeGreaterThan(5);
      expect(ids(client.received)).toEqual(ids(frames).slice(0, client.received.length));
    }
    expect(gateway.metric('farad_sockets')).toBe(transport === 'uws' ? 1 : talkers.length + 1);
  });

  test('that ends in a binary frame is answered before the close', async () => {
    const { open, pool } = gate();
    await start({}, pool);
    const client = await booted('CP-1');
    const frames = [meterValues(0), heartbeat(1), meterValues(2)];
    for (const frame of frames) client.send(frame);
    client.ws.send(Buffer.from('[2,"1","Heartbeat",{}]'), { binary: true });
    client.send(heartbeat(3));
    await until('the last is not taken', () => gateway.metric('farad_frames_not_taken_total') === 1);
    open();
    expect(await client.closed).toEqual({ code: 1003, reason: 'OCPP-J messages are text' });
    expect(ids(client.received)).toEqual(ids(frames));
  });

  test('with twenty unreadable frames in it is closed when all that was taken is answered', async () => {
    const { open, pool } = gate();
    await start({}, pool);
    const client = await booted('CP-1');
    client.send(meterValues(0));
    for (let index = 0; index < 20; index++) client.send('garbage');
    client.send(heartbeat(1));
    await until('all wait', () => gateway.metric('farad_waiting_frames') === 21);
    open();
    expect(await client.closed).toEqual({ code: 1007, reason: 'nothing but unreadable messages' });
    expect(ids(client.received)).toEqual(['mv-0', 'hb-1']);
  });

  test('of a charge point that is gone is forgotten', async () => {
    const { pool } = gate();
    await start({}, pool);
    const client = await booted('CP-1');
    for (let index = 0; index < 50; index++) client.send(meterValues(index));
    await until('they wait', () => gateway.metric('farad_waiting_frames') === 49);
    client.vanish();
    await until('they are forgotten', () => gateway.metric('farad_waiting_frames') === 0);
    expect(gateway.metric('farad_waiting_frame_bytes')).toBe(0);
    await gateway.stop(50);
  });
});
