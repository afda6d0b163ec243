import type { EnergyScope } from '../energy/energy-scope.ts';
import { DAY_MS } from './range.ts';

/** Readings that determine the energy of a transaction come at most so long after its start, ms. */
const LONGEST_TRANSACTION_MS = 31 * DAY_MS;

/** Times that bound nothing, within what ClickHouse keeps. */
const EVER = { from: Date.UTC(1901), to: Date.UTC(2298) } as const;

/**
 * The rows of `transactions`, a table, with what is published about their energy (docs/energy.md):
 * `energyWh`, `energySource`, `energyReason` and `energyFlags`. A transaction whose energy has not been
 * worked out yet has none, with the reason `being_worked_out`.
 */
export function withEnergy(transactions: string): string {
  return `(
    SELECT *, round(energy_wh, 3) AS energyWh, if(source = '', 'none', toString(source)) AS energySource,
      multiIf(source = '', 'being_worked_out', reason = '', NULL, toString(reason)) AS energyReason, energy_flags AS energyFlags
    FROM (SELECT *, cityHash64(charge_point_id) AS place FROM ${transactions}) AS told
    LEFT ANY JOIN (
      SELECT cityHash64(charge_point_id) AS place, transaction_id, energy_wh, source, reason, flags AS energy_flags
      FROM transaction_energy FINAL
      WHERE (charge_point_id, transaction_id) GLOBAL IN (SELECT charge_point_id, transaction_id FROM ${transactions})
    ) AS worked_out USING (place, transaction_id)
  )`;
}

/**
 * What has to be worked out before the energy of transactions that start in a time, and of whom, is exact.
 */
export function energyOfTransactions({
  from,
  to,
  chargePointId,
  prefix,
  idTag,
}: {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly chargePointId?: string | undefined;
  readonly prefix?: string | undefined;
  readonly idTag?: string | undefined;
}): EnergyScope {
  return {
    from: Math.max(from ?? EVER.from, EVER.from),
    to: Math.min((to ?? EVER.to) + LONGEST_TRANSACTION_MS, EVER.to),
    ...(chargePointId !== undefined && { chargePointId }),
    ...(prefix !== undefined && { prefix }),
    ...(idTag !== undefined && { idTag }),
  };
}
