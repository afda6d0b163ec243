import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import {
  type Change,
  ChangeError,
  decodeMessage,
  encodeChange,
  encodeChanges,
  encodePart,
} from '../../../src/cluster/change.ts';

const start: Change = {
  id: 'a/edge-0.7',
  scope: 'CP-1',
  base: { seq: 41, id: 'b/edge-1.3' },
  node: 'a',
  puts: [['transactions', Buffer.from([0, 1]), Buffer.from('started')]],
  deletes: [['reservations', Buffer.from([2])]],
  rows: [Buffer.from('a chunk')],
};

const bytes = (most: number, least = 0) => fc.uint8Array({ minLength: least, maxLength: most });
const text = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 30 })
  .map((any) => Buffer.from(any).toString());
const anyChange: fc.Arbitrary<Change> = fc.record({
  id: text,
  scope: text,
  base: fc.record({ seq: fc.maxSafeNat(), id: fc.oneof(text, fc.constant('')) }),
  node: text,
  puts: fc.array(fc.tuple(text, bytes(40, 1), bytes(300)), { maxLength: 5 }),
  deletes: fc.array(fc.tuple(text, bytes(40, 1)), { maxLength: 5 }),
  rows: fc.array(bytes(300), { maxLength: 3 }),
});

/** With bytes of one kind, whatever holds them. */
function plain({ puts, deletes, rows, ...change }: Change) {
  return {
    ...change,
    puts: puts.map(([table, key, value]) => [table, [...key], [...value]]),
    deletes: deletes.map(([table, key]) => [table, [...key]]),
    rows: rows.map((row) => [...row]),
  };
}

function readChange(message: Uint8Array): Change {
  const read = decodeMessage(message);
  if ('part' in read) throw new Error('it is a part');
  expect(read.changes).toHaveLength(1);
  expect(read.id).toBe(read.changes[0].id);
  return read.changes[0];
}

function readChanges(message: Uint8Array): readonly Change[] {
  const read = decodeMessage(message);
  if ('part' in read) throw new Error('it is a part');
  expect(read.id).toBe('several');
  return read.changes;
}

function refusal(message: Uint8Array): ChangeError['reason'] {
  try {
    decodeMessage(message);
  } catch (error) {
    if (error instanceof ChangeError) return error.reason;
    throw error;
  }
  throw new Error('it was read');
}

/** The message of `start` with other members. */
function altered(members: Record<string, unknown>): Uint8Array {
  const packr = new Packr({ useRecords: false });
  return packr.pack({ ...(packr.unpack(encodeChange(start)) as object), ...members });
}

describe('a change as a message', () => {
  test('is read as it was written', () => {
    expect(plain(readChange(encodeChange(start)))).toEqual(plain(start));
    fc.assert(
      fc.property(anyChange, (change) => {
        expect(plain(readChange(encodeChange(change)))).toEqual(plain(change));
      }),
    );
  });

  test('may be one of several', () => {
    const changes = fc.array(anyChange, { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(changes, (several) => {
        const message = encodeChanges('several', several.map(encodeChange));
        expect(readChanges(message).map(plain)).toEqual(several.map(plain));
      }),
    );
    const one = encodeChange(start);
    expect(refusal(encodeChanges('several', []))).toBe('malformed');
    expect(refusal(encodeChanges('several', [one]))).toBe('malformed');
    expect(refusal(encodeChanges('', [one, one]))).toBe('malformed');
    expect(refusal(encodeChanges('several', [one, Buffer.from('no change')]))).toBe('malformed');
    expect(refusal(encodeChanges('several', [one, encodeChanges('inner', [one, one])]))).toBe('malformed');
    expect(refusal(encodeChanges('several', [one, altered({ format: 3 })]))).toBe('newer_format');
  });

  test('may lie in parts, and a part is told from a change', () => {
    expect(readChange(encodeChange({ ...start, puts: [], deletes: [], parts: [7, 9] })).parts).toEqual([
      7, 9,
    ]);
    const part = { id: 'a.7.0', of: 'a.7', part: Buffer.from('some of it') };
    expect(decodeMessage(encodePart(part))).toEqual(part);
  });

  test('has 256 KiB at most', () => {
    const large = (length: number): Change => ({ ...start, rows: [Buffer.alloc(length)] });
    expect(readChange(encodeChange(large(261_000))).rows[0]).toHaveLength(261_000);
    expect(() => encodeChange(large(262_144))).toThrow(
      /^the change has 2622\d\d bytes, and 262144 are the most$/,
    );
    expect(refusal(Buffer.alloc(262_145))).toBe('too_large');
  });

  test('has only keys that LMDB takes', () => {
    const withKey = (length: number): Change => ({ ...start, deletes: [['t', Buffer.alloc(length, 1)]] });
    expect(() => encodeChange(withKey(1978))).not.toThrow();
    expect(() => encodeChange(withKey(1979))).toThrow('this is not a change: a delete is not table and key');
    expect(() => encodeChange(withKey(0))).toThrow(ChangeError);
  });

  test('of a newer release is told from one that is damaged', () => {
    expect(() => decodeMessage(altered({ format: 3 }))).toThrow(
      'the change has format 3, and this Farad reads 2 at most',
    );
    expect(refusal(altered({ format: 3, puts: 'in another shape' }))).toBe('newer_format');
  });

  test.each([
    ['format', 0],
    ['format', '1'],
    ['id', ''],
    ['scope', 7],
    ['node', undefined],
    ['base', 41],
    ['base', [-1, 'x']],
    ['base', [1.5, 'x']],
    ['base', [2 ** 60, 'x']],
    ['base', [41]],
    ['puts', null],
    ['puts', [['t', Buffer.from('k')]]],
    ['puts', [['t', 'k', Buffer.from('v')]]],
    ['puts', [['', Buffer.from('k'), Buffer.from('v')]]],
    ['deletes', [null]],
    ['deletes', [['t', Buffer.from('k'), Buffer.from('v')]]],
    ['rows', [['not bytes']]],
    ['parts', 3],
    ['parts', ['3']],
    ['changes', 'not a list'],
    ['changes', ['not bytes', 'not bytes']],
    ['part', 'not bytes'],
    ['part', Buffer.from('a part of nothing')],
  ])('is damaged where its %s is %j', (member, value) => {
    expect(refusal(altered({ [member]: value }))).toBe('malformed');
  });

  test('hostile bytes are refused, never worse', () => {
    const survives = (message: Uint8Array): void => {
      try {
        decodeMessage(message);
      } catch (error) {
        expect(error).toBeInstanceOf(ChangeError);
      }
    };
    fc.assert(fc.property(bytes(400), survives), { numRuns: 3000 });
    // A message with some bytes of others in it, or cut off.
    fc.assert(
      fc.property(anyChange, fc.nat(), bytes(6), fc.boolean(), (change, anywhere, others, cut) => {
        const message = Buffer.from(encodeChange(change));
        const at = anywhere % message.length;
        message.set(others.subarray(0, message.length - at), at);
        survives(cut ? message.subarray(0, at) : message);
      }),
      { numRuns: 3000 },
    );
    expect(refusal(Buffer.alloc(200_000, 0x91))).toBe('malformed'); // arrays in arrays in arrays
    expect(refusal(Buffer.from('ddffffffff', 'hex'))).toBe('malformed'); // an array of 4,294,967,295
    expect(refusal(Buffer.from('c6ffffffff00', 'hex'))).toBe('malformed'); // 4 GiB of bytes
    expect(refusal(Buffer.from('81a95f5f70726f746f5f5f80', 'hex'))).toBe('malformed'); // __proto__
  });
});
