import { parseArgs } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { readCommandLine } from '../../../bench/command-line.ts';

afterEach(() => vi.restoreAllMocks());

/** What a command line with these arguments leads to, and what it prints. */
function outcomeOf(args: string[]) {
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
  const said = vi.spyOn(console, 'log').mockReturnValue();
  const complained = vi.spyOn(console, 'error').mockReturnValue();
  const read = () => parseArgs({ args, options: { help: { type: 'boolean' }, rounds: { type: 'string' } } });
  let end: string | undefined;
  try {
    end = readCommandLine('bench', 'how to use it', read).values.rounds;
  } catch (error) {
    end = (error as Error).message;
  }
  return { end, said: said.mock.calls.flat(), complained: complained.mock.calls.flat() };
}

test('what is right is read', () => {
  expect(outcomeOf(['--rounds', '3'])).toEqual({ end: '3', said: [], complained: [] });
});

test('--help prints the help and ends well', () => {
  expect(outcomeOf(['--help'])).toEqual({ end: 'exit 0', said: ['how to use it'], complained: [] });
});

test('an unknown option is named in one line', () => {
  expect(outcomeOf(['--nope'])).toEqual({
    end: 'exit 2',
    said: [],
    complained: ["bench: Unknown option '--nope'"],
  });
});
