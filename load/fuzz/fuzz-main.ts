import { count, Progress } from '../progress.ts';
import { FUZZ_HELP, readFuzzOptions } from './fuzz-options.ts';
import { runFuzz } from './fuzz-run.ts';

/** The exit code: 0 passed, 1 failed. @throws OptionError for wrong flags. */
export async function fuzzMain(argv: readonly string[]): Promise<number> {
  const options = readFuzzOptions(argv);
  if (options === undefined) {
    console.log(FUZZ_HELP);
    return 0;
  }
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  process.once('SIGTERM', () => interruption.abort());
  const progress = new Progress();
  const { frames, answers, sessions, commands, memory, failures } = await runFuzz(
    options,
    progress,
    interruption.signal,
  );
  const [early, late] = memory.map((bytes) => `${count(bytes / 1e6)} MB`);
  progress.say('');
  for (const failure of failures) progress.say(failure);
  progress.say(
    `${failures.length === 0 ? 'PASSED' : 'FAILED'}: ${count(frames)} frames, ${count(answers)} answers, ` +
      `${count(sessions)} sessions of the witness, ${count(commands)} commands, edge ${early} then ${late}`,
  );
  return failures.length === 0 ? 0 : 1;
}
