import { afterEach, expect, test } from 'vitest';
import { type Call, CallLine } from '../../../src/simulator/call-line.ts';
import { newTraffic, type Problem, type Recorder } from '../../../src/simulator/recorder.ts';
import { Scheduler } from '../../../src/simulator/scheduler.ts';

const schedulers: Scheduler[] = [];
afterEach(() => {
  for (const scheduler of schedulers.splice(0)) scheduler.close();
});

function openLine() {
  const scheduler = new Scheduler();
  schedulers.push(scheduler);
  const sent: string[] = [];
  const answered: string[] = [];
  const problems: Problem[] = [];
  const recorder: Recorder = {
    answered: (action) => void answered.push(action),
    connected: () => undefined,
    problem: (problem) => void problems.push(problem),
    samplesConfirmed: () => undefined,
    samplesRepeated: () => undefined,
    transactionStarted: () => undefined,
    transactionStopped: () => undefined,
  };
  const line = new CallLine({
    chargePointId: 'CP1',
    scheduler,
    recorder,
    traffic: newTraffic(),
    idPrefix: 'x-',
    answerHead: Buffer.from('[3,"x-'),
    callTimeoutMs: 60_000,
    attempts: () => 3,
    retryMs: () => 1_000,
    onNotAccepted: () => undefined,
  });
  line.attach({ send: (text) => sent.push(text) > 0 }, true);
  return { line, sent, answered, problems };
}

const call = (action: Call['action'], kept: boolean, payload = '{}'): Call => ({
  action,
  dueAt: 0,
  kept,
  payload: () => payload,
  onResult: () => undefined,
});

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('an answer without members is known by its bytes: only the expected id, only in its usual spelling', () => {
  const { line, sent, answered } = openLine();
  line.submit(call('MeterValues', true));
  expect(sent).toEqual(['[2,"x-1","MeterValues",{}]']);
  for (const other of [
    '[3,"x-2",{}]',
    '[3,"x-11",{}]',
    '[3,"x-",{}]',
    '[3,"y-1",{}]',
    '[4,"x-1",{}]',
    '[3,"x-1",{"a":1}]',
    '[3,"x-1", {}]',
    '[3,"x-1",{}] ',
    '[3,"x-1",{}',
    '[3,"x',
    '',
  ])
    expect([other, line.takeEmptyResult(bytes(other))]).toEqual([other, false]);
  expect(line.takeEmptyResult(bytes('[3,"x-1",{}]'))).toBe(true);
  expect(answered).toEqual(['MeterValues']);
  expect(line.takeEmptyResult(bytes('[3,"x-1",{}]'))).toBe(false);
});

test('an empty answer where members are required is left to the validator', () => {
  const { line, problems } = openLine();
  line.submit(call('Heartbeat', false));
  expect(line.takeEmptyResult(bytes('[3,"x-1",{}]'))).toBe(false);
  expect(line.takeResult('[3,"x-1",{}]')).toBe(true);
  expect(problems).toMatchObject([{ kind: 'schema', action: 'Heartbeat' }]);
});

test('kept messages leave one after the other, in the order in which they came', () => {
  const { line, sent } = openLine();
  for (const place of [1, 2, 3, 4]) line.submit(call('MeterValues', true, `{"n":${place}}`));
  expect(line.keptCount).toBe(4);
  for (const id of [1, 2, 3]) expect(line.takeEmptyResult(bytes(`[3,"x-${id}",{}]`))).toBe(true);
  expect(sent.map((text) => text.slice(-8))).toEqual([1, 2, 3, 4].map((place) => `{"n":${place}}]`));
  expect(line.isIdle).toBe(false);
  expect(line.takeEmptyResult(bytes('[3,"x-4",{}]'))).toBe(true);
  expect(line.isIdle).toBe(true);
});
