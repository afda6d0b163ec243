import type { Command } from '../command.ts';
import { helpFor, overview } from '../help-text.ts';
import { UsageError } from '../usage-error.ts';

export const helpCommand: Command = {
  name: 'help',
  summary: 'Explains Farad, or one command: farad help serve.',
  takesSettings: false,
  flags: [],
  maxWords: 1,
  async run({ words: [name] }, commands) {
    const command = commands.find((candidate) => candidate.name === name);
    if (name !== undefined && !command) throw new UsageError(`unknown command ${name}; see farad --help`);
    console.log(command ? helpFor(command) : overview(commands));
    return 0;
  },
};
