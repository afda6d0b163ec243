import type { CommandLine, FlagSpec } from './command-line.ts';

/** One subcommand of `farad`. */
export interface Command {
  readonly name: string;
  /** One line for `farad --help`. */
  readonly summary: string;
  /** Lines for `farad COMMAND --help` below the summary. */
  readonly details?: readonly string[];
  /** True when the settings are flags of this command, too. */
  readonly takesSettings: boolean;
  /** Flags beyond the settings. */
  readonly flags: readonly FlagSpec[];
  /** How many words may follow the command. */
  readonly maxWords?: number;
  /** Resolves with the exit code. `commands` is every command there is, for the one that explains them. */
  run(line: CommandLine, commands: readonly Command[]): Promise<number>;
}
