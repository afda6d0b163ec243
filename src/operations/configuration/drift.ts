import type { ConfigurationKeyRecord } from '../../store/configuration-record.ts';
import type { ConfigurationTemplate } from '../../store/configuration-templates.ts';
import type { KnownChargePoint } from '../../store/known-charge-points.ts';
import type { Store } from '../../store/store.ts';
import { sameValue } from './same-value.ts';
import { type WantedKey, wantedKeys } from './wanted-keys.ts';

/**
 * How a key of a charge point stands to what is wanted of it, the best first.
 * - `matches`: the charge point told the value that is wanted, or took it.
 * - `reboot_required`: it took the value, which holds after its next reset.
 * - `not_reported`: it has not told the key, or nobody knows whether its last change was made.
 * - `differs`: it told another value.
 * - `rejected`: it told another value or none, and would not take the one that is wanted, or has no such key.
 */
export const DRIFT_STATES = ['matches', 'reboot_required', 'not_reported', 'differs', 'rejected'] as const;

export type DriftState = (typeof DRIFT_STATES)[number];

/** A key that a template wants, as it stands at one charge point. */
export interface KeyDrift extends WantedKey {
  readonly state: DriftState;
  /** What the charge point has, or will have after its next reset; null where nobody knows. */
  readonly has: string | null;
  /** Asking or changing may mend it. */
  readonly mendable: boolean;
}

type DriftStore = Pick<Store, 'configurations'>;

/** Returns how a charge point stands to each key that its templates want, in the order of the templates. */
export function driftOf(
  { configurations }: DriftStore,
  templates: readonly ConfigurationTemplate[],
  known: KnownChargePoint,
): KeyDrift[] {
  return Array.from(wantedKeys(templates, known), ([key, wanted]) =>
    judgeKey(wanted, configurations.get(known.id, key)),
  );
}

/** Returns the worst of some states; `matches` for none. */
export function worstOf(drifts: readonly Pick<KeyDrift, 'state'>[]): DriftState {
  const rank = drifts.reduce((worst, { state }) => Math.max(worst, DRIFT_STATES.indexOf(state)), 0);
  return DRIFT_STATES[rank] as DriftState;
}

/** Judges a key by what is stored of it; undefined: nothing is. */
export function judgeKey(wanted: WantedKey, record: ConfigurationKeyRecord | undefined): KeyDrift {
  const state = stateOf(wanted.value, record);
  const isFixed = wanted.expected || record?.readonly === true || record?.known === false;
  return {
    ...wanted,
    state,
    has: (state === 'differs' ? record?.pending?.value : undefined) ?? record?.value ?? null,
    mendable: state === 'not_reported' || ((state === 'differs' || state === 'rejected') && !isFixed),
  };
}

function stateOf(wanted: string, record: ConfigurationKeyRecord | undefined): DriftState {
  if (record === undefined) return 'not_reported';
  const { value, pending, refused, known, doubtfulSince } = record;
  if (!known) return 'rejected';
  if (doubtfulSince !== null) return 'not_reported';
  // It booted without a reset of ours: which of the two values holds, the next GetConfiguration tells.
  if (pending !== null && pending.bootedAt !== null) return 'not_reported';
  if (pending !== null) return isValue(wanted, pending.value) ? 'reboot_required' : 'differs';
  if (isValue(wanted, value)) return 'matches';
  if (refused !== undefined && isValue(wanted, refused.value)) return 'rejected';
  return value === null ? 'not_reported' : 'differs';
}

function isValue(wanted: string, value: string | null): boolean {
  return value !== null && sameValue(wanted, value);
}
