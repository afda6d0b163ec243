import { readOptions } from '../load/options.ts';
import { Progress } from '../load/progress.ts';
import { runLoad } from '../load/run.ts';
import type { Bench, Contender, Figure } from './bench.ts';
import { sizes } from './sizes.ts';

const [CHARGE_POINTS, SPREAD_SECONDS] = [sizes.chargePoints(19_000), 8];

export const STORM_FIGURES: readonly Figure[] = [
  { key: 'all back', unit: 's from SIGKILL until the last one is accepted again', better: 'lower' },
  { key: 'edge back', unit: 's from SIGKILL until the edge listens again', better: 'lower' },
  { key: 'connect p50', unit: 'ms of a handshake', better: 'lower' },
  { key: 'connect p99', unit: 'ms', better: 'lower' },
  { key: 'boot p50', unit: 'ms from when BootNotification was due to its answer', better: 'lower' },
  { key: 'boot p99', unit: 'ms', better: 'lower' },
];

/** What happens when all charge points come back at the same time, because their edge was killed. */
export const stormBench: Bench = {
  name: 'storm',
  question: `How long until ${CHARGE_POINTS.toLocaleString('en-US')} charge points, whose edge was killed, have reconnected (jittered over ${SPREAD_SECONDS} s) and booted?`,
  figures: STORM_FIGURES,
  prepare: () => ({ contenders: [storm('all boot', 'all'), storm('none boots again', 'none')] }),
};

/**
 * A gateway of its own for each run, with settings as flags; what was confirmed before, during and after the
 * storm is verified as in any load.
 */
export function storm(name: string, boots: 'all' | 'none', flags: readonly string[] = []): Contender {
  return {
    name,
    async run() {
      const options = readOptions([
        ...['--charge-points', String(CHARGE_POINTS), '--ramp', `${Math.ceil(CHARGE_POINTS / 1500)}s`],
        ...['--duration', '25s', '--kill', 'edge-0', '--kill-every', '15s', '--wind-down', '8s'],
        ...['--reconnect-spread', `${SPREAD_SECONDS}s`, '--boot-after-reconnect', boots],
        ...['--meter-interval', '30s', '--seed', '1', '--verify', 'rows', '--', ...flags],
      ]);
      if (options === undefined) throw new Error('no options');
      const signal = new AbortController().signal;
      const { actions, judgement, measurements } = await runLoad(options, new Progress(process.stderr), {
        signal,
      });
      if (judgement.failures.length > 0) throw new Error(`${name}: ${judgement.failures.join('; ')}`);
      const [recovery] = measurements.recoveries;
      const [kill] = measurements.events;
      if (recovery === undefined || kill === undefined) throw new Error(`${name}: not all came back in time`);
      const of = (wanted: string) =>
        actions.find(({ phase, action }) => phase === 'load' && action === wanted)?.sinceDue;
      const connect = of('connect');
      const boot = of('BootNotification');
      return {
        'all back': recovery.afterMs / 1000,
        'edge back': kill.forMs / 1000,
        'connect p50': connect?.p50 ?? 0,
        'connect p99': connect?.p99 ?? 0,
        'boot p50': boot?.p50 ?? 0,
        'boot p99': boot?.p99 ?? 0,
      };
    },
  };
}
