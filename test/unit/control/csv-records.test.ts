import { describe, expect, test } from 'vitest';
import { type CsvRecord, readCsvRecords } from '../../../src/control/csv-records.ts';

async function recordsOf(text: string | readonly string[], maxBytes = 100): Promise<CsvRecord[]> {
  async function* stream() {
    for (const chunk of typeof text === 'string' ? [text] : text) yield Buffer.from(chunk);
  }
  const records: CsvRecord[] = [];
  for await (const record of readCsvRecords(stream(), maxBytes)) records.push(record);
  return records;
}

describe('records of CSV', () => {
  test.each([
    ['commas', 'a,b\nc,d\n'],
    ['semicolons and blanks', ' a ;b\n\n c; d \n'],
    ['CRLF and no last line end', 'a,b\r\nc,d'],
    ['a byte order mark', '\uFEFFa,b\nc,d\n'],
    ['quotes', '"a","b"\n c , "d" \n'],
  ])('with %s are the same cells', async (_name, text) => {
    const records = await recordsOf(text);
    expect(records.map((record) => 'cells' in record && record.cells)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  test('go on over lines within quotes, wherever the chunks end', async () => {
    const text = 'a,"one\n\ntwo, ""three"""\nb,""\n';
    const expected = [
      { line: 1, cells: ['a', 'one\n\ntwo, "three"'] },
      { line: 4, cells: ['b', ''] },
    ];
    expect(await recordsOf(text)).toEqual(expected);
    expect(await recordsOf([...text])).toEqual(expected);
  });

  test('are what is left where a line is too long or breaks the rules of quotes', async () => {
    const lines = ['a,b', ',;'.repeat(60), 'c"c,d', '"e"e,f', 'g,h'];
    const records = await recordsOf(lines.join('\n'));
    expect(records.map((record) => ['cells' in record, record.line])).toEqual([
      [true, 1],
      [false, 2],
      [false, 3],
      [false, 4],
      [true, 5],
    ]);
  });

  test.each([
    ['to the end', 3],
    ['for longer than a record may be', 60],
  ])('lose only the line that opens a quote which nothing closes %s', async (_name, count) => {
    const lines = Array.from({ length: count }, (_, index) => `T${index},x`);
    const records = await recordsOf(['"open,x', ...lines].join('\n'));
    expect(records).toHaveLength(count + 1);
    expect(records[0]).toMatchObject({ line: 1, problem: expect.stringContaining('opens a quote') });
    expect(records.slice(1)).toEqual(
      lines.map((line, index) => ({ line: index + 2, cells: line.split(',') })),
    );
  });

  test('that open a quote before a line which is too long lose both', async () => {
    const records = await recordsOf(['a,b', '"open,x', 'x'.repeat(200), 'c,d'].join('\n'));
    expect(records.map((record) => ['cells' in record, record.line])).toEqual([
      [true, 1],
      [false, 2],
      [false, 3],
      [true, 4],
    ]);
  });
});
