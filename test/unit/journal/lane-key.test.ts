import { expect, test } from 'vitest';
import { laneKey, laneOf, MAX_LANE, MAX_SEQ, seqOf } from '../../../src/journal/lane.ts';

test('a key gives back its lane and sequence number, the largest included', () => {
  for (const [lane, seq] of [
    [0, 0],
    [1, 1],
    [7, 0xffff_ffff],
    [7, 0x1_0000_0000],
    [MAX_LANE, MAX_SEQ],
  ] as const) {
    const key = laneKey(lane, seq);
    expect([laneOf(key), seqOf(key)]).toEqual([lane, seq]);
  }
});

test('keys are ordered by lane, then by sequence number', () => {
  const keys = [
    laneKey(0, MAX_SEQ),
    laneKey(1, 1),
    laneKey(1, 256),
    laneKey(1, 0x1_0000_0000),
    laneKey(2, 0),
  ];
  expect([...keys].reverse().sort(Buffer.compare)).toEqual(keys);
});
