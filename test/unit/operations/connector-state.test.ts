import { beforeEach, describe, expect, test } from 'vitest';
import { ConnectorState } from '../../../src/operations/sites/connector-state.ts';

const SETTLE = 5000;
const MINIMUM = 60;
const MEMBER = { chargePointId: 'A', connectorId: 1, group: 'all', phases: ['L1'], rating: 32 } as const;

let now: number;
let state: ConnectorState;

/** A share was accepted; the vehicle may take what it took before for as long as it needs to follow. */
function accepted(share: number): void {
  const from = state.ceiling(now);
  state.change({ share, settling: from > share ? { from, until: now + SETTLE } : null });
  state.accepts(now);
}

/** `seconds` later; with a reading in tenths of an ampere, if one has come. */
function later(seconds: number, current?: number): void {
  now += seconds * 1000;
  if (current !== undefined) state.reading = { current, seenAt: now };
  state.judge(MINIMUM, now);
}

const RUNNING = {
  transactionId: 1,
  meterStart: 0,
  stoppedAt: null,
  meterStop: null,
  state: 'open' as const,
  stopReason: '',
  flags: [],
};

beforeEach(() => {
  now = 1_000_000;
  state = new ConnectorState('A/1', MEMBER, SETTLE, now);
  state.edge = 'edge-0';
  state.change({ fallback: 0 });
  state.sees({ ...RUNNING, receivedAt: now, startedAt: now }, now);
  accepted(160);
  later(20, 158);
});

describe('what a vehicle may be taking', () => {
  test('is what was measured until it has proven that it follows', () => {
    accepted(0);
    later(6);
    expect(state.ceiling(now)).toBe(158);
    later(14, 0);
    expect(state.ceiling(now)).toBe(0);
  });

  test('is its share once it has had time to follow, if those before have followed', () => {
    accepted(60);
    later(20, 60);
    accepted(0);
    later(4.9);
    expect(state.ceiling(now)).toBe(60);
    later(0.2);
    expect(state.ceiling(now)).toBe(0);
  });

  test('is what was measured again after it was seen to take more than its share', () => {
    accepted(60);
    later(20, 60);
    accepted(0);
    later(20, 60);
    expect(state.plan.refused?.reason).toBe('takes 6 A of 0 A');
    expect(state.ceiling(now)).toBe(60);
    accepted(0);
    later(6);
    expect(state.ceiling(now)).toBe(60);
  });

  test('a vehicle that would not have taken more proves nothing by staying below', () => {
    accepted(320);
    later(20, 70);
    accepted(80);
    later(20, 70);
    accepted(0);
    later(6);
    expect(state.ceiling(now)).toBe(70);
  });
});
