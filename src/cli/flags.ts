import { settings } from '../config/schema.ts';
import { suggestion } from '../config/suggestion.ts';
import type { CommandLine, FlagSpec } from './command-line.ts';
import { UsageError } from './usage-error.ts';

/** The settings as flags; one that is true or false may stand alone. */
export const settingFlags: readonly (FlagSpec & { readonly bare: boolean })[] = settings.map(
  ({ flag, setting }) => ({
    name: flag,
    help: setting.help,
    value: setting.allowed,
    bare: setting.bare,
  }),
);

/**
 * Reads `--name value`, `--name=value` and words. Throws UsageError for a flag that is not in `known`, with
 * the one that was probably meant, and for a missing value. The last of several equal flags counts.
 */
export function readFlags(
  args: readonly string[],
  known: readonly (FlagSpec & { readonly bare?: boolean })[],
): CommandLine {
  const flags: Record<string, string> = {};
  const words: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] as string;
    if (!arg.startsWith('-') || arg === '-') {
      words.push(arg);
      continue;
    }
    const [, name = '', given] = /^--?([^=]*)(?:=(.*))?$/s.exec(arg) as RegExpExecArray;
    const spec = arg.startsWith('--') ? known.find((flag) => flag.name === name) : undefined;
    if (!spec) throw new UsageError(unknownFlag(arg, name, known));
    if (given !== undefined) {
      flags[name] = given;
    } else if (spec.value === undefined) {
      flags[name] = 'true';
    } else if (spec.bare && !/^(true|false)$/.test(args[index + 1] ?? '')) {
      flags[name] = 'true';
    } else {
      const next = args[index + 1];
      if (next === undefined || next.startsWith('--'))
        throw new UsageError(`--${name} needs a value: ${spec.value}`);
      flags[name] = next;
      index++;
    }
  }
  return { flags, words };
}

function unknownFlag(arg: string, name: string, known: readonly FlagSpec[]): string {
  const written = arg.split('=')[0] as string;
  const names = known.map((flag) => `--${flag.name}`);
  return `unknown flag ${written}${suggestion(`--${name}`, names) || '; see farad --help'}`;
}
