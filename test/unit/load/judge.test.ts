import { expect, test } from 'vitest';
import { type Evidence, judge } from '../../../load/judge.ts';
import type { Verdict } from '../../../load/verify.ts';

const equal: Verdict = {
  equal: true,
  confirmedSamples: 7,
  storedSamples: 7,
  repeatedSamples: 0,
  confirmedTransactions: 1,
  storedTransactions: 1,
  mismatches: [],
  isDoubled: false,
  drainMs: 10,
  deadlinePassed: false,
};
const good: Evidence = {
  problemCounts: {},
  excusedCounts: {},
  settled: true,
  waitingCalls: 0,
  isVerifiable: true,
  verdict: equal,
  verificationError: undefined,
  audited: [],
  deaths: [],
};

test('a run without anything to complain about passes', () => {
  expect(judge(good)).toEqual({ failures: [], excused: [] });
});

test('a server without ClickHouse is not asked for it', () => {
  expect(judge({ ...good, isVerifiable: false, verdict: undefined }).failures).toEqual([]);
});

test('what was excused is told and fails nothing', () => {
  expect(judge({ ...good, excusedCounts: { dropped: 40 } })).toEqual({
    failures: [],
    excused: ['40 sockets that dropped'],
  });
});

test.each<[string, Partial<Evidence>, RegExp]>([
  [
    'an unanswered CALL',
    { problemCounts: { 'unanswered Authorize': 1 } },
    /1 CALLs without an answer \(Authorize\)/,
  ],
  [
    'a broken answer',
    { problemCounts: { 'schema Heartbeat': 2 } },
    /2 answers that break their schema \(Heartbeat\)/,
  ],
  ['a CALLERROR', { problemCounts: { 'error MeterValues': 1 } }, /CALLERRORs \(MeterValues\)/],
  ['a dropped socket', { problemCounts: { dropped: 1 } }, /1 sockets that dropped/],
  ['a message that was given up', { problemCounts: { 'lost StopTransaction': 1 } }, /given up/],
  ['messages that wait for ever', { settled: false, waitingCalls: 3 }, /3 messages were never confirmed/],
  ['no verification', { verdict: undefined }, /ClickHouse was not asked/],
  [
    'a failed verification',
    { verdict: undefined, verificationError: 'HTTP 503' },
    /could not be asked: HTTP 503/,
  ],
  [
    'a difference',
    {
      verdict: {
        ...equal,
        equal: false,
        mismatches: [{ chargePointId: 'A', what: 'x' }],
        deadlinePassed: true,
      },
    },
    /at 1 charge points \(the deadline has passed\)/,
  ],
  [
    'something doubled',
    { verdict: { ...equal, equal: false, isDoubled: true, mismatches: [{ chargePointId: 'A', what: 'x' }] } },
    /something is there twice/,
  ],
  ['a double seen on the way', { audited: [{ chargePointId: 'A', what: 'x' }] }, /doubled during the run/],
  ['a process that died', { deaths: ['a simulating process ended (SIGSEGV)'] }, /SIGSEGV/],
])('%s fails the run', (_, evidence, words) => {
  const { failures } = judge({ ...good, ...evidence });
  expect(failures).toHaveLength(1);
  expect(failures[0]).toMatch(words);
});
