import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineBuffer, unpackChunk } from '../../../src/records/chunk.ts';
import { type Cell, encodeRow, type Table } from '../../../src/records/table.ts';

/** Three columns of whatever a cell may hold. */
const anything: Table<readonly Cell[]> = {
  name: 'messages',
  id: 6,
  columns: [0, 1, 2].map((index) => ({
    name: `c${index}`,
    type: 'String',
    value: (row) => row[index] as Cell,
  })),
};

function linesOf(rows: readonly (readonly Cell[])[], bytes = Buffer.allocUnsafeSlow(64)): string {
  const buffer = new LineBuffer(bytes);
  for (const row of rows) buffer.add(anything, row);
  const {
    tableId,
    rows: count,
    writtenAt,
    lines,
  } = unpackChunk(buffer.finish(anything.id, 1_700_000_000_123));
  expect([tableId, count, writtenAt]).toEqual([anything.id, rows.length, 1_700_000_000_123]);
  return lines.toString();
}

const expected = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${encodeRow(anything, row)}\n`).join('');

test('rows written as bytes are the lines that encodeRow gives', () => {
  const rows: Cell[][] = [
    ['CP-1', '{"idTag":"A\\\\B"}', 1_700_000_000_123],
    ['', 'Straße 日本 🔌', 'tab\tand \u0000 and \u007f'],
    ['half a character \ud83d', 'x'.repeat(10_000), `"${'\\'.repeat(200)}`],
    [0, -1, 1e15],
    [Number.MAX_SAFE_INTEGER, 1e21, 0.1],
    [Number.NaN, Number.NEGATIVE_INFINITY, -0],
    [null, ['a', '"'], []],
  ];
  expect(linesOf(rows)).toBe(expected(rows));
});

test('whatever a charge point sends, rows written as bytes are the lines that encodeRow gives', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme-ascii', maxLength: 300 }));
  const cell: fc.Arbitrary<Cell> = fc.oneof(
    text,
    fc.integer(),
    fc.double(),
    fc.constant(null),
    fc.array(text, { maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 20 }), (rows) => {
      expect(linesOf(rows)).toBe(expected(rows));
    }),
  );
});

test('nothing of what its bytes held before gets into a chunk', () => {
  const used = Buffer.from('"'.repeat(4096));
  const rows: Cell[][] = [['ä', 'CP-1', 12]];
  expect(linesOf(rows, used)).toBe(expected(rows));
});
