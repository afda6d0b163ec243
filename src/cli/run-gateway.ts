import type { Config } from '../config/schema.ts';
import { endOnFault } from '../telemetry/last-words.ts';
import { createLog } from '../telemetry/log.ts';
import { metrics } from '../telemetry/metrics.ts';
import { watchman } from '../telemetry/watchman.ts';
import { announce } from './announcement.ts';
import { ClockWatch } from './clock-watch.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { type Demo, type DemoFleet, demoOrder, startFleet } from './demo.ts';
import { onHangUp } from './hang-up.ts';
import { StartError } from './start-error.ts';
import { onStopSignals } from './stop-signals.ts';
import type { ProcessPlan } from './supervised-process.ts';
import { type SupervisorOptions, startSupervisor } from './supervisor.ts';

export interface GatewayOptions extends Pick<SupervisorOptions, 'backOff' | 'stopGraceMs'> {
  readonly config: Config;
  readonly plans: readonly ProcessPlan[];
  readonly demo?: Demo;
  /** Runs once the data directory is this gateway's, before anything opens what lies in it. */
  readonly prepare?: (directory: string) => Promise<void>;
  /** Looks for what ended a start that nobody refused; throws StartError where it finds that. */
  readonly diagnose?: (directory: string) => void;
}

/**
 * Runs a gateway from lock to release: resolves with the exit code once a signal has stopped it. Throws
 * StartError when the data directory is taken or a process refuses to start. A second signal kills everything
 * at once.
 */
export async function runGateway(options: GatewayOptions): Promise<number> {
  const { demo } = options;
  const lock = await lockDataDir(options.config.dataDir);
  const config = { ...options.config, dataDir: lock.directory };
  const log = createLog(config, 'supervisor');
  process.title = 'farad supervisor';
  endOnFault(log, () => process.exit(1));
  try {
    await options.prepare?.(lock.directory);
  } catch (error) {
    lock.release();
    demo?.cleanUp();
    throw error;
  }

  const clock = new ClockWatch({ dataDir: lock.directory, log, metrics, watchman });
  const supervisor = startSupervisor({ ...options, config, lock, log });
  const signalled = new Promise<'signal'>((resolve) => {
    onHangUp(
      () => void supervisor.reload(),
      (reason) => {
        log.info({ reason }, 'stopping');
        resolve('signal');
      },
    );
    onStopSignals(
      (reason) => {
        log.info({ reason }, 'stopping');
        resolve('signal');
      },
      () => {
        supervisor.kill();
        process.exit(1);
      },
    );
  });

  let fleet: DemoFleet | undefined;
  try {
    const started = await Promise.race([supervisor.ready, signalled]);
    if (started !== 'signal') {
      announce(config, started, demo);
      if (demo) fleet = startFleet(demoOrder(demo, started.endpoints), log);
      await signalled;
    }
    return 0;
  } catch (error) {
    await supervisor.stop();
    if (error instanceof StartError) options.diagnose?.(lock.directory);
    throw error;
  } finally {
    clock.stop();
    await fleet?.stop();
    await supervisor.stop();
    demo?.cleanUp();
  }
}
