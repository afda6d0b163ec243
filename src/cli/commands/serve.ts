import { loadConfigWithOrigins } from '../../config/load-config.ts';
import { createLog } from '../../telemetry/log.ts';
import { announce } from '../announcement.ts';
import type { Command } from '../command.ts';
import { lockDataDir } from '../data-dir-lock.ts';
import { type DemoFleet, prepareDemo, startFleet } from '../demo.ts';
import { requireAnalyticsEngine } from '../engine-check.ts';
import { gatewayPlan } from '../gateway-plan.ts';
import { settingsFileFlag, sourcesFrom } from '../settings-sources.ts';
import { onStopSignals } from '../stop-signals.ts';
import { startSupervisor } from '../supervisor.ts';

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
    const settings = demo?.config ?? loaded.config;
    const lock = await lockDataDir(settings.dataDir);
    const config = { ...settings, dataDir: lock.directory };
    const log = createLog(config, 'supervisor');
    process.title = 'farad supervisor';

    const supervisor = startSupervisor({ config, lock, plans: gatewayPlan(config), log });
    let fleet: DemoFleet | undefined;
    const signalled = new Promise<'signal'>((resolve) => {
      onStopSignals(
        (signal) => {
          log.info({ signal }, 'stopping');
          resolve('signal');
        },
        () => {
          supervisor.kill();
          process.exit(1);
        },
      );
    });

    try {
      const started = await Promise.race([supervisor.ready, signalled]);
      if (started !== 'signal') {
        announce(config, started, demo);
        if (demo) fleet = startFleet(demo, started.endpoints, log);
        await signalled;
      }
      return 0;
    } finally {
      await fleet?.stop();
      await supervisor.stop();
      demo?.cleanUp();
    }
  },
};
