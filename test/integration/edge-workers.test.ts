import { afterEach, describe, expect, test } from 'vitest';
import type { FrameBatch } from '../../src/workers/frame-batch.ts';
import type { FramePool } from '../../src/workers/frame-pool.ts';
import { type EdgeOptions, type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

const meterValues = (value: string): object => ({
  connectorId: 1,
  meterValue: [{ timestamp: '2026-11-20T10:00:00Z', sampledValue: [{ value }] }],
});

describe('frames through the workers', () => {
  let gateway: EdgeUnderTest;
  afterEach(() => gateway.close());

  async function start(options: EdgeOptions): Promise<void> {
    gateway = await startEdgeUnderTest(options);
  }

  async function booted(id: string): Promise<OcppClient> {
    const client = await OcppClient.connect(gateway.edge.port, id);
    await client.boot();
    return client;
  }

  /** Lets a worker die of every batch that holds `poison`. */
  const dyingOf =
    (poison: string, batches: string[][] = []) =>
    (real: FramePool): Pick<FramePool, 'run'> => ({
      run(batch: FrameBatch) {
        const bytes = Buffer.from(batch.bytes);
        const frames = batch.frames.map(({ offset, length }) =>
          bytes.toString('utf8', offset, offset + length),
        );
        batches.push(frames);
        return frames.some((frame) => frame.includes(poison))
          ? Promise.reject(new Error('the worker died'))
          : real.run(batch);
      },
    });

  test('a poison frame fails alone: its neighbours in the batch are kept and answered', async () => {
    const batches: string[][] = [];
    await start({ pool: dyingOf('666', batches) });
    const clients = await Promise.all(['CP-1', 'CP-2', 'CP-3', 'CP-4'].map(booted));
    const answers = await Promise.all(
      clients.map((client, index) =>
        client.call('MeterValues', meterValues(index === 2 ? '666' : String(index))),
      ),
    );
    expect(answers.map((answer) => answer.slice(2, 3)[0])).toEqual([{}, {}, 'InternalError', {}]);
    expect(
      gateway
        .rows('meter_samples')
        .map((row) => row.value)
        .sort(),
    ).toEqual([0, 1, 3]);
    const dead = batches.filter((frames) => frames.some((frame) => frame.includes('666')));
    expect(dead.at(-1)).toHaveLength(1);
    expect(gateway.metric('farad_frames_failed_total')).toBe(1);
    expect((await clients[2]?.call('MeterValues', meterValues('7')))?.slice(2, 3)).toEqual([{}]);
  });

  test('a batch that a real worker threw on is tried again', async () => {
    let kill = true;
    await start({
      pool: (real) => ({
        run(batch) {
          if (!kill) return real.run(batch);
          kill = false;
          // The thread's code throws where nothing catches it.
          return real.run({ ...batch, bytes: null as never });
        },
      }),
    });
    const client = await booted('CP-1');
    expect(await client.request('MeterValues', meterValues('5'))).toEqual({});
    expect(gateway.rows('meter_samples')).toMatchObject([{ value: 5 }]);
    expect(gateway.metric('farad_batches_failed_total')).toBe(1);
  });

  test('after eight batches that no worker ever returned, everybody is answered again', async () => {
    let lost = 0;
    await start({
      flags: { 'edge-batch-timeout': '1s', 'edge-batch-frames': '1' },
      pool: (real) => ({
        run: (batch, signal) => (++lost <= 8 ? new Promise(() => undefined) : real.run(batch, signal)),
      }),
    });
    const clients = await Promise.all(Array.from({ length: 10 }, (_, index) => booted(`CP-${index}`)));
    const answers = await Promise.all(clients.map((client) => client.call('MeterValues', meterValues('5'))));
    expect(answers.map(([type]) => type)).toEqual(Array(10).fill(3));
    expect(gateway.rows('meter_samples')).toHaveLength(10);
    expect(gateway.metric('farad_batches_lost_total')).toBe(8);
    expect(gateway.metric('farad_batches_in_flight')).toBe(0);
  });

  test('a verdict that is none is the failure of that batch, and breaks nothing', async () => {
    await start({
      pool: (real) => ({
        run: (batch, signal) =>
          Buffer.from(batch.bytes).includes('666')
            ? Promise.resolve({ verdicts: { length: 1 }, faults: 7 } as never)
            : real.run(batch, signal),
      }),
    });
    const [odd, usual] = await Promise.all(['CP-1', 'CP-2'].map(booted));
    const answers = await Promise.all([
      odd?.call('MeterValues', meterValues('666')),
      usual?.call('MeterValues', meterValues('1')),
    ]);
    expect(answers[0]?.slice(2, 3)).toEqual(['InternalError']);
    expect(answers[1]?.slice(2, 3)).toEqual([{}]);
    expect(gateway.metric('farad_frames_failed_total')).toBe(1);
  });

  test('a fault in the work of a session ends that session with 1011, is counted, and concerns nobody else', async () => {
    await start({
      pool: (real) => ({
        async run(batch, signal) {
          const given = await real.run(batch, signal);
          if (!Buffer.from(batch.bytes).includes('666')) return given;
          // Nobody looks at what repairs are before they are counted.
          return {
            ...given,
            verdicts: given.verdicts.map((verdict) => ({ ...verdict, repairs: 7 as never })),
          };
        },
      }),
    });
    const witness = await booted('CP-1');
    const client = await booted('CP-2');
    void client.call('MeterValues', meterValues('666'));
    expect(await client.closed).toEqual({ code: 1011, reason: 'internal error' });
    expect(await witness.request('MeterValues', meterValues('1'))).toEqual({});
    expect(gateway.metric('farad_session_faults_total')).toBe(1);
    const told = gateway.lines.filter(({ msg }) => msg === 'a session ended because of a fault inside Farad');
    expect(told).toMatchObject([{ chargePoint: 'CP-2' }]);
    const again = await booted('CP-2');
    expect(await again.request('MeterValues', meterValues('2'))).toEqual({});
  });

  test('E20: with the inbox full a charge point is told InternalError, so that it sends again', async () => {
    const held: (() => void)[] = [];
    await start({
      flags: { 'edge-inbox-bytes': '1MiB' },
      pool: (real) => ({
        run: (batch) => new Promise<void>((go) => held.push(go)).then(() => real.run(batch)),
      }),
    });
    const big = meterValues('1'.repeat(600 * 1024));
    const [first, second] = await Promise.all(['CP-1', 'CP-2'].map(booted));
    const waiting = first?.call('MeterValues', big);
    await until('the first frame is with the workers', () => held.length === 1);
    expect((await second?.call('MeterValues', big))?.slice(0, 3)).toEqual([4, 'm-2', 'InternalError']);
    expect(gateway.metric('farad_inbox_overflows_total')).toBe(1);
    held.splice(0).forEach((go) => {
      go();
    });
    expect((await waiting)?.slice(0, 2)).toEqual([3, 'm-2']);
    expect(gateway.metric('farad_inbox_bytes')).toBe(0);
  });

  test('frames of one turn travel together, and batches in flight are bounded', async () => {
    const sizes: number[] = [];
    let inFlight = 0;
    let most = 0;
    await start({
      flags: { 'edge-batches-in-flight': '2', 'edge-batch-frames': '8' },
      pool: (real) => ({
        async run(batch) {
          sizes.push(batch.frames.length);
          most = Math.max(most, ++inFlight);
          const verdict = await real.run(batch);
          inFlight--;
          return verdict;
        },
      }),
    });
    const clients = await Promise.all(Array.from({ length: 40 }, (_, index) => booted(`CP-${index}`)));
    await Promise.all(clients.map((client) => client.request('MeterValues', meterValues('1'))));
    expect(most).toBeLessThanOrEqual(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8);
    expect(sizes.length).toBeLessThan(40);
    expect(gateway.rows('meter_samples')).toHaveLength(40);
  });

  test('C6: before acceptance meter values are refused without asking a worker; C7: unless they were triggered', async () => {
    let batches = 0;
    await start({
      pool: (real) => ({
        run(batch) {
          batches++;
          return real.run(batch);
        },
      }),
    });
    const client = await OcppClient.connect(gateway.edge.port, 'CP-1');
    expect((await client.call('MeterValues', meterValues('1'))).slice(0, 3)).toEqual([
      4,
      'm-1',
      'SecurityError',
    ]);
    const answer = gateway.ask('edge.call', {
      chargePointId: 'CP-1',
      action: 'TriggerMessage',
      payload: { requestedMessage: 'MeterValues' },
    });
    const [, messageId] = await client.next();
    client.send([3, messageId, { status: 'Accepted' }]);
    await answer;
    expect(await client.request('MeterValues', meterValues('1'))).toEqual({});
    expect(gateway.rows('meter_samples')).toHaveLength(1);
    expect(batches).toBe(0);
  });

  test('B8: an answer of the charge point does not wait behind its own undecided frame', async () => {
    const held: (() => void)[] = [];
    await start({
      pool: (real) => ({
        run: (batch) => new Promise<void>((go) => held.push(go)).then(() => real.run(batch)),
      }),
    });
    const client = await booted('CP-1');
    const kept = client.call('MeterValues', meterValues('1'));
    await until('the frame is with the workers', () => held.length === 1);
    const outcome = gateway.ask('edge.call', { chargePointId: 'CP-1', action: 'ClearCache', payload: {} });
    const [, messageId] = await client.next();
    client.send([3, messageId, { status: 'Accepted' }]);
    expect(await outcome).toMatchObject({ outcome: 'result' });
    held[0]?.();
    expect((await kept)[0]).toBe(3);
  });

  test('a StopTransaction goes to the workers only with transactionData', async () => {
    const actions: string[] = [];
    await start({
      pool: (real) => ({
        run(batch) {
          actions.push(Buffer.from(batch.bytes).toString());
          return real.run(batch);
        },
      }),
    });
    const client = await booted('CP-1');
    const stop = { transactionId: 4711, meterStop: 5, timestamp: '2026-11-20T11:00:00Z' };
    await client.request('StopTransaction', stop);
    expect(actions).toEqual([]);
    const transactionData = [{ timestamp: stop.timestamp, sampledValue: [{ value: '5' }] }];
    await client.request('StopTransaction', { ...stop, transactionId: 4712, transactionData });
    expect(actions).toHaveLength(1);
    expect(gateway.rows('meter_samples')).toHaveLength(1);
  });

  test.each(['MeterValues,StopTransaction', ''])(
    'the power of running transactions is known (workers: "%s")',
    async (actions) => {
      await start({ flags: { 'edge-worker-actions': actions } });
      const client = await booted('CP-1');
      const timestamp = '2026-11-20T10:00:00Z';
      const { transactionId } = await client.request('StartTransaction', {
        connectorId: 1,
        idTag: 'A',
        meterStart: 0,
        timestamp,
      });
      const sampledValue = [{ value: '7.2', measurand: 'Power.Active.Import', unit: 'kW' }];
      const meterValue = [{ timestamp, sampledValue }];
      await client.request('MeterValues', { connectorId: 1, transactionId, meterValue });
      await client.request('MeterValues', { connectorId: 2, meterValue });
      expect(gateway.metric('farad_charging_power_watts')).toBe(7200);
      await client.request('StopTransaction', { transactionId, meterStop: 5, timestamp });
      expect(gateway.metric('farad_charging_power_watts')).toBe(0);
    },
  );

  test('with workerActions empty everything is decided in place, with the same result', async () => {
    await start({
      flags: { 'edge-worker-actions': '' },
      pool: () => ({ run: () => Promise.reject(new Error('no worker shall be asked')) }),
    });
    const client = await booted('CP-1');
    expect(await client.request('MeterValues', meterValues('1'))).toEqual({});
    expect(gateway.rows('meter_samples')).toMatchObject([{ value: 1 }]);
  });

  test('a full journal refuses meter values and makes the edge unready, transactions go on', async () => {
    await start({
      flags: { 'journal-budget': '16MiB', 'ocpp-frames-per-second': '1000', 'ocpp-frame-burst': '1000' },
    });
    const client = await booted('CP-1');
    const sampledValue = Array.from({ length: 3000 }, (_, index) => ({ value: `${index}` }));
    const meterValue = [{ timestamp: '2026-11-20T10:00:00Z', sampledValue }];
    await until('the journal is full', async () => {
      const answer = await client.call('MeterValues', { connectorId: 1, meterValue });
      return answer[0] === 4 && answer[2] === 'InternalError';
    });
    await until('the edge says so', async () => !(await gateway.ask('health.read', {})).ready);
    const start1 = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: '2026-11-20T10:00:00Z' };
    expect(await client.request('StartTransaction', start1)).toHaveProperty('transactionId');
  });
});
