-- What matters to security: told by charge points (SecurityEventNotification), and connections that Farad refused for a reason of security.
CREATE TABLE IF NOT EXISTS security_events
(
    charge_point_id String CODEC(ZSTD(1)),
    source LowCardinality(String),
    type String CODEC(ZSTD(1)),
    critical Nullable(UInt8),
    reason LowCardinality(String),
    tech_info String CODEC(ZSTD(1)),
    remote_address String CODEC(ZSTD(1)),
    reported_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    raw_timestamp String CODEC(ZSTD(1)),
    received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (charge_point_id, received_at)
SETTINGS non_replicated_deduplication_window = 20000, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;
