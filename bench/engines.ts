import { findUws } from '../src/edge/transport/uws-builds.ts';
import type { Bench, Contender } from './bench.ts';
import { FRAME_FIGURES, FramesContender, startFarad } from './frames/contenders.ts';
import { sizes } from './sizes.ts';
import { SESSION_FIGURES, sessions } from './sockets.ts';
import { STORM_FIGURES, storm } from './storm.ts';

type MakeContender = (name: string, flags: readonly string[]) => Contender & { close?(): Promise<void> };

const CHARGE_POINTS = sizes.chargePoints(19_000);

/**
 * What each WebSocket engine costs that loads here, the build of 2023 first where it does: only Node 20 has
 * both, on a system like Debian 13.
 */
export const enginesBenches: readonly Bench[] = [
  {
    name: 'engines-frames-mix',
    question: 'What does the mix of messages cost on each WebSocket engine that loads?',
    figures: FRAME_FIGURES,
    prepare: () =>
      engines((name, flags) => {
        const run = { traffic: 'Mix', chargePoints: 200, samples: 7 } as const;
        return new FramesContender(name, undefined, () => startFarad({ flags }), run);
      }),
  },
  {
    name: 'engines-sockets',
    question: `What do ${CHARGE_POINTS.toLocaleString('en-US')} booted sessions cost on each WebSocket engine that loads?`,
    figures: SESSION_FIGURES,
    prepare: () => engines((name, flags) => ({ ...sessions(CHARGE_POINTS, 1, flags), name })),
  },
  {
    name: 'engines-storm',
    question:
      'How soon are charge points back whose edge was killed, on each build of uWebSockets.js that loads?',
    figures: STORM_FIGURES,
    // A storm of 2,400 charge points a second is more than ws takes: most would be refused and come later.
    prepare: () => ({ contenders: builds((name, flags) => storm(name, 'all', flags)) }),
  },
];

/** Those of uWebSockets.js that load here. */
function builds(make: MakeContender) {
  return (['uws-old', 'uws'] as const).flatMap((kind) => {
    const found = findUws(kind);
    if ('missing' in found || found.info.kind !== kind) return [];
    return [make(`${found.info.package} ${found.info.version}`, ['--ocpp-transport', kind])];
  });
}

function engines(make: MakeContender) {
  const contenders = [...builds(make), make('ws', ['--ocpp-transport', 'ws'])];
  return {
    contenders,
    close: async () => void (await Promise.all(contenders.map((one) => one.close?.()))),
  };
}
