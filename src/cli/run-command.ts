import { ConfigError } from '../config/config-error.ts';
import { suggestion } from '../config/suggestion.ts';
import type { FlagSpec } from './command-line.ts';
import { commands } from './commands.ts';
import { readFlags, settingFlags } from './flags.ts';
import { helpFor } from './help-text.ts';
import { StartError } from './start-error.ts';
import { UsageError } from './usage-error.ts';

const helpFlag: FlagSpec = { name: 'help', help: 'Explains the command.' };

/**
 * Runs `farad ARGS` and sets the exit code: 0 done, 1 could not start (a wrong setting, a locked data
 * directory, a port in use), 2 the command line cannot be understood, 3 what was asked for is not well. Each
 * failure is one line on standard error.
 */
export async function runCommand(args: readonly string[]): Promise<void> {
  // Whatever a command writes is for the user that runs it.
  process.umask(0o077);
  try {
    process.exitCode = await dispatch(args);
  } catch (error) {
    if (error instanceof UsageError) fail(error.message, 2);
    else if (error instanceof ConfigError || error instanceof StartError) fail(error.message, 1);
    else throw error;
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const [first = '--help', ...rest] = args;
  const name = { '--help': 'help', '-h': 'help', '--version': 'version', '-v': 'version' }[first] ?? first;
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) throw new UsageError(unknownCommand(first));
  if (rest.includes('--help') || rest.includes('-h')) {
    console.log(helpFor(command));
    return 0;
  }
  const line = readFlags(rest, [...(command.takesSettings ? settingFlags : []), ...command.flags, helpFlag]);
  const [surplus] = line.words.slice(command.maxWords ?? 0);
  if (surplus !== undefined)
    throw new UsageError(`farad ${command.name} takes no ${JSON.stringify(surplus)}`);
  return command.run(line, commands);
}

function unknownCommand(given: string): string {
  const what = given.startsWith('-') ? 'flag' : 'command';
  const hint = suggestion(
    given,
    commands.map((command) => command.name),
  );
  return `unknown ${what} ${given}${hint || '; see farad --help'}`;
}

function fail(message: string, exitCode: number): void {
  console.error(`farad: ${message}`);
  process.exitCode = exitCode;
}
