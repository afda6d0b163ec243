import { loadConfigWithOrigins } from '../../config/load-config.ts';
import type { Command } from '../command.ts';
import { checkDataDir } from '../data-dir-check.ts';
import { lockDataDir } from '../data-dir-lock.ts';
import { edgeNames, holdsTables } from '../gateway-plan.ts';
import { makePrivate } from '../private-data-dir.ts';
import { settingsFileFlag, sourcesFrom } from '../settings-sources.ts';
import { settleGround } from '../settle-ground.ts';

export const adoptDataCommand: Command = {
  name: 'adopt-data',
  summary: 'Declares what lies in the data directory to be right: what is missing there is begun anew.',
  takesSettings: true,
  flags: [settingsFileFlag],
  async run({ flags }) {
    const { config } = loadConfigWithOrigins(sourcesFrom(flags));
    const lock = await lockDataDir(config.dataDir);
    const { directory } = lock;
    try {
      makePrivate(directory);
      checkDataDir(directory);
      await settleGround({
        dataDir: directory,
        edges: edgeNames(config),
        tables: holdsTables(config),
        adopt: true,
      });
    } finally {
      lock.release();
    }
    console.log(`farad: ${config.dataDir} is taken as it is from now on`);
    return 0;
  },
};
