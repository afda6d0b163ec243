-- What the energy query reads instead of samples: of each hour (UTC) and transaction the first, last, lowest and highest
-- value of the imported energy register, in Wh, with the time of each. Repeating a sample changes none of them.
-- `coarse` tells registers read in kWh, which may step back by less than one kWh against a value in Wh.
CREATE TABLE IF NOT EXISTS energy_hourly
(
    received_month Date,
    day Int32,
    charge_point_id String CODEC(ZSTD(1)),
    connector_id Int32,
    hour Int32,
    transaction_id Int32,
    phase LowCardinality(String),
    location LowCardinality(String),
    coarse UInt8,
    first SimpleAggregateFunction(min, Tuple(DateTime64(3, 'UTC'), Float64)),
    last SimpleAggregateFunction(max, Tuple(DateTime64(3, 'UTC'), Float64)),
    lowest SimpleAggregateFunction(min, Tuple(Float64, DateTime64(3, 'UTC'))),
    highest SimpleAggregateFunction(max, Tuple(Float64, DateTime64(3, 'UTC')))
)
ENGINE = AggregatingMergeTree
PARTITION BY received_month
ORDER BY (day, charge_point_id, connector_id, hour, transaction_id, phase, location, coarse)
SETTINGS non_replicated_deduplication_window = 20000, ttl_only_drop_parts = 1, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;

CREATE MATERIALIZED VIEW IF NOT EXISTS energy_hourly_from_samples TO energy_hourly AS
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
    max((assumeNotNull(value) * if(coarse = 1, 1000, 1), ts)) AS highest
FROM meter_samples
WHERE measurand = 'Energy.Active.Import.Register' AND isFinite(ifNull(value, nan))
GROUP BY received_month, day, charge_point_id, connector_id, hour, transaction_id, phase, location, coarse;
