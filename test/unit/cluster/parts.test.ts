import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Change, decodeMessage, NO_CHANGE, type Part } from '../../../src/cluster/change.ts';
import { decide } from '../../../src/cluster/copy.ts';
import { type Messages, messagesOf } from '../../../src/cluster/parts.ts';
import { ScratchCopy } from '../../support/scratch-copy.ts';

const STREAM = 'farad-directory';
const KIB = 1024;

function changeOf(records: number, bytesEach: number): Change {
  const puts = Array.from(
    { length: records },
    (_, index) => ['things', Buffer.from(`k${index}`), Buffer.alloc(bytesEach, index)] as const,
  );
  return { id: 'big', scope: 'main', base: NO_CHANGE, node: 'a', puts, deletes: [], rows: [] };
}

/**
 * Lets the messages come to a copy in their order, from sequence `from` on, but for the part `lost`; resolves
 * with what becomes of the change.
 */
function deliver(
  copy: ScratchCopy,
  { parts, head }: Messages,
  { from = 1, lost }: { from?: number; lost?: number } = {},
): Promise<'applied' | 'refused'> {
  const places = parts.map((_, index) => from + index);
  return copy.transact(() => {
    for (const [index, { bytes }] of parts.entries())
      if (index !== lost) decide(copy, STREAM, { seq: from + index, message: decodeMessage(bytes) });
    const message = decodeMessage(head(places));
    return outcomeOf(decide(copy, STREAM, { seq: from + parts.length, message }));
  });
}

const outcomeOf = (refused: number) => (refused === 0 ? 'applied' : 'refused');

/** Places of which a part is kept. */
const keptParts = (copy: ScratchCopy, places: readonly number[]): number[] =>
  places.filter((seq) => copy.part(STREAM, seq) !== undefined);

const sizesOf = (copy: ScratchCopy): number[] =>
  Object.values(copy.contents('things')).map(({ length }) => length);

test('what fits into one message goes in one', () => {
  const { parts, head } = messagesOf(changeOf(5, KIB));
  expect(parts).toHaveLength(0);
  expect(decodeMessage(head([]))).toMatchObject({ id: 'big', changes: [{ id: 'big', scope: 'main' }] });
});

test('a larger change takes effect as a whole, and its parts are gone then', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 300 * KIB, max: 700 * KIB }),
      async (records, bytes) => {
        const change = changeOf(records, Math.ceil(bytes / records));
        const copy = new ScratchCopy('things');
        const messages = messagesOf(change);
        expect(messages.parts.length).toBeGreaterThan(1);
        for (const { bytes: message } of messages.parts)
          expect(message.length).toBeLessThanOrEqual(256 * KIB);

        expect(await deliver(copy, messages)).toBe('applied');
        copy.environment.endRead();
        expect(sizesOf(copy)).toEqual(change.puts.map(([, , value]) => value.length));
        expect(keptParts(copy, [1, 2, 3, 4])).toEqual([]);
      },
    ),
    { numRuns: 8 },
  );
});

test('where a part is missing, or another change came first, nothing of it takes effect', async () => {
  const messages = messagesOf(changeOf(3, 200 * KIB));
  const copy = new ScratchCopy('things');
  expect(await deliver(copy, messages, { lost: 1 })).toBe('refused');
  expect(await deliver(copy, messagesOf({ ...changeOf(1, KIB), id: 'first' }), { from: 10 })).toBe('applied');
  expect(await deliver(copy, messages, { from: 20 })).toBe('refused');
  copy.environment.endRead();
  expect(sizesOf(copy)).toEqual([KIB]);
  expect(keptParts(copy, [1, 2, 3, 20, 21, 22])).toEqual([]);
});

test('parts of other changes are no parts of it', async () => {
  const copy = new ScratchCopy('things');
  const theirs = messagesOf({ ...changeOf(3, 200 * KIB), id: 'theirs' });
  const ours = messagesOf(changeOf(3, 200 * KIB));
  const outcome = await copy.transact(() => {
    for (const [index, { bytes }] of theirs.parts.entries())
      decide(copy, STREAM, { seq: 1 + index, message: decodeMessage(bytes) });
    return outcomeOf(decide(copy, STREAM, { seq: 9, message: decodeMessage(ours.head([1, 2, 3])) }));
  });
  expect(outcome).toBe('refused');
  expect(keptParts(copy, [1, 2, 3])).toEqual([1, 2, 3]);
});

test('parts whose change never came are forgotten a million messages later', async () => {
  const copy = new ScratchCopy('things');
  const part = (id: string): Part => ({ id, of: id, part: Buffer.from('some of it') });
  await copy.transact(() => {
    decide(copy, STREAM, { seq: 1, message: part('x') });
    decide(copy, STREAM, { seq: 2, message: part('y') });
    decide(copy, STREAM, { seq: 1_000_002, message: part('z') });
  });
  expect(keptParts(copy, [1, 2, 1_000_002])).toEqual([2, 1_000_002]);
});

test('has a bound, and rows are not cut', () => {
  expect(() => messagesOf(changeOf(33, 1024 * KIB))).toThrow(
    /^the change has 346\d+ bytes, and 33554432 are the most$/,
  );
  const { parts, head } = messagesOf({ ...changeOf(1, 10), rows: [Buffer.alloc(300 * KIB)] });
  expect(() => head(parts.map((_, index) => index))).toThrow('262144 are the most');
});
