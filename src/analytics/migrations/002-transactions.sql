-- Every version of a transaction is inserted; FINAL shows the newest. Ids are unique by themselves; the charge point comes
-- first in the order because that is what people ask by.
CREATE TABLE IF NOT EXISTS transactions
(
    transaction_id Int32,
    version UInt32,
    charge_point_id String,
    connector_id Int32,
    id_tag String,
    parent_id_tag String,
    authorization LowCardinality(String),
    reservation_id Nullable(Int32),
    started_at DateTime64(3, 'UTC'),
    meter_start Int64,
    stopped_at Nullable(DateTime64(3, 'UTC')),
    meter_stop Nullable(Int64),
    stop_id_tag String,
    stop_reason LowCardinality(String),
    state LowCardinality(String),
    flags Array(LowCardinality(String)),
    raw_start String CODEC(ZSTD(1)),
    raw_stop String CODEC(ZSTD(1)),
    received_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(received_at)
ORDER BY (charge_point_id, transaction_id)
SETTINGS non_replicated_deduplication_window = 20000, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;
