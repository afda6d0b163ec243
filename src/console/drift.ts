import type { ConfigurationTemplate, KeyDrift } from './model.ts';
import { type Plain, t } from './words/words.ts';

export type DriftState = KeyDrift['state'];

/** States of a key against its template, with word and tone, the worst first. */
export const DRIFT_STATES: readonly (readonly [state: DriftState, word: Plain, tone: string])[] = [
  ['rejected', 'rejected', 'fault'],
  ['differs', 'differs', 'attention'],
  ['not_reported', 'not reported', 'offline'],
  ['reboot_required', 'reboot required', 'charging'],
  ['matches', 'matches', 'available'],
];

/** States that a campaign may mend. */
export const MENDABLE_STATES = ['differs', 'not_reported', 'rejected'] as const;

export function driftWord(state: DriftState): string {
  const [, word] = DRIFT_STATES.find(([name]) => name === state) ?? [];
  return word === undefined ? state : t(word);
}

export function driftTone(state: DriftState): string {
  const tone = DRIFT_STATES.find(([name]) => name === state)?.[2];
  return tone === undefined || tone === 'offline' ? 'none' : tone;
}

/** The filter of a template in words. */
export function filterInWords({ all: _, ...filter }: ConfigurationTemplate['filter']): string {
  const words = Object.entries(filter).map(([name, value]) => `${filterName(name)} ${value}`);
  return words.length === 0 ? t('every charge point') : words.join(', ');
}

/** A member of a filter in words. */
export function filterName(name: string): string {
  const word = NAMES[name];
  return word === undefined ? name : t(word);
}

const NAMES: Readonly<Record<string, Plain>> = {
  group: 'group',
  site: 'site',
  tag: 'tag',
  vendor: 'vendor',
  model: 'model',
  firmwareVersion: 'firmware',
  idPrefix: 'id begins with',
};
