-- Sampled values. Two samples that agree in everything but receipt are the same one (a charge point that repeats itself).
-- Times that decide where a row lives are Farad's own: a charge point's clock may claim any year.
-- Every table: inserts are deduplicated by their token, are on the disk before the journal lets go of the rows, and stop
-- while there is still room for the journal to keep them.
CREATE TABLE IF NOT EXISTS meter_samples
(
    charge_point_id String CODEC(ZSTD(1)),
    connector_id Int32 CODEC(ZSTD(1)),
    transaction_id Nullable(Int32) CODEC(ZSTD(1)),
    measurand LowCardinality(String),
    phase LowCardinality(String),
    location LowCardinality(String),
    context LowCardinality(String),
    format LowCardinality(String),
    unit LowCardinality(String),
    ts DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    value Nullable(Float64) CODEC(ZSTD(1)),
    raw_value String CODEC(ZSTD(1)),
    source LowCardinality(String),
    flags Array(LowCardinality(String)),
    received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (charge_point_id, connector_id, measurand, phase, location, context, format, ts, raw_value)
SETTINGS non_replicated_deduplication_window = 20000, ttl_only_drop_parts = 1, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;
