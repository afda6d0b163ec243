-- When the register first stood at its highest value of the hour: from then on nothing was charged. Rows from before this
-- migration know only when it last stood there.
ALTER TABLE energy_hourly ADD COLUMN IF NOT EXISTS
    reached SimpleAggregateFunction(min, Tuple(Float64, DateTime64(3, 'UTC'))) DEFAULT (-highest.1, highest.2);

ALTER TABLE energy_hourly_from_samples MODIFY QUERY
SELECT
    toStartOfMonth(received_at) AS received_month,
    toInt32(intDiv(toUnixTimestamp64Milli(ts), 86400000)) AS day,
    charge_point_id,
    connector_id,
    toInt32(intDiv(toUnixTimestamp64Milli(ts), 3600000)) AS hour,
    ifNull(transaction_id, 0) AS transaction_id,
    phase,
    location,
    toUInt8(lower(unit) = 'kwh') AS coarse,
    min((ts, assumeNotNull(value) * if(coarse = 1, 1000, 1))) AS first,
    max((ts, assumeNotNull(value) * if(coarse = 1, 1000, 1))) AS last,
    min((assumeNotNull(value) * if(coarse = 1, 1000, 1), ts)) AS lowest,
    max((assumeNotNull(value) * if(coarse = 1, 1000, 1), ts)) AS highest,
    min((-assumeNotNull(value) * if(coarse = 1, 1000, 1), ts)) AS reached
FROM meter_samples
WHERE measurand = 'Energy.Active.Import.Register' AND isFinite(ifNull(value, nan))
GROUP BY received_month, day, charge_point_id, connector_id, hour, transaction_id, phase, location, coarse;
