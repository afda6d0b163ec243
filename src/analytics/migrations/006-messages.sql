-- The message log. Ordered by hour first: the last hours of the fleet lie together, and one charge point is a seek per hour.
CREATE TABLE IF NOT EXISTS messages
(
    charge_point_id String CODEC(ZSTD(1)),
    direction LowCardinality(String),
    type LowCardinality(String),
    message_id String CODEC(ZSTD(1)),
    action LowCardinality(String),
    error_code LowCardinality(String),
    payload String CODEC(ZSTD(1)),
    received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toMonday(received_at)
ORDER BY (toStartOfHour(received_at), charge_point_id, received_at)
SETTINGS non_replicated_deduplication_window = 20000, ttl_only_drop_parts = 1, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;
