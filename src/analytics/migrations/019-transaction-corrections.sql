-- What operators said about the energy of transactions, as a row per change: the newest one counts. Kept up from the operational store, which keeps all of them.
CREATE TABLE IF NOT EXISTS transaction_corrections
(
    transaction_id Int32,
    charge_point_id String CODEC(ZSTD(1)),
    corrected_wh Nullable(Float64),
    note String CODEC(ZSTD(1)),
    corrected_by String CODEC(ZSTD(1)),
    corrected_at DateTime64(3, 'UTC'),
    removed UInt8,
    received_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(received_at)
ORDER BY (charge_point_id, transaction_id)
SETTINGS non_replicated_deduplication_window = 20000, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;
