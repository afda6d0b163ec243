CREATE TABLE IF NOT EXISTS authorizations
(
    charge_point_id String CODEC(ZSTD(1)),
    id_tag String CODEC(ZSTD(1)),
    parent_id_tag String,
    status LowCardinality(String),
    action LowCardinality(String),
    received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (charge_point_id, received_at)
SETTINGS non_replicated_deduplication_window = 20000, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;
