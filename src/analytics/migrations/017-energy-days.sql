-- Energy by connector and day (UTC, days since the epoch), worked out by src/energy out of readings and transactions and replaced as a whole whenever one
-- of them touches the day. An item is an amount from one moment of the day to another (ms, within a quarter of an hour): of `kind` '' Wh, else how many register falls (`fall`), transactions without
-- a known energy (`unknown`), or readings that count for nothing, by the reason for it. Items outside of transactions have transaction 0.
-- By Farad's clock: `worked_at` is when the inputs were read.
CREATE TABLE IF NOT EXISTS energy_days
(
    day Int32,
    charge_point_id String CODEC(ZSTD(1)),
    connector_id Int32,
    since Array(UInt32) CODEC(ZSTD(1)),
    until Array(UInt32) CODEC(ZSTD(1)),
    transaction_ids Array(Int32) CODEC(ZSTD(1)),
    id_tags Array(String) CODEC(ZSTD(1)),
    kinds Array(LowCardinality(String)) CODEC(ZSTD(1)),
    amounts Array(Float64) CODEC(ZSTD(1)),
    worked_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(worked_at)
ORDER BY (day, charge_point_id, connector_id)
SETTINGS non_replicated_deduplication_window = 20000, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;

-- Energy of each transaction, with where it comes from and why there is none; replaced like the days that it touches.
CREATE TABLE IF NOT EXISTS transaction_energy
(
    charge_point_id String CODEC(ZSTD(1)),
    transaction_id Int32,
    energy_wh Nullable(Float64),
    source LowCardinality(String),
    reason LowCardinality(String),
    flags Array(LowCardinality(String)),
    worked_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(worked_at)
ORDER BY (charge_point_id, transaction_id)
SETTINGS non_replicated_deduplication_window = 20000, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;

-- Which connectors and days were touched by what arrived, and when.
CREATE TABLE IF NOT EXISTS energy_touched
(
    charge_point_id String CODEC(ZSTD(1)),
    connector_id Int32,
    day Int32,
    touched_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(touched_at)
ORDER BY (charge_point_id, connector_id, day)
TTL toDateTime(touched_at) + toIntervalDay(60)
SETTINGS non_replicated_deduplication_window = 20000, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;

CREATE MATERIALIZED VIEW IF NOT EXISTS energy_touched_by_samples TO energy_touched AS
SELECT charge_point_id, connector_id, toInt32(intDiv(toUnixTimestamp64Milli(ts), 86400000)) AS day, now64(3, 'UTC') AS touched_at
FROM meter_samples
WHERE measurand IN ('Energy.Active.Import.Register', 'Energy.Active.Import.Interval') AND connector_id > 0
GROUP BY charge_point_id, connector_id, day;

CREATE MATERIALIZED VIEW IF NOT EXISTS energy_touched_by_transactions TO energy_touched AS
SELECT charge_point_id, connector_id,
    arrayJoin(range(
        toInt32(intDiv(toUnixTimestamp64Milli(started_at), 86400000)),
        toInt32(least(greatest(intDiv(toUnixTimestamp64Milli(ifNull(stopped_at, started_at)), 86400000), intDiv(toUnixTimestamp64Milli(started_at), 86400000)),
            intDiv(toUnixTimestamp64Milli(started_at), 86400000) + 31) + 1))) AS day,
    now64(3, 'UTC') AS touched_at
FROM transactions
GROUP BY charge_point_id, connector_id, day;

-- What an earlier version kept is worked out anew.
INSERT INTO energy_touched
SELECT charge_point_id, connector_id, day, now64(3, 'UTC') AS touched_at
FROM
(
    SELECT charge_point_id, connector_id, day FROM energy_hourly WHERE connector_id > 0
    UNION ALL
    SELECT charge_point_id, connector_id, toInt32(intDiv(toUnixTimestamp64Milli(started_at), 86400000)) AS day FROM transactions
)
GROUP BY charge_point_id, connector_id, day;

DROP TABLE IF EXISTS energy_fleet_hourly;
