import { apiError } from './errors.ts';

/** What a charge point may make of a request (`#/components/schemas/Warning`). */
export interface Warning {
  readonly code: string;
  readonly message: string;
  /** It is expected to refuse. */
  readonly refusal: boolean;
}

/** Query parameter of operations that warn before they send. */
export const forceQuery = {
  force: {
    type: 'boolean',
    default: false,
    description: 'Send it although the charge point is expected to refuse it.',
  },
} as const;

/**
 * Throws `likely_refused` where a refusal is expected and nobody said to send all the same; nothing was sent
 * then.
 */
export function refuseUnlessForced(
  chargePointId: string,
  warnings: readonly Warning[],
  force: boolean,
): void {
  const refusals = warnings.filter(({ refusal }) => refusal);
  if (force || refusals.length === 0) return;
  const reasons = refusals.map(({ message }) => message).join('; ');
  throw apiError('likely_refused', { id: chargePointId, reasons }, { warnings });
}
