-- Every version of a reservation is inserted; FINAL shows the newest.
CREATE TABLE IF NOT EXISTS reservations
(
    uid Int64,
    version Int64,
    charge_point_id String,
    reservation_id Int64,
    connector_id Int64,
    id_tag String,
    parent_id_tag String,
    expiry_date DateTime64(3, 'UTC'),
    state LowCardinality(String),
    ending LowCardinality(String),
    answer LowCardinality(String),
    transaction_id Nullable(Int32),
    received_at DateTime64(3, 'UTC'),
    ended_at Nullable(DateTime64(3, 'UTC'))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(received_at)
ORDER BY (charge_point_id, uid)
SETTINGS non_replicated_deduplication_window = 20000, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;
