import { afterEach, expect, test, vi } from 'vitest';
import { Fleet } from '../../src/simulator/fleet.ts';
import { BriskHabits, type BriskOptions } from '../support/brisk-habits.ts';
import { StrictCentralSystem } from '../support/strict-central-system.ts';
import { TallyRecorder } from '../support/tally-recorder.ts';

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const thing of running.splice(0).reverse()) await thing.stop();
});

async function scene(chargePoints: number, options: BriskOptions = {}) {
  const central = await StrictCentralSystem.start();
  running.push({ stop: () => central.close() });
  const recorder = new TallyRecorder();
  const fleet = new Fleet({
    url: central.url,
    chargePoints,
    identity: (index) => `CP ${index}`,
    habits: new BriskHabits(options),
    recorder,
    seed: 7,
  });
  running.push(fleet);
  return { central, recorder, fleet };
}

async function settle(fleet: Fleet): Promise<void> {
  fleet.windDown(50);
  await vi.waitFor(() => expect(fleet.isSettled).toBe(true), { timeout: 10_000, interval: 20 });
}

test('a fleet boots, charges and goes home, and another library finds nothing wrong with a single frame', async () => {
  const { central, recorder, fleet } = await scene(20, {
    hardware: { connectors: 2 },
    samplesPerMeterValue: 16,
  });
  fleet.start(100);
  await vi.waitFor(() => expect(recorder.stopped).toBeGreaterThan(60), { timeout: 15_000, interval: 20 });
  await settle(fleet);

  expect(central.violations).toEqual([]);
  expect(recorder.problems).toEqual([]);
  expect(recorder.connections).toBe(20);
  expect(recorder.started).toBe(recorder.stopped);
  expect(central.received('StartTransaction')).toHaveLength(recorder.started);
  expect(central.received('StopTransaction')).toHaveLength(recorder.stopped);
  expect([...central.connections.keys()].sort()[0]).toBe('CP 0');

  // The order of a session at one connector, as TC_001 and TC_004_1 show it.
  const first = central.calls.filter((call) => call.identity === 'CP 3').slice(0, 4);
  expect(first.map((call) => [call.action, call.payload.connectorId])).toEqual([
    ['BootNotification', undefined],
    ['StatusNotification', 0],
    ['StatusNotification', 1],
    ['StatusNotification', 2],
  ]);
  const connector = central.calls.filter(
    (call) =>
      call.identity === 'CP 3' &&
      call.action !== 'MeterValues' &&
      (call.payload.connectorId === 1 || call.action === 'StopTransaction'),
  );
  const story = connector.slice(1, 6).map((call) => call.payload.status ?? call.action);
  expect(story.slice(0, 3)).toEqual(['Preparing', 'StartTransaction', 'Charging']);
});

test('what was confirmed adds up to what was sent: samples by count and sum, energy by transaction', async () => {
  const { central, recorder, fleet } = await scene(10);
  fleet.start(50);
  await vi.waitFor(() => expect(recorder.stopped).toBeGreaterThan(20), { timeout: 15_000, interval: 20 });
  await settle(fleet);

  const meterValues = [
    ...central.received('MeterValues').flatMap((call) => call.payload.meterValue ?? []),
    ...central.received('StopTransaction').flatMap((call) => call.payload.transactionData ?? []),
  ];
  const samples = meterValues.flatMap((meterValue) => meterValue.sampledValue);
  expect(recorder.samples).toBe(samples.length);
  expect(recorder.sampleSum).toBe(samples.reduce((sum, sample) => sum + Number(sample.value), 0));
  expect(recorder.repeatedSamples).toBe(0);
  expect(samples.length).toBeGreaterThan(200);

  const starts = new Map(
    central
      .received('StartTransaction')
      .map((call, place) => [place + 1, call.payload.meterStart ?? Number.NaN]),
  );
  const energy = central
    .received('StopTransaction')
    .reduce(
      (sum, { payload }) =>
        sum + (payload.meterStop ?? 0) - (starts.get(payload.transactionId ?? 0) ?? Number.NaN),
      0,
    );
  expect(recorder.energyWh).toBe(energy);
});

test('no two readings of a connector share a timestamp, so that none can pass for a repetition of another', async () => {
  const { central, fleet, recorder } = await scene(2, { meterIntervalMs: 2 });
  fleet.start(0);
  await vi.waitFor(() => expect(recorder.samples).toBeGreaterThan(1_000), { timeout: 10_000, interval: 20 });
  await settle(fleet);
  const readings = central
    .received('MeterValues')
    .map((call) => `${call.identity} ${call.payload.connectorId} ${call.payload.meterValue?.[0]?.timestamp}`);
  expect(new Set(readings).size).toBe(readings.length);
});

test('a charge point has one unanswered CALL at a time', async () => {
  const { central, fleet, recorder } = await scene(3, { meterIntervalMs: 5 });
  const open = new Map<string, number>();
  let most = 0;
  central.answer('MeterValues', async ({ identity }) => {
    open.set(identity, (open.get(identity) ?? 0) + 1);
    most = Math.max(most, open.get(identity) ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 15));
    open.set(identity, (open.get(identity) ?? 0) - 1);
    return {};
  });
  fleet.start(0);
  await vi.waitFor(() => expect(recorder.samples).toBeGreaterThan(7 * 50), { timeout: 10_000, interval: 20 });
  expect(most).toBe(1);
});

test('a slow answer is measured from when the message was due, not from when its turn came', async () => {
  const { central, fleet, recorder } = await scene(1, { meterIntervalMs: 20, sessionMs: 60_000 });
  const sinceDue: number[] = [];
  const sinceSent: number[] = [];
  recorder.answered = (action: string, due = 0, sent = 0) => {
    if (action !== 'MeterValues') return;
    sinceDue.push(due);
    sinceSent.push(sent);
  };
  central.answer('MeterValues', async () => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    return {};
  });
  fleet.start(0);
  await vi.waitFor(() => expect(sinceDue.length).toBeGreaterThan(10), { timeout: 10_000, interval: 20 });
  // Three are due while one is answered, so the queue and the waiting grow; the service time does not.
  expect(sinceDue.at(-1)).toBeGreaterThan(250);
  expect(sinceSent.at(-1)).toBeLessThan(150);
});

test('Pending: the charge point waits the given interval and boots again before it says anything else (C2, C6)', async () => {
  const { central, fleet } = await scene(1);
  let boots = 0;
  central.answer('BootNotification', () => ({
    status: ++boots < 3 ? 'Pending' : 'Accepted',
    currentTime: new Date().toISOString(),
    interval: 1,
  }));
  fleet.start(0);
  await vi.waitFor(() => expect(central.received('StartTransaction').length).toBeGreaterThan(0), {
    timeout: 10_000,
  });
  expect(central.calls.slice(0, 4).map((call) => call.action)).toEqual([
    'BootNotification',
    'BootNotification',
    'BootNotification',
    'StatusNotification',
  ]);
});

test('a refused tag does not charge, and a transaction that is answered with Invalid ends as DeAuthorized (E1)', async () => {
  const { central, fleet, recorder } = await scene(1);
  central.answer('Authorize', () => ({ idTagInfo: { status: 'Blocked' } }));
  fleet.start(0);
  await vi.waitFor(() => expect(central.received('Authorize').length).toBeGreaterThan(2), {
    timeout: 10_000,
  });
  expect(central.received('StartTransaction')).toEqual([]);
  expect(recorder.problems[0]).toMatchObject({ kind: 'unexpected', action: 'Authorize' });

  central.answer('Authorize', () => ({ idTagInfo: { status: 'Accepted' } }));
  central.answer('StartTransaction', () => ({ idTagInfo: { status: 'Invalid' }, transactionId: 77 }));
  await vi.waitFor(() => expect(central.received('StopTransaction').length).toBeGreaterThan(0), {
    timeout: 10_000,
  });
  expect(central.received('StopTransaction')[0]?.payload).toMatchObject({
    transactionId: 77,
    reason: 'DeAuthorized',
  });
});
