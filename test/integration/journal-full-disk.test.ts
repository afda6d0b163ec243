import { expect, test } from 'vitest';
import { scratchDirectory } from '../unit/journal/scratch.ts';
import { startProgram } from './children.ts';

interface Told {
  readonly appends: readonly string[];
  readonly afterDrain: string;
  readonly together: readonly string[];
  readonly held: number;
  readonly starts: readonly string[];
  /** What each connector holds after its start. */
  readonly after: readonly { meterStart: number; isReserved: boolean; hasProfile: boolean }[];
  /** Rows of the starts in the outbox. */
  readonly told: number;
}

const count = (outcomes: readonly string[], wanted: string) =>
  outcomes.filter((outcome) => outcome === wanted).length;

test('E20: what cannot be written is refused to whoever asked, what was confirmed stays, and drained space is used again', async () => {
  // 2 or 4 MiB per file, as the shell counts in blocks of 512 or 1,024 bytes. The limit lies within a page,
  // so that a write is cut short: one that fails altogether may end the process inside LMDB (see
  // src/journal/disk-space.ts).
  const shell = {
    execPath: '/bin/sh',
    execArgv: ['-c', 'ulimit -f 4099 && exec "$0" "$@"', process.execPath],
  };
  const program = startProgram<Told>('full-disk', [scratchDirectory()], shell);

  // An error that nobody handles would end the process with code 1.
  expect(await program.ended).toBe(0);
  const [told] = program.told;
  if (!told) throw new Error('the program told nothing');
  expect(new Set(told.appends)).toEqual(new Set(['kept', 'CommitError']));
  expect(told.afterDrain).toBe('kept');
  expect(told.together).toContain('CommitError');
  expect(told.held).toBe(count(told.appends, 'kept') - 3 + 1 + count(told.together, 'kept'));
  expect(new Set(told.starts)).toEqual(new Set(['kept', 'CommitError']));
  // A start that was refused has ended nothing: what it would have ended is there, and no row tells of it.
  expect(told.after).toEqual(
    told.starts.map((start) =>
      start === 'kept'
        ? { meterStart: 1, isReserved: false, hasProfile: false }
        : { meterStart: 0, isReserved: true, hasProfile: true },
    ),
  );
  const ROWS_OF_A_START = ['superseded', 'open', 'reservation used'].length;
  expect(told.told).toBe(ROWS_OF_A_START * count(told.starts, 'kept'));
}, 60_000);
