-- What a transaction delivered whose start was told by a clock that was not set lies on the days of its readings and of its stop: a start that lies long before its receipt touches the day of
-- that, and a stop that lies long after the start touches its own day.
ALTER TABLE energy_touched_by_transactions MODIFY QUERY
SELECT charge_point_id, connector_id,
    arrayJoin(arrayDistinct(arrayConcat(
        range(
            toInt32(intDiv(toUnixTimestamp64Milli(started_at), 86400000)),
            toInt32(least(greatest(intDiv(toUnixTimestamp64Milli(ifNull(stopped_at, started_at)), 86400000), intDiv(toUnixTimestamp64Milli(started_at), 86400000)),
                intDiv(toUnixTimestamp64Milli(started_at), 86400000) + 31) + 1)),
        if(received_at > started_at + toIntervalDay(31), [toInt32(intDiv(toUnixTimestamp64Milli(received_at), 86400000))], []),
        if(ifNull(stopped_at, started_at) > started_at + toIntervalDay(31), [toInt32(intDiv(toUnixTimestamp64Milli(ifNull(stopped_at, started_at)), 86400000))], [])))) AS day,
    now64(3, 'UTC') AS touched_at
FROM transactions
GROUP BY charge_point_id, connector_id, day;
