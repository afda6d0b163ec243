/**
 * Readings of the imported energy register as rows (charge_point_id, connector_id, transaction_id, phase, location, coarse, at, wh): `at` in epoch ms,
 * `wh` in Wh, `coarse` 1 where it was read in kWh. Of connectors above 0, from `{readFrom:Int64}` to `{readTo:Int64}`.
 */

/**
 * From the rollup: up to four readings for each hour of UTC, which is all that matters where hours begin at full hours. Of the time before and after
 * the asked hours only the nearest one.
 */
export function hourlyReadings(ofChargePoint: string): string {
  return `
  SELECT charge_point_id, connector_id, transaction_id, phase, location, coarse,
    toUnixTimestamp64Milli(reading.1) AS at, reading.2 AS wh
  FROM (
    SELECT charge_point_id, connector_id, transaction_id, phase, location, coarse,
      arrayJoin(multiIf(
        near < {firstHour:Int32}, [latest],
        near > {lastHour:Int32}, [earliest],
        arrayDistinct([earliest, (smallest.2, smallest.1), (greatest.2, greatest.1), latest]))) AS reading
    FROM (
      SELECT charge_point_id, connector_id, greatest(least(hour, {lastHour:Int32} + 1), {firstHour:Int32} - 1) AS near,
        transaction_id, phase, location, coarse,
        min(first) AS earliest, max(last) AS latest, min(lowest) AS smallest, max(highest) AS greatest
      FROM energy_hourly
      WHERE day BETWEEN intDiv({readFrom:Int64}, 86400000) AND intDiv({readTo:Int64}, 86400000)
        AND hour BETWEEN intDiv({readFrom:Int64}, 3600000) AND intDiv({readTo:Int64}, 3600000)
        AND connector_id > 0 AND ${ofChargePoint}
      GROUP BY charge_point_id, connector_id, near, transaction_id, phase, location, coarse
    )
  )`;
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

/** Transactions as they stand, one row each, with the tag that started them. */
export function transactionStates(ofChargePoint: string, ofTag: string): string {
  return `
  SELECT charge_point_id, transaction_id, any(connector_id) AS connector, any(id_tag) AS tag,
    (toUnixTimestamp64Milli(min(started_at)), toFloat64(any(meter_start))) AS began,
    (toUnixTimestamp64Milli(argMax(stopped_at, version)), toFloat64(argMax(meter_stop, version))) AS ended
  FROM transactions
  WHERE started_at BETWEEN fromUnixTimestamp64Milli({transactionsFrom:Int64}, 'UTC') AND fromUnixTimestamp64Milli({readTo:Int64}, 'UTC')
    AND connector_id > 0 AND ${ofChargePoint} AND ${ofTag}
  GROUP BY charge_point_id, transaction_id`;
}

/** meterStart and meterStop, out of the CTE `transaction_states`. */
export function transactionReadings(): string {
  return `
  SELECT charge_point_id, connector, transaction_id, '', 'Outlet', 0, assumeNotNull(reading.1), assumeNotNull(reading.2)
  FROM (SELECT *, arrayJoin([began, ended]) AS reading FROM transaction_states)
  WHERE reading.1 IS NOT NULL AND reading.2 IS NOT NULL`;
}
