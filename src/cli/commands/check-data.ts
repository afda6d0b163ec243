import { loadConfigWithOrigins } from '../../config/load-config.ts';
import type { Command } from '../command.ts';
import { checkDataDir, environmentNames } from '../data-dir-check.ts';
import { lockDataDir } from '../data-dir-lock.ts';
import { settingsFileFlag, sourcesFrom } from '../settings-sources.ts';

export const checkDataCommand: Command = {
  name: 'check-data',
  summary:
    'Follows every page of the databases of a stopped gateway, of which a start looks at the first ones only.',
  takesSettings: true,
  flags: [settingsFileFlag],
  async run({ flags }) {
    const { config } = loadConfigWithOrigins(sourcesFrom(flags));
    const lock = await lockDataDir(config.dataDir);
    try {
      checkDataDir(lock.directory, Number.POSITIVE_INFINITY);
      console.log(`farad: ${environmentNames(lock.directory).join(', ')} are whole`);
    } finally {
      lock.release();
    }
    return 0;
  },
};
