import { residentAnonymousBytes } from '../src/telemetry/process-metrics.ts';
import type { Bench, Contender, Figure } from './bench.ts';
import { measure, startFarad } from './frames/contenders.ts';

const KIB = 1024;
const MIB = KIB * KIB;

/** CALLs under way at a time, however many sockets there are. */
export const IN_FLIGHT = 200;

export const SESSION_FIGURES: readonly Figure[] = [
  { key: 'memory', unit: 'MiB of RssAnon of the edges, all booted', better: 'lower' },
  { key: 'per session', unit: 'KiB of RssAnon above that of the edges without sockets', better: 'lower' },
  { key: 'after traffic', unit: 'MiB of RssAnon of the edges, after a run of messages', better: 'lower' },
  { key: 'boots', unit: 'connected and booted per second, unknown before', better: 'higher' },
  { key: 'rate', unit: `CALLs answered per second (the mix), ${IN_FLIGHT} under way`, better: 'higher' },
  { key: 'main thread', unit: 'µs of CPU per CALL, of the threads that hold the sockets', better: 'lower' },
];

/**
 * What a socket costs: memory of the edge, time to connect, and what the number of the others adds to the
 * price of a message.
 */
export const socketsBench: Bench = {
  name: 'sockets',
  question:
    'What does a booted session cost in memory, how fast do they connect, and do more of them make a message dearer?',
  figures: SESSION_FIGURES,
  prepare: () => ({ contenders: [1_000, 5_000, 19_000].map((chargePoints) => sessions(chargePoints, 1)) }),
};

/**
 * A gateway of its own for each run, with settings as flags: memory that a process once had is not what the
 * next run needs.
 */
export function sessions(chargePoints: number, edges: number, flags: readonly string[] = []): Contender {
  const held = `${chargePoints.toLocaleString('en-US')} sessions`;
  return {
    name: edges === 1 ? held : `${held}, ${edges} edges`,
    async run() {
      const server = await startFarad({ sinkPaused: true, edges, flags });
      const memory = (): number =>
        server.holders.reduce((sum, pid) => sum + (residentAnonymousBytes(pid) ?? Number.NaN), 0);
      try {
        const empty = memory();
        let booted = Number.NaN;
        let bootSeconds = Number.NaN;
        const run = { traffic: 'Mix', chargePoints, samples: 7, inFlight: IN_FLIGHT } as const;
        const reading = await measure(server, run, 1, (seconds) => {
          booted = memory();
          bootSeconds = seconds;
        });
        return {
          memory: booted / MIB,
          'per session': (booted - empty) / KIB / chargePoints,
          'after traffic': memory() / MIB,
          boots: chargePoints / bootSeconds,
          rate: reading.rate as number,
          'main thread': reading['main thread'] as number,
        };
      } finally {
        await server.stop();
      }
    },
  };
}
