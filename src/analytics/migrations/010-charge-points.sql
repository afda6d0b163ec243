-- What is known of each charge point, as a row per change: the newest one counts. Kept up from the operational store, so that
-- faults, uptime and the like can be asked by vendor, model, firmware and group.
CREATE TABLE IF NOT EXISTS charge_points
(
    charge_point_id String CODEC(ZSTD(1)),
    vendor LowCardinality(String),
    model LowCardinality(String),
    firmware_version LowCardinality(String),
    serial_number String CODEC(ZSTD(1)),
    group_name LowCardinality(String),
    connectors UInt16,
    removed UInt8,
    received_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(received_at)
ORDER BY charge_point_id
SETTINGS non_replicated_deduplication_window = 20000, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;
