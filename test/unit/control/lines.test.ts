import { expect, test } from 'vitest';
import { type Line, readLines } from '../../../src/control/lines.ts';

async function linesOf(chunks: readonly (string | Buffer)[], maxBytes = 100): Promise<Line[]> {
  async function* stream() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const lines: Line[] = [];
  for await (const line of readLines(stream(), maxBytes)) lines.push(line);
  return lines;
}

test('lines are numbered from 1, wherever the chunks end', async () => {
  const expected = [
    { number: 1, text: 'one' },
    { number: 2, text: '' },
    { number: 3, text: 'Ladesäule' },
  ];
  const whole = Buffer.from('one\n\nLadesäule\n');
  expect(await linesOf([whole])).toEqual(expected);
  expect(await linesOf([...whole].map((byte) => Buffer.of(byte)))).toEqual(expected);
});

test('a last line needs no line end', async () => {
  expect(await linesOf(['a\nb'])).toEqual([
    { number: 1, text: 'a' },
    { number: 2, text: 'b' },
  ]);
  expect(await linesOf([])).toEqual([]);
});

test('a line that is too long loses its text, the next one is read as usual', async () => {
  const chunks = ['x'.repeat(60), 'x'.repeat(60), 'x\nshort\n'];
  expect(await linesOf(chunks)).toEqual([
    { number: 1, text: undefined },
    { number: 2, text: 'short' },
  ]);
});

test('a line that is not UTF-8 loses its text', async () => {
  expect(await linesOf([Buffer.from([0xff, 0xfe, 0x0a]), 'ok\n'])).toEqual([
    { number: 1, text: undefined },
    { number: 2, text: 'ok' },
  ]);
});
