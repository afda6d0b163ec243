-- A register that the charge point did not report, or not as a number, is not known: nothing stands for it any more.
ALTER TABLE transactions MODIFY COLUMN meter_start Nullable(Int64);

ALTER TABLE transactions UPDATE
    meter_start = if(state = 'unmatched' OR hasAny(flags, ['meter-start-missing', 'meter-start-unreadable', 'meter-start-out-of-range']), NULL, meter_start),
    meter_stop = if(hasAny(flags, ['meter-stop-missing', 'meter-stop-unreadable', 'meter-stop-out-of-range']), NULL, meter_stop)
WHERE state = 'unmatched' OR hasAny(flags, ['meter-start-missing', 'meter-start-unreadable', 'meter-start-out-of-range', 'meter-stop-missing', 'meter-stop-unreadable', 'meter-stop-out-of-range'])
SETTINGS mutations_sync = 1;
