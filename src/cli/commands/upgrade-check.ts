import { loadConfigWithOrigins } from '../../config/load-config.ts';
import type { Command } from '../command.ts';
import { settingsFileFlag, sourcesFrom } from '../settings-sources.ts';
import { version } from '../version.ts';

export const upgradeCheckCommand: Command = {
  name: 'upgrade-check',
  summary:
    'Says what the first start of this Farad would change in a data directory, and whether it could start.',
  takesSettings: true,
  flags: [settingsFileFlag],
  /**
   * What looks at databases and tables is loaded here, so that no other command waits for it, or needs as
   * many open files.
   */
  async run({ flags }) {
    const { checkUpgrade } = await import('../upgrade-check.ts');
    const { config } = loadConfigWithOrigins(sourcesFrom(flags));
    const { findings, problems } = await checkUpgrade(config);
    console.log(`farad ${version()} on ${config.dataDir}`);
    for (const { about, text } of findings) console.log(`  ${about.padEnd(12)}${text}`);
    for (const problem of problems) console.error(`farad: ${problem}`);
    console.log(problems.length === 0 ? 'This Farad can start.' : 'This Farad cannot start.');
    return problems.length === 0 ? 0 : 1;
  },
};
