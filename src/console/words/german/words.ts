import { firstView } from './first-view.ts';
import { parts } from './parts.ts';

/** Everything that the console says, in German. */
export const german = { ...firstView, ...parts } as const;

export type German = typeof german;
