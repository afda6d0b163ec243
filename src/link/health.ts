import type { Standstill } from '../telemetry/watchman.ts';
import type { Degradation, Health } from './methods.ts';

/** What a process says of itself beside what stands still in it. */
export interface OwnState {
  /** Why it cannot do what charge points need, one line each. */
  readonly problems?: readonly string[];
  readonly degraded?: readonly Degradation[];
}

/** The health of a process: what it says of itself, and what stands still in it. */
export function healthOf(
  { problems = [], degraded = [] }: OwnState,
  standing: readonly Standstill[],
  now: number = Date.now(),
): Health {
  const needed = standing.filter(({ serves }) => serves === 'charge-points');
  const said = new Set(degraded.map(({ name }) => name));
  const others = standing.filter(({ name, serves }) => serves === 'operators' && !said.has(name));
  const lines = [
    ...problems,
    ...needed.map(
      ({ name, since, cause }) => `stands still for ${secondsFrom(since, now)} s: ${name} (${cause})`,
    ),
  ];
  const told = [...degraded, ...others.map(({ name, since, cause }) => ({ name, since, cause }))];
  const curable = standing.find(({ wantsRestart }) => wantsRestart);
  return {
    ready: lines.length === 0,
    problems: lines,
    ...(told.length > 0 && { degraded: told }),
    ...(curable && { restartFor: curable.name }),
  };
}

function secondsFrom(since: number, now: number): number {
  return Math.max(0, Math.round((now - since) / 1000));
}
