import { loadConfigWithOrigins } from '../../config/load-config.ts';
import { createLog } from '../../telemetry/log.ts';
import type { Command } from '../command.ts';
import { checkDataDir, checkOpenFiles } from '../data-dir-check.ts';
import { prepareDemo } from '../demo.ts';
import { requireAnalyticsEngine } from '../engine-check.ts';
import { edgeNames, gatewayPlan, holdsTables } from '../gateway-plan.ts';
import { refuseNodeAlone } from '../node-alone.ts';
import { makePrivate } from '../private-data-dir.ts';
import { runGateway } from '../run-gateway.ts';
import { settingsFileFlag, sourcesFrom } from '../settings-sources.ts';
import { settleGround } from '../settle-ground.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Runs the gateway until SIGINT or SIGTERM; npm start does the same.',
  takesSettings: true,
  flags: [
    settingsFileFlag,
    {
      name: 'demo',
      help: 'Adds simulated charge points, with a data directory of its own.',
      value: 'how many',
    },
  ],
  async run({ flags }) {
    const loaded = loadConfigWithOrigins(sourcesFrom(flags));
    requireAnalyticsEngine(loaded.config);
    const demo = flags.demo === undefined ? undefined : prepareDemo(flags.demo, loaded);
    const config = demo?.config ?? loaded.config;
    const log = createLog(config, 'supervisor');
    for (const name of loaded.unknown) log.warn(`the environment has a name that is no setting: ${name}`);
    checkOpenFiles();
    return runGateway({
      config,
      plans: gatewayPlan(config),
      ...(demo && { demo }),
      async prepare(directory) {
        refuseNodeAlone(config, directory);
        makePrivate(directory);
        checkDataDir(directory);
        await settleGround({ dataDir: directory, edges: edgeNames(config), tables: holdsTables(config) });
      },
      diagnose: (directory) => checkDataDir(directory, Number.POSITIVE_INFINITY),
    });
  },
};
