import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfigWithOrigins } from '../../config/load-config.ts';
import { ClockGuard } from '../../store/clock-guard.ts';
import type { Command } from '../command.ts';
import { settingsFileFlag, sourcesFrom } from '../settings-sources.ts';
import { StartError } from '../start-error.ts';

export const adoptClockCommand: Command = {
  name: 'adopt-clock',
  summary: 'Declares the clock of this machine to be right after a jump, so that old data is deleted again.',
  takesSettings: true,
  flags: [settingsFileFlag],
  async run({ flags }) {
    const { config } = loadConfigWithOrigins(sourcesFrom(flags));
    const dataDir = resolve(config.dataDir);
    if (!existsSync(dataDir)) throw new StartError(`${config.dataDir} is not there`);
    const doubt = new ClockGuard(dataDir).adopt();
    console.log(
      doubt === undefined ? 'farad: the clock was not doubted' : `farad: believed from now on: ${doubt}`,
    );
    return 0;
  },
};
