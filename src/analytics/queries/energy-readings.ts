import { DAY_MS, HOUR_MS } from './range.ts';
import { newestVersions, type Starts } from './transaction-versions.ts';

/**
 * Readings of the imported energy register as rows (charge_point_id, connector_id, transaction_id, phase, location, coarse, at, wh): `at` in epoch ms,
 * `wh` in Wh, `coarse` 1 where it was read in kWh. Of connectors above 0, from `{readFrom:Int64}` to `{readTo:Int64}`.
 */

/**
 * From the rollup: up to four readings for each hour of UTC, which is all that matters where hours begin at full hours. Of the time before and after
 * the asked hours only the nearest one. FINAL merges rows in the order in which they lie, for a tenth of what GROUP BY takes over a large fleet;
 * PREWHERE asks for nothing but its order, so what it leaves out has no other version.
 */
export function hourlyReadings(ofChargePoint: string): string {
  const register = 'charge_point_id, connector_id, transaction_id, phase, location, coarse';
  return `
  SELECT ${register}, toUnixTimestamp64Milli(moment) AS at, wh
  FROM (
    SELECT ${register}, lowest.1 < first.2 OR highest.1 > last.2 AS is_uneven,
      if(is_uneven, [first.1, lowest.2, highest.2, last.1], [first.1, last.1]) AS moments,
      if(is_uneven, [first.2, lowest.1, highest.1, last.2], [first.2, last.2]) AS registers
    FROM energy_hourly FINAL
    PREWHERE day BETWEEN intDiv({firstHour:Int32}, 24) AND intDiv({lastHour:Int32}, 24) AND hour BETWEEN {firstHour:Int32} AND {lastHour:Int32}
      AND connector_id > 0 AND ${ofChargePoint}
  )
  ARRAY JOIN moments AS moment, registers AS wh
  UNION ALL
  SELECT ${register}, toUnixTimestamp64Milli(argMax(if(is_before, last.1, first.1), nearness)), argMax(if(is_before, last.2, first.2), nearness)
  FROM (
    SELECT ${register}, first, last, hour < {firstHour:Int32} AS is_before, if(is_before, hour, -hour) AS nearness
    FROM energy_hourly FINAL
    PREWHERE (day BETWEEN intDiv({readFrom:Int64}, ${DAY_MS}) AND intDiv({firstHour:Int32}, 24) OR day BETWEEN intDiv({lastHour:Int32}, 24) AND intDiv({readTo:Int64}, ${DAY_MS}))
      AND hour BETWEEN intDiv({readFrom:Int64}, ${HOUR_MS}) AND intDiv({readTo:Int64}, ${HOUR_MS})
      AND hour NOT BETWEEN {firstHour:Int32} AND {lastHour:Int32} AND connector_id > 0 AND ${ofChargePoint}
  )
  GROUP BY ${register}, is_before`;
}

/** Every sample, for zones whose hours begin in the middle of an hour of UTC. */
export function singleReadings(ofChargePoint: string): string {
  return `
  SELECT charge_point_id, connector_id, ifNull(transaction_id, 0) AS transaction_id, phase, location,
    toUInt8(lower(unit) = 'kwh') AS coarse, toUnixTimestamp64Milli(ts) AS at,
    assumeNotNull(value) * if(coarse = 1, 1000, 1) AS wh
  FROM meter_samples
  WHERE measurand = 'Energy.Active.Import.Register' AND isFinite(ifNull(value, nan))
    AND ts BETWEEN fromUnixTimestamp64Milli({readFrom:Int64}, 'UTC') AND fromUnixTimestamp64Milli({readTo:Int64}, 'UTC')
    AND connector_id > 0 AND ${ofChargePoint}`;
}

/** Transactions as they stand, one row each, with the tag that started them; `starts` are those from `{transactionsFrom:Int64}` to `{readTo:Int64}`. */
export function transactionStates(ofChargePoint: string, ofTag: string, starts: Starts): string {
  const began =
    "started_at BETWEEN fromUnixTimestamp64Milli({transactionsFrom:Int64}, 'UTC') AND fromUnixTimestamp64Milli({readTo:Int64}, 'UTC')";
  return `
  SELECT charge_point_id, connector_id, transaction_id, id_tag AS tag, started_at, meter_start, stopped_at, meter_stop
  FROM ${newestVersions(`${began} AND connector_id > 0 AND ${ofChargePoint} AND ${ofTag}`, starts)}`;
}

/** meterStart and meterStop where they are known, out of the CTE `transaction_states`. */
export function transactionReadings(): string {
  return `
  SELECT charge_point_id, connector_id, transaction_id, '', 'Outlet', 0, toUnixTimestamp64Milli(assumeNotNull(known.1)),
    toFloat64(assumeNotNull(known.2))
  FROM transaction_states
  ARRAY JOIN arrayFilter(register -> register.1 IS NOT NULL AND register.2 IS NOT NULL,
    [(toNullable(started_at), meter_start), (stopped_at, meter_stop)]) AS known`;
}
