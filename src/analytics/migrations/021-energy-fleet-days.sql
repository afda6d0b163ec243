-- What energy_days adds up to over charge points, for questions about a whole fleet: of each day (UTC) and bucket of charge points one row, summed up anew and replaced
-- as a whole after any of its connectors was worked out. An amount counts for the quarter of an hour of the day in which its item begins; kinds as in energy_days.
CREATE TABLE IF NOT EXISTS energy_fleet_days
(
    day Int32,
    bucket Int32,
    quarters Array(Int32) CODEC(ZSTD(1)),
    kinds Array(LowCardinality(String)) CODEC(ZSTD(1)),
    amounts Array(Float64) CODEC(ZSTD(1)),
    worked_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(worked_at)
ORDER BY (day, bucket)
SETTINGS non_replicated_deduplication_window = 20000, merge_selector_base = 10,
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_free_disk_bytes_to_perform_insert = 536870912;

INSERT INTO energy_fleet_days
SELECT day, bucket, groupArray(quarter) AS quarters, groupArray(kind) AS kinds, groupArray(amount) AS amounts, max(worked) AS worked_at
FROM
(
    SELECT day, toInt32(CRC32(charge_point_id) % 64) AS bucket, toInt32(intDiv(begin, 900000)) AS quarter, kind, sum(amount) AS amount, max(worked_at) AS worked
    FROM (SELECT day, charge_point_id, since, kinds, amounts, worked_at FROM energy_days FINAL)
    ARRAY JOIN since AS begin, kinds AS kind, amounts AS amount
    GROUP BY day, bucket, quarter, kind
)
GROUP BY day, bucket;

-- What a day of a connector adds up to, so that whole days of a fleet need not be read item by item.
ALTER TABLE energy_days ADD COLUMN IF NOT EXISTS
    wh Float64 DEFAULT arraySum((amount, kind) -> if(kind = '', amount, 0), amounts, kinds);

ALTER TABLE energy_days ADD COLUMN IF NOT EXISTS
    odd_kinds Array(LowCardinality(String)) DEFAULT arrayFilter(kind -> kind != '', kinds);

ALTER TABLE energy_days ADD COLUMN IF NOT EXISTS
    odd_amounts Array(Float64) DEFAULT arrayFilter((amount, kind) -> kind != '', amounts, kinds);

-- Until when in the day (ms) energy of its transactions flowed.
ALTER TABLE energy_days ADD COLUMN IF NOT EXISTS
    flowed_ids Array(Int32) DEFAULT arrayDistinct(arrayFilter((id, kind, amount) -> id > 0 AND kind = '' AND amount > 0, transaction_ids, kinds, amounts));

ALTER TABLE energy_days ADD COLUMN IF NOT EXISTS
    flowed_until Array(UInt32) DEFAULT arrayMap(one -> arrayMax(arrayMap((id, end, kind, amount) -> if(id = one AND kind = '' AND amount > 0, end, 0),
        transaction_ids, until, kinds, amounts)), flowed_ids);

ALTER TABLE energy_days MATERIALIZE COLUMN wh SETTINGS mutations_sync = 1;

ALTER TABLE energy_days MATERIALIZE COLUMN odd_kinds SETTINGS mutations_sync = 1;

ALTER TABLE energy_days MATERIALIZE COLUMN odd_amounts SETTINGS mutations_sync = 1;

ALTER TABLE energy_days MATERIALIZE COLUMN flowed_ids SETTINGS mutations_sync = 1;

ALTER TABLE energy_days MATERIALIZE COLUMN flowed_until SETTINGS mutations_sync = 1;
