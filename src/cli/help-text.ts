import type { Command } from './command.ts';
import type { FlagSpec } from './command-line.ts';
import { settingFlags } from './flags.ts';

/** What `farad --help` prints. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length)) + 3;
  return [
    'Farad, a high-throughput OCPP gateway.',
    '',
    'Usage: farad COMMAND [FLAGS]',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}${command.summary}`),
    '',
    '`farad COMMAND --help` explains a command and its flags. Every setting is a flag (--ocpp-port), an environment variable',
    '(FARAD_OCPP_PORT) and a key of a YAML file (ocpp.port); `farad config` shows what holds.',
  ].join('\n');
}

/** What `farad COMMAND --help` prints. */
export function helpFor(command: Command): string {
  const lines = [`farad ${command.name}: ${command.summary}`];
  if (command.details) lines.push('', ...command.details);
  if (command.flags.length > 0) lines.push('', 'Flags:', ...command.flags.map(flagLine));
  if (command.takesSettings) lines.push('', 'Settings:', ...settingFlags.map(flagLine));
  return lines.join('\n');
}

function flagLine({ name, help, value }: FlagSpec): string {
  const head = `  --${name}`;
  return value === undefined ? `${head.padEnd(36)} ${help}` : `${head.padEnd(36)} ${help} Value: ${value}.`;
}
