import type { Bench } from './bench.ts';
import { SESSION_FIGURES, sessions } from './sockets.ts';

/** Charge points and the edge processes that share the port, from few of one to as many as two can hold. */
const SIZES: readonly (readonly [chargePoints: number, edges: number])[] = [
  [1_000, 1],
  [100, 1],
  [10_000, 1],
  [19_000, 1],
  [19_000, 2],
  [19_000, 4],
  [37_000, 2],
];

/** Whether a message stays as cheap when there are more sockets, and when more processes share them. */
export const scaleBench: Bench = {
  name: 'scale',
  question:
    'What do a message and a session cost as sockets go from 100 to 37,000 and edge processes on one port from 1 to 4?',
  figures: SESSION_FIGURES,
  prepare: () => ({ contenders: SIZES.map(([chargePoints, edges]) => sessions(chargePoints, edges)) }),
};
