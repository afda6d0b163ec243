import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EngineError } from '../../../src/analytics/engine-error.ts';
import { type RowRange, splitInsert } from '../../../src/analytics/split-insert.ts';

/** A table that refuses an insert with any of the bad rows in it. */
function tableRefusing(bad: ReadonlySet<string>) {
  const rows: string[] = [];
  const ranges: RowRange[] = [];
  const insert = async (lines: Buffer, range: RowRange) => {
    ranges.push(range);
    const given = lines.toString().trimEnd().split('\n');
    if (given.some((row) => bad.has(row))) return new EngineError('rows', 'refused');
    rows.push(...given);
    return undefined;
  };
  return { rows, ranges, insert };
}

test('every row ends up in the table or among the rejected, once and in order, whatever is bad', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), async (isBad) => {
      const all = isBad.map((bad, index) => `[${index},"${bad}"]`);
      const table = tableRefusing(new Set(all.filter((_, index) => isBad[index])));
      const rejected = await splitInsert(Buffer.from(`${all.join('\n')}\n`), table.insert);
      expect(table.rows).toEqual(all.filter((_, index) => !isBad[index]));
      expect(rejected).toEqual(
        all.filter((_, index) => isBad[index]).map((row) => ({ row, error: 'refused' })),
      );
    }),
  );
});

test('one bad row among 10,000 costs some thirty inserts, not 10,000', async () => {
  const all = Array.from({ length: 10_000 }, (_, index) => `[${index}]`);
  const table = tableRefusing(new Set(['[7777]']));
  await splitInsert(Buffer.from(`${all.join('\n')}\n`), table.insert);
  expect(table.rows).toHaveLength(9999);
  expect(table.ranges.length).toBeLessThan(30);
});

test('a repetition makes the same parts, so that they get the same tokens', async () => {
  const lines = Buffer.from(`${Array.from({ length: 77 }, (_, index) => `[${index}]`).join('\n')}\n`);
  const [first, second] = [tableRefusing(new Set(['[5]', '[60]'])), tableRefusing(new Set(['[5]', '[60]']))];
  await splitInsert(lines, first.insert);
  await splitInsert(lines, second.insert);
  expect(second.ranges).toEqual(first.ranges);
});

test('rows that fail together but not alone (more than 100 partitions at once) all get in', async () => {
  const rows: string[] = [];
  const rejected = await splitInsert(
    Buffer.from(`${Array.from({ length: 250 }, (_, index) => `[${index}]`).join('\n')}\n`),
    async (lines, { from, to }) => {
      if (to - from > 100) return new EngineError('rows', 'too many partitions');
      rows.push(...lines.toString().trimEnd().split('\n'));
      return undefined;
    },
  );
  expect([rows.length, rejected]).toEqual([250, []]);
});
