import type { Message } from './model.ts';
import type { Plain } from './words/words.ts';

export const KINDS = [
  'Status',
  'Transactions',
  'Commands',
  'Connections',
  'Boot',
  'Errors',
] as const satisfies readonly Plain[];
export type Kind = (typeof KINDS)[number];

/** One line of a charge point's story. */
export interface Happening {
  readonly key: string;
  /** RFC 3339. */
  readonly at: string;
  /** ←: from the charge point; →: from Farad; ●: its connection opened; ○: it closed or was refused. */
  readonly arrow: '←' | '→' | '●' | '○';
  readonly action: string;
  readonly kinds: readonly Kind[];
  readonly summary: string;
  /** What was answered, in a word; empty where nothing is worth saying. */
  readonly answer: string;
  readonly tone: 'available' | 'attention' | 'fault' | 'none';
  readonly durationMs?: number;
  readonly frames: readonly Message[];
  /** What else is known: names and values. */
  readonly facts?: readonly (readonly [name: string, value: string])[];
}
