import { expect, test } from 'vitest';
import { type ChangeRef, NO_CHANGE } from '../../../src/cluster/change.ts';
import { baseOf, type CopyView } from '../../../src/cluster/copy.ts';
import { fateOf } from '../../../src/cluster/fate.ts';

const STREAM = 'farad-state-0';
const MINE = { id: 'mine', scope: 'CP-1', base: { seq: 9, id: 'other-9' } };

/**
 * A copy that has come as far as `seq`, with what took effect (newest first) and what did not: ids by place.
 */
function copyAt(seq: number, newest: readonly ChangeRef[], refused: Record<number, string> = {}): CopyView {
  return {
    position: (stream) => (stream === STREAM && seq > 0 ? { seq, id: 'last' } : NO_CHANGE),
    applied: (scope) => (scope === MINE.scope ? newest : []),
    refused: (stream, at) => (stream === STREAM && refused[at] ? refused[at].split(' ') : []),
    origin: () => '',
  };
}

const stored = (seq: number) => ({ outcome: 'stored', seq }) as const;
const overtaken = (seq: number) => ({ outcome: 'overtaken', seq }) as const;
const others = (...seqs: number[]) => seqs.map((seq) => ({ seq, id: `other-${seq}` }));

test('a change is confirmed once it took effect here, and not by being stored', () => {
  expect(fateOf(copyAt(6, others(2)), STREAM, MINE, stored(7))).toBe('waiting');
  expect(fateOf(copyAt(7, [{ seq: 7, id: 'mine' }]), STREAM, MINE, stored(7))).toBe('applied');
  expect(fateOf(copyAt(9, [...others(9), { seq: 7, id: 'mine' }]), STREAM, MINE, stored(7))).toBe('applied');
});

test('a change that came too late is known as such', () => {
  expect(fateOf(copyAt(7, others(5), { 7: 'mine' }), STREAM, MINE, stored(7))).toBe('refused');
  // Others of its message, too.
  expect(fateOf(copyAt(7, others(5), { 7: 'other-7 mine' }), STREAM, MINE, stored(7))).toBe('refused');
  // It was sent twice: the second one was refused, because the first one took effect.
  expect(fateOf(copyAt(9, [{ seq: 7, id: 'mine' }], { 9: 'mine' }), STREAM, MINE, stored(9))).toBe('applied');
  expect(fateOf(copyAt(4, others(3)), STREAM, MINE, overtaken(5))).toBe('waiting');
  expect(fateOf(copyAt(5, others(5)), STREAM, MINE, overtaken(5))).toBe('refused');
  // What overtook it was itself: the answer to it was lost.
  expect(fateOf(copyAt(5, [{ seq: 5, id: 'mine' }]), STREAM, MINE, overtaken(5))).toBe('applied');
});

test('what was acknowledged and is not there is missing', () => {
  expect(fateOf(copyAt(7, others(5)), STREAM, MINE, stored(7))).toBe('missing');
  expect(fateOf(copyAt(7, others(7)), STREAM, MINE, stored(7))).toBe('missing');
  expect(fateOf(copyAt(7, [], { 7: 'other-7' }), STREAM, MINE, stored(7))).toBe('missing');
  expect(fateOf(copyAt(7, [], { 7: 'other-7 another' }), STREAM, MINE, stored(7))).toBe('missing');
});

test('after eight later changes nobody can tell', () => {
  const later = others(18, 17, 16, 15, 14, 13, 12, 11);
  expect(fateOf(copyAt(18, later), STREAM, MINE, stored(10))).toBe('forgotten');
  expect(fateOf(copyAt(18, later), STREAM, MINE, stored(12))).toBe('missing');
  expect(fateOf(copyAt(18, later, { 10: 'mine' }), STREAM, MINE, stored(10))).toBe('refused');
  // The answer to it was lost, and the newest of eight is what overtakes it: it may have been at 10.
  expect(fateOf(copyAt(18, later), STREAM, MINE, overtaken(18))).toBe('forgotten');
  const late = { outcome: 'late', seq: 18 } as const;
  expect(fateOf(copyAt(17, later), STREAM, MINE, late)).toBe('waiting');
  expect(fateOf(copyAt(18, later), STREAM, MINE, late)).toBe('refused');
  const known = others(18, 17, 16, 15, 14, 13, 12, 9);
  expect(fateOf(copyAt(18, known), STREAM, MINE, overtaken(18))).toBe('refused');
});

test('the newest change that took effect is the base of the next', () => {
  expect(baseOf(copyAt(9, others(9, 4)), 'CP-1')).toEqual({ seq: 9, id: 'other-9' });
  expect(baseOf(copyAt(9, others(9, 4)), 'CP-2')).toEqual(NO_CHANGE);
  const copied = { ...copyAt(9, others(9, 4)), origin: () => 'log-7' };
  expect(baseOf(copied, 'CP-2')).toEqual({ seq: 0, id: 'log-7' });
});
