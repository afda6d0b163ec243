import { afterEach, expect, test, vi } from 'vitest';
import { Fleet } from '../../src/simulator/fleet.ts';
import { BriskHabits, type BriskOptions } from '../support/brisk-habits.ts';
import { StrictCentralSystem } from '../support/strict-central-system.ts';
import { TallyRecorder } from '../support/tally-recorder.ts';

const running: { stop(): Promise<void> }[] = [];
/** Answers that never come must not outlive the test. */
const held: (() => void)[] = [];

afterEach(async () => {
  for (const release of held.splice(0)) release();
  for (const thing of running.splice(0).reverse()) await thing.stop();
});

async function scene(options: BriskOptions = {}) {
  const central = await StrictCentralSystem.start();
  running.push({ stop: () => central.close() });
  const recorder = new TallyRecorder();
  const fleet = new Fleet({
    url: central.url,
    chargePoints: 1,
    identity: () => 'CP-1',
    habits: new BriskHabits(options),
    recorder,
    seed: 7,
  });
  running.push(fleet);
  return { central, recorder, fleet };
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 10 });
const never = (): Promise<never> =>
  new Promise((_, reject) => held.push(() => reject(new Error('test is over'))));

test('a StartTransaction whose answer is lost with the connection is sent again, word for word (E8)', async () => {
  const { central, recorder, fleet } = await scene({ sessionMs: 60_000 });
  central.answer('StartTransaction', never);
  fleet.start(0);
  await until(() => expect(central.received('StartTransaction')).toHaveLength(1));
  central.answer('StartTransaction', () => ({ idTagInfo: { status: 'Accepted' }, transactionId: 5 }));
  await central.cut('CP-1');

  await until(() => expect(recorder.samples).toBeGreaterThan(20));
  const [first, second] = central.received('StartTransaction');
  expect(second?.payload).toEqual(first?.payload);
  expect(recorder.started).toBe(1);
  expect(central.received('MeterValues').every((call) => call.payload.transactionId === 5)).toBe(true);
});

test('MeterValues whose answer is lost are sent again, told as repeated, and counted as confirmed once', async () => {
  const { central, recorder, fleet } = await scene({ sessionMs: 60_000 });
  central.answer('MeterValues', never);
  fleet.start(0);
  await until(() => expect(central.received('MeterValues')).toHaveLength(1));
  expect(recorder.repeatedSamples).toBe(0);
  central.answer('MeterValues', () => ({}));
  await central.cut('CP-1');

  await until(() => expect(central.received('MeterValues').length).toBeGreaterThan(2));
  const [first, second, third] = central.received('MeterValues').map((call) => call.payload);
  expect(second).toEqual(first);
  expect(third).not.toEqual(first);
  expect(recorder.repeatedSamples).toBe(7);
  fleet.windDown(0);
  await until(() => expect(fleet.isSettled).toBe(true));
  // Index 0 sends no transactionData, so these are all; the first one arrived twice.
  expect(recorder.samples).toBe(7 * (central.received('MeterValues').length - 1));
});

test('an outage loses no transaction message: all come afterwards, once, in order, without a new boot (A8, E10)', async () => {
  const { central, recorder, fleet } = await scene({ meterIntervalMs: 10, sessionMs: 150 });
  fleet.start(0);
  await until(() => expect(recorder.samples).toBeGreaterThan(50));
  for (let round = 0; round < 5; round++) {
    const connections = central.connectionCount;
    await central.cut('CP-1');
    await until(() => expect(central.connectionCount).toBe(connections + 1));
    const { stopped } = recorder;
    await until(() => expect(recorder.stopped).toBeGreaterThan(stopped));
  }
  fleet.windDown(0);
  await until(() => expect(fleet.isSettled).toBe(true));

  expect(central.violations).toEqual([]);
  expect(new Set(recorder.problems.map((problem) => problem.kind))).toEqual(new Set(['dropped']));
  expect(recorder.started).toBe(recorder.stopped);
  expect(central.received('BootNotification')).toHaveLength(1);

  const transactionMessages = central.calls.filter((call) =>
    ['StartTransaction', 'MeterValues', 'StopTransaction'].includes(call.action),
  );
  const times = transactionMessages.map(
    (call) => call.payload.timestamp ?? call.payload.meterValue?.[0]?.timestamp ?? '',
  );
  expect(times).toEqual([...times].sort());
  // A message may come twice where its answer was lost; without those every reading and transaction is there
  // once.
  const contents = new Set(transactionMessages.map((call) => JSON.stringify(call.payload)));
  const starts = new Set(central.received('StartTransaction').map((call) => call.payload.timestamp));
  expect(starts.size).toBe(recorder.started);
  expect(contents.size).toBeGreaterThanOrEqual(recorder.started * 2);
});

test('people go on charging while the charge point is offline, and the Central System hears of it later (TC_039)', async () => {
  const { central, recorder, fleet } = await scene({ meterIntervalMs: 10, sessionMs: 60 });
  fleet.start(0);
  await until(() => expect(recorder.stopped).toBeGreaterThan(0));
  await central.close();
  const confirmed = recorder.stopped;
  // Two whole sessions of at most 90 ms, with a start, some readings and a stop each, fall into the outage.
  await until(() => expect(fleet.traffic.waitingCalls).toBeGreaterThan(30));

  const later = await StrictCentralSystem.start({}, central.port);
  running.push({ stop: () => later.close() });
  await until(() => expect(recorder.stopped).toBeGreaterThan(confirmed + 2));
  fleet.windDown(0);
  await until(() => expect(fleet.isSettled).toBe(true));
  expect(recorder.started).toBe(recorder.stopped);
  expect(later.violations).toEqual([]);
  // A card that is presented offline is taken on trust: no Authorize belongs to these.
  expect(later.received('Authorize').length).toBeLessThan(later.received('StartTransaction').length - 1);
  expect(new Set(recorder.problems.map((problem) => problem.kind))).toEqual(new Set(['dropped', 'refused']));
});

test('a CALLERROR to a transaction message is retried with growing waits and given up after TransactionMessageAttempts', async () => {
  const { central, recorder, fleet } = await scene({ sessionMs: 60_000, meterIntervalMs: 0 });
  const at: number[] = [];
  central.answer('StartTransaction', () => {
    at.push(performance.now());
    throw new Error('disk full');
  });
  fleet.start(0);
  await until(() => expect(recorder.problems.some((problem) => problem.kind === 'lost')).toBe(true));
  expect(at).toHaveLength(10);
  // 30 ms times the number of earlier tries (OCPP 1.6 ed. 2 §3.7.1).
  const waits = at.slice(1).map((time, place) => time - (at[place] ?? 0));
  waits.forEach((wait, place) => {
    expect(wait).toBeGreaterThan(30 * (place + 1) - 5);
  });
});

test('a CALL without an answer is reported, and the line is free for the next one', async () => {
  const { central, recorder, fleet } = await scene({ callTimeoutMs: 80, meterIntervalMs: 0 });
  central.answer('Authorize', never);
  fleet.start(0);
  await until(() =>
    expect(recorder.problems).toContainEqual(expect.objectContaining({ kind: 'unanswered' })),
  );
  const before = central.received('StatusNotification').length;
  await until(() => expect(central.received('StatusNotification').length).toBeGreaterThan(before));
});

test('SecurityError means that the Central System has forgotten the charge point: it boots, and the message follows (C6)', async () => {
  const { central, recorder, fleet } = await scene({ sessionMs: 60_000 });
  const { createRPCError } = await import('ocpp-rpc');
  let refused = 0;
  central.answer('StartTransaction', () => {
    if (refused++ === 0) throw createRPCError('SecurityError', 'not accepted');
    return { idTagInfo: { status: 'Accepted' }, transactionId: 3 };
  });
  fleet.start(0);
  await until(() => expect(recorder.started).toBe(1));
  expect(central.received('BootNotification')).toHaveLength(2);
});

test('a charge point that boots after each reconnect keeps its transaction (C10)', async () => {
  const { central, recorder, fleet } = await scene({ sessionMs: 60_000, bootAfterReconnect: 'all' });
  fleet.start(0);
  await until(() => expect(recorder.samples).toBeGreaterThan(0));
  await central.cut('CP-1');
  await until(() => expect(central.received('BootNotification')).toHaveLength(2));
  const { samples } = recorder;
  await until(() => expect(recorder.samples).toBeGreaterThan(samples));
  expect(central.received('StartTransaction')).toHaveLength(1);
});
