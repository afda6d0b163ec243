import { count } from '../format.ts';
import type { ChargePointClusters } from '../model.ts';
import { type Plain, t } from '../words/words.ts';

export type Cluster = ChargePointClusters['clusters'][number];
export type MapState = keyof Cluster['states'];

/** What charge points are, with the word, the tone and the shape of a status (parts/status.tsx). */
export const MAP_STATES: readonly (readonly [state: MapState, word: Plain, status: string])[] = [
  ['faulted', 'faulted', 'Faulted'],
  ['offline', 'offline', 'offline'],
  ['charging', 'charging', 'Charging'],
  ['available', 'available', 'Available'],
  ['other', 'neither', 'Unavailable'],
];

/** What most of its charge points are; where some are faulted, that. */
export function foremost({ states }: Cluster): MapState {
  if (states.faulted > 0) return 'faulted';
  const [first] = MAP_STATES.map(([state]) => state).toSorted((one, other) => states[other] - states[one]);
  return first ?? 'other';
}

/** Its states in words, without those that none is in. */
export function statesInWords({ states }: Cluster): string {
  return MAP_STATES.filter(([state]) => states[state] > 0)
    .map(([state, word]) => `${count(states[state])} ${t(word)}`)
    .join(', ');
}

/** Whether looking closer takes it apart. */
export function isApart({ count, chargePoints }: Cluster): boolean {
  return count > 1 && chargePoints === null;
}
