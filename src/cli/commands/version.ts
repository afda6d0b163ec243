import type { Command } from '../command.ts';
import { version } from '../version.ts';

export const versionCommand: Command = {
  name: 'version',
  summary: 'Prints the version of Farad; --version does the same.',
  takesSettings: false,
  flags: [],
  async run() {
    console.log(version());
    return 0;
  },
};
