import type { Store } from '../../store/store.ts';

/** What a charge point takes of local lists (OCPP 1.6 ed. 2 §9.2). */
export interface ListLimits {
  /** Entries per message. */
  readonly perMessage: number;
  /** Entries in total; undefined where the charge point never said. */
  readonly total: number | undefined;
  /** Keys that the charge point was never asked for. */
  readonly unasked: readonly string[];
}

/**
 * Entries per message for a charge point that was asked and does not say: every stack that was met takes as
 * many.
 */
const PER_MESSAGE_BY_DEFAULT = 50;

const PER_MESSAGE = 'SendLocalListMaxLength';
const TOTAL = 'LocalAuthListMaxLength';

/** The limits as far as the charge point has told its configuration. */
export function listLimits(
  { configurations }: Pick<Store, 'configurations'>,
  chargePointId: string,
): ListLimits {
  const limit = (key: string): number | undefined => {
    const value = Number(configurations.get(chargePointId, key)?.value ?? Number.NaN);
    return Number.isInteger(value) && value > 0 ? value : undefined;
  };
  const total = limit(TOTAL);
  const perMessage = limit(PER_MESSAGE) ?? PER_MESSAGE_BY_DEFAULT;
  return {
    perMessage: Math.min(perMessage, total ?? perMessage),
    total,
    unasked: [PER_MESSAGE, TOTAL].filter((key) => configurations.get(chargePointId, key) === undefined),
  };
}

/**
 * Whether the charge point's configuration rules local lists out: LocalAuthListManagement is missing in
 * SupportedFeatureProfiles, or LocalAuthListEnabled is false (§3.5.2).
 */
export function ruledOut({ configurations }: Pick<Store, 'configurations'>, chargePointId: string): boolean {
  const profiles = configurations.get(chargePointId, 'SupportedFeatureProfiles')?.value;
  if (typeof profiles === 'string' && !/\blocalauthlistmanagement\b/i.test(profiles)) return true;
  return configurations.get(chargePointId, 'LocalAuthListEnabled')?.value?.trim().toLowerCase() === 'false';
}
