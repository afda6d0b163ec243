CREATE TABLE IF NOT EXISTS rejected_rows
(
    `table` LowCardinality(String),
    `row` String CODEC(ZSTD(1)),
    error String CODEC(ZSTD(1)),
    received_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (`table`, received_at)
SETTINGS non_replicated_deduplication_window = 20000, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;
