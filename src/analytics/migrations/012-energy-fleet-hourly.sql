-- Energy of the whole fleet per hour (UTC), worked out in the background from energy_hourly and transactions and replaced
-- whenever it is worked out again. `settled_at`: when; the newest row of an hour counts. Hours are bounded by Farad's clock.
CREATE TABLE IF NOT EXISTS energy_fleet_hourly
(
    hour Int32,
    energy_wh Float64,
    register_falls UInt64,
    settled_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(settled_at)
ORDER BY hour
SETTINGS non_replicated_deduplication_window = 20000, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;
