-- Who ended a transaction whose stop had not come, and what was said about its end: beside the transaction, which has the charge point's own words once they come.
CREATE TABLE IF NOT EXISTS transaction_closures
(
    transaction_id Int32,
    charge_point_id String CODEC(ZSTD(1)),
    cause LowCardinality(String),
    closed_by String CODEC(ZSTD(1)),
    reason String CODEC(ZSTD(1)),
    stopped_at DateTime64(3, 'UTC'),
    meter_stop Nullable(Int64),
    received_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYear(received_at)
ORDER BY (charge_point_id, transaction_id)
SETTINGS non_replicated_deduplication_window = 20000, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;
