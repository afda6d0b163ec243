import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EngineError } from '../../../src/analytics/engine-error.ts';
import { countLines, splitInsert } from '../../../src/analytics/split-insert.ts';

/** A table that refuses an insert with any of the bad rows in it. */
function tableRefusing(bad: ReadonlySet<string>) {
  const rows: string[] = [];
  const parts: string[][] = [];
  const insert = async (lines: Buffer) => {
    const given = lines.toString().trimEnd().split('\n');
    parts.push(given);
    if (given.some((row) => bad.has(row))) return new EngineError('rows', 'refused');
    rows.push(...given);
    return undefined;
  };
  return { rows, parts, insert };
}

test('every row ends up in the table or among the rejected, once and in order, whatever is bad', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), async (isBad) => {
      const all = isBad.map((bad, index) => `[${index},"${bad}"]`);
      const table = tableRefusing(new Set(all.filter((_, index) => isBad[index])));
      const { rejected } = await splitInsert(Buffer.from(`${all.join('\n')}\n`), table.insert);
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
  expect(table.parts.length).toBeLessThan(30);
});

test('a repetition makes the same parts, so that they get the same tokens', async () => {
  const lines = Buffer.from(`${Array.from({ length: 77 }, (_, index) => `[${index}]`).join('\n')}\n`);
  const [first, second] = [tableRefusing(new Set(['[5]', '[60]'])), tableRefusing(new Set(['[5]', '[60]']))];
  await splitInsert(lines, first.insert);
  await splitInsert(lines, second.insert);
  expect(second.parts).toEqual(first.parts);
});

test('rows that fail together but not alone (more than 100 partitions at once) all get in', async () => {
  const rows: string[] = [];
  const { rejected } = await splitInsert(
    Buffer.from(`${Array.from({ length: 250 }, (_, index) => `[${index}]`).join('\n')}\n`),
    async (lines) => {
      if (countLines(lines) > 100) return new EngineError('rows', 'too many partitions');
      rows.push(...lines.toString().trimEnd().split('\n'));
      return undefined;
    },
  );
  expect([rows.length, rejected]).toEqual([250, []]);
});

test('an error that befalls row after row is not theirs: few are tried, and none is rejected', async () => {
  let tried = 0;
  const lines = Buffer.from(`${Array.from({ length: 1000 }, (_, index) => `[${index}]`).join('\n')}\n`);
  const outcome = await splitInsert(lines, async () => {
    tried++;
    return new EngineError('other', 'something new', { code: 4711 });
  });
  expect(outcome).toEqual({ rejected: [], hindered: expect.objectContaining({ message: 'something new' }) });
  expect(tried).toBeLessThan(40);
});

test("an error of unknown cause is its row's where the rows around it get in, or where patience is over", async () => {
  const strange = async (lines: Buffer) =>
    lines.includes('strange') ? new EngineError('other', 'something new', { code: 4711 }) : undefined;
  const rejected = [{ row: '["strange"]', error: 'something new' }];
  expect(await splitInsert(Buffer.from('["a"]\n["strange"]\n["b"]\n'), strange)).toEqual({ rejected });
  const alone = Buffer.from('["strange"]\n');
  expect(await splitInsert(alone, strange)).toMatchObject({ rejected: [], hindered: { code: 4711 } });
  expect(await splitInsert(alone, strange, { blameRows: true })).toEqual({ rejected });
});
