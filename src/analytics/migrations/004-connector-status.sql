CREATE TABLE IF NOT EXISTS connector_status
(
    charge_point_id String CODEC(ZSTD(1)),
    connector_id Int32,
    status LowCardinality(String),
    error_code LowCardinality(String),
    info String,
    vendor_id LowCardinality(String),
    vendor_error_code String,
    ts DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (charge_point_id, connector_id, received_at)
SETTINGS non_replicated_deduplication_window = 20000, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;
