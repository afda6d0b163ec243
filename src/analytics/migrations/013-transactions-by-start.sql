-- In the order of transactions each granule holds starts of all times of its part, but a part holds those of a few weeks or months:
-- the index leaves out parts in which nothing began when it was asked for, whenever they were received.
ALTER TABLE transactions ADD INDEX IF NOT EXISTS by_start started_at TYPE minmax GRANULARITY 1;

ALTER TABLE transactions MATERIALIZE INDEX by_start;
