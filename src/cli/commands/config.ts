import { effectiveSettings } from '../../config/effective-settings.ts';
import { loadConfigWithOrigins } from '../../config/load-config.ts';
import type { Command } from '../command.ts';
import { settingsFileFlag, sourcesFrom } from '../settings-sources.ts';

export const configCommand: Command = {
  name: 'config',
  summary: 'Prints the effective settings with their help, as a settings file.',
  takesSettings: true,
  flags: [settingsFileFlag],
  async run({ flags }) {
    const loaded = loadConfigWithOrigins(sourcesFrom(flags));
    for (const name of loaded.unknown)
      console.error(`farad: the environment has a name that is no setting: ${name}`);
    console.log(effectiveSettings(loaded));
    return 0;
  },
};
