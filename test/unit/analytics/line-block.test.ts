import { describe, expect, test } from 'vitest';
import { blockOfLines } from '../../../src/analytics/line-block.ts';
import { connections } from '../../../src/records/connections.ts';
import type { Column } from '../../../src/records/table.ts';

const columns: Column<never>[] = [
  { name: 'id', type: 'String', value: () => '' },
  { name: 'status', type: 'LowCardinality(String)', value: () => '' },
  { name: 'at', type: "DateTime64(3, 'UTC')", value: () => 0 },
];
const blockOf = (lines: string, rows = lines.split('\n').length - 1) =>
  blockOfLines({ columns }, Buffer.from(lines), rows)?.toString('latin1');

const text = (content: string) => String.fromCharCode(content.length) + content;
const word = (value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes.toString('latin1');
};

describe('lines as a block', () => {
  test('columns, one after the other, with dictionaries for texts of few different values', () => {
    expect(blockOf('["A\\n\\"","ok",5]\n["","ok",-1]\n["C","",1700000000123]\n')).toBe(
      [
        '\x03\x03',
        text('id') + text('String') + text('A\n"') + text('') + text('C'),
        text('status') + text('LowCardinality(String)') + word(1n),
        `${word(0x600n) + word(2n) + text('') + text('ok') + word(3n)}\x01\x01\x00`,
        text('at') + text("DateTime64(3, 'UTC')") + word(5n) + word(-1n) + word(1_700_000_000_123n),
      ].join(''),
    );
  });

  test('a text of any length', () => {
    for (const length of [126, 127, 128, 200, 5000, 100_000]) {
      for (const filler of ['x', '\\"']) {
        const block = blockOf(`["${filler.repeat(length)}\\t","ok",5]\n`) ?? '';
        expect(block).toContain(`${filler.at(-1)?.repeat(length)}\t`);
        expect(block).not.toContain('\\');
      }
    }
  });

  test.each([
    ['a cell too few', '["A","ok"]\n'],
    ['a cell too many', '["A","ok",5,6]\n'],
    ['a number for a text', '[1,"ok",5]\n'],
    ['a text for a time', '["A","ok","2026-02-29"]\n'],
    ['a fraction', '["A","ok",5.5]\n'],
    ['an exponent', '["A","ok",5e3]\n'],
    ['a sign alone', '["A","ok",-]\n'],
    ['no time', '["A","ok",]\n'],
    ['more digits than are exact', '["A","ok",12345678901234567]\n'],
    ['null', '[null,"ok",5]\n'],
    ['null for a term', '["A",null,5]\n'],
    ['an escape by number', '["A\\ud800","ok",5]\n'],
    ['an escape in a term', '["A","o\\"k",5]\n'],
    ['an escape at the end', '["A\\'],
    ['a text without an end', '["A'],
    ['a term without an end', '["A","ok'],
    ['white space', '["A", "ok",5]\n'],
    ['an object', '{"id":"A"}\n'],
    ['an empty line', '\n'],
    ['no line end', '["A","ok",5]'],
  ])('%s is left to ClickHouse', (_, line) => {
    expect(blockOf(line, 1)).toBeUndefined();
    expect(blockOf(`["A","ok",5]\n${line}`, 2)).toBeUndefined();
  });

  test('rows that are more or fewer than was said are left to ClickHouse', () => {
    const lines = '["A","ok",5]\n["B","ok",5]\n';
    expect(blockOf(lines, 1)).toBeUndefined();
    expect(blockOf(lines, 3)).toBeUndefined();
    expect(blockOf(lines, 2)).toBeDefined();
  });

  test('so are tables with columns of other types', () => {
    expect(blockOfLines(connections, Buffer.from(''), 0)).toBeUndefined();
  });
});
