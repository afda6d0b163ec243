-- What tables and columns hold, for whoever asks ClickHouse itself.

ALTER TABLE meter_samples
    COMMENT COLUMN `charge_point_id` 'Identity of the charge point, as in its URL.',
    COMMENT COLUMN `connector_id` 'Connector, counted from 1; 0 is the charge point as a whole.',
    COMMENT COLUMN `transaction_id` 'transactionId; NULL: the charge point named none and none was open.',
    COMMENT COLUMN `measurand` 'What was measured, for example Energy.Active.Import.Register.',
    COMMENT COLUMN `phase` 'Phase; empty: the charge point gave none.',
    COMMENT COLUMN `location` 'Where it was measured; empty: the charge point gave none.',
    COMMENT COLUMN `context` 'Why it was measured, for example Sample.Periodic; empty: the charge point gave none.',
    COMMENT COLUMN `format` 'Raw or SignedData; empty: the charge point gave none.',
    COMMENT COLUMN `unit` 'Unit of value as the charge point gave it, for example Wh or kWh.',
    COMMENT COLUMN `ts` 'When it was measured, by the clock of the charge point, UTC; the time of receipt where that could not be read (flags).',
    COMMENT COLUMN `value` 'The number; NULL for what is no finite number.',
    COMMENT COLUMN `raw_value` 'The value as the charge point wrote it.',
    COMMENT COLUMN `source` 'Message that brought it: MeterValues or StopTransaction.',
    COMMENT COLUMN `flags` 'What was odd about it.',
    COMMENT COLUMN `received_at` 'When Farad received it, by the clock of Farad, UTC.',
    MODIFY COMMENT 'Sampled values of MeterValues and of the transactionData of StopTransaction. FINAL leaves out what a charge point said twice.';

ALTER TABLE transactions
    COMMENT COLUMN `transaction_id` 'transactionId.',
    COMMENT COLUMN `version` 'Rises with each change: of several rows with the same key the highest counts (FINAL).',
    COMMENT COLUMN `charge_point_id` 'Identity of the charge point, as in its URL.',
    COMMENT COLUMN `connector_id` 'Connector, counted from 1.',
    COMMENT COLUMN `id_tag` 'idTag that started it.',
    COMMENT COLUMN `parent_id_tag` 'idTag of the group of the driver; empty: none.',
    COMMENT COLUMN `authorization` 'Status that StartTransaction was answered with.',
    COMMENT COLUMN `reservation_id` 'Reservation that it used; NULL: none.',
    COMMENT COLUMN `started_at` 'When it began, by the clock of the charge point, UTC.',
    COMMENT COLUMN `meter_start` 'Register at its start, Wh; NULL: not reported.',
    COMMENT COLUMN `stopped_at` 'When it ended; NULL while it is open or superseded.',
    COMMENT COLUMN `meter_stop` 'Register at its end, Wh; NULL: not reported.',
    COMMENT COLUMN `stop_id_tag` 'idTag that stopped it; empty: none.',
    COMMENT COLUMN `stop_reason` 'Reason of StopTransaction; empty while it is open.',
    COMMENT COLUMN `state` 'open, stopped, superseded (a new one began on the connector), unmatched (a stop that fits none) or closed (by an operator or Farad).',
    COMMENT COLUMN `flags` 'What was odd about it.',
    COMMENT COLUMN `raw_start` 'StartTransaction as it was received, JSON; empty: there was none.',
    COMMENT COLUMN `raw_stop` 'StopTransaction as it was received, JSON; empty: there was none.',
    COMMENT COLUMN `received_at` 'When its first message was received, UTC.',
    MODIFY COMMENT 'Transactions, a row for each change: FINAL shows how they stand.';

ALTER TABLE authorizations
    COMMENT COLUMN `charge_point_id` 'Identity of the charge point, as in its URL.',
    COMMENT COLUMN `id_tag` 'idTag as the charge point wrote it.',
    COMMENT COLUMN `parent_id_tag` 'idTag of the group of the driver; empty: none.',
    COMMENT COLUMN `status` 'idTagInfo.status of the answer.',
    COMMENT COLUMN `action` 'Message that asked.',
    COMMENT COLUMN `received_at` 'When Farad received it, by the clock of Farad, UTC.',
    MODIFY COMMENT 'Answers about idTags, of Authorize, StartTransaction and StopTransaction.';

ALTER TABLE connector_status
    COMMENT COLUMN `charge_point_id` 'Identity of the charge point, as in its URL.',
    COMMENT COLUMN `connector_id` 'Connector, counted from 1; 0 is the charge point as a whole.',
    COMMENT COLUMN `status` 'For example Available or Faulted.',
    COMMENT COLUMN `error_code` 'NoError where all is well.',
    COMMENT COLUMN `info` 'Free text of the charge point.',
    COMMENT COLUMN `vendor_id` 'Whose vendor_error_code it is.',
    COMMENT COLUMN `vendor_error_code` 'Error code of the vendor.',
    COMMENT COLUMN `ts` 'Time of the status, by the clock of the charge point, UTC; the time of receipt where that was absent or could not be read.',
    COMMENT COLUMN `received_at` 'When Farad received it, by the clock of Farad, UTC.',
    MODIFY COMMENT 'StatusNotifications.';

ALTER TABLE connections
    COMMENT COLUMN `charge_point_id` 'Identity of the charge point, as in its URL.',
    COMMENT COLUMN `event` 'opened, closed or refused.',
    COMMENT COLUMN `epoch` 'Tells connections of a charge point apart; 0 for a refusal.',
    COMMENT COLUMN `remote_address` 'Where it came from.',
    COMMENT COLUMN `code` 'WebSocket close code, or HTTP status of a refusal; NULL: none.',
    COMMENT COLUMN `reason` 'Why, in words.',
    COMMENT COLUMN `duration_ms` 'How long it lasted, ms; NULL unless closed.',
    COMMENT COLUMN `received_at` 'When Farad received it, by the clock of Farad, UTC.',
    MODIFY COMMENT 'WebSockets that were opened, closed or refused.';

ALTER TABLE messages
    COMMENT COLUMN `charge_point_id` 'Identity of the charge point, as in its URL.',
    COMMENT COLUMN `direction` 'in: from the charge point; out: from Farad.',
    COMMENT COLUMN `type` 'CALL, CALLRESULT, CALLERROR or unreadable.',
    COMMENT COLUMN `message_id` 'messageId of the frame.',
    COMMENT COLUMN `action` 'Action of the CALL that it is or answers; empty: not known.',
    COMMENT COLUMN `error_code` 'Error code of a CALLERROR, else empty.',
    COMMENT COLUMN `payload` 'Payload as text without secrets, cut at the limit of the message log.',
    COMMENT COLUMN `received_at` 'When Farad received it, by the clock of Farad, UTC.',
    MODIFY COMMENT 'The message log: OCPP-J frames, as long as they are kept (retention.messages).';

ALTER TABLE rejected_rows
    COMMENT COLUMN `table` 'Where it was to go.',
    COMMENT COLUMN `row` 'The row as JSON.',
    COMMENT COLUMN `error` 'What ClickHouse said.',
    COMMENT COLUMN `received_at` 'When Farad received it, by the clock of Farad, UTC.',
    MODIFY COMMENT 'Rows that ClickHouse would not take.';

ALTER TABLE reservations
    COMMENT COLUMN `uid` 'Number of it that is used once.',
    COMMENT COLUMN `version` 'Rises with each change: of several rows with the same key the highest counts (FINAL).',
    COMMENT COLUMN `charge_point_id` 'Identity of the charge point, as in its URL.',
    COMMENT COLUMN `reservation_id` 'reservationId, which may be used again.',
    COMMENT COLUMN `connector_id` 'Connector; 0: any.',
    COMMENT COLUMN `id_tag` 'idTag that it is for.',
    COMMENT COLUMN `parent_id_tag` 'idTag of the group of the driver; empty: none.',
    COMMENT COLUMN `expiry_date` 'expiryDate, UTC.',
    COMMENT COLUMN `state` 'active, doubtful (no answer came), refused or ended.',
    COMMENT COLUMN `ending` 'Why it ended; empty: it has not.',
    COMMENT COLUMN `answer` 'Status of the answer, or why there is none.',
    COMMENT COLUMN `transaction_id` 'Transaction that used it; NULL: none.',
    COMMENT COLUMN `received_at` 'When it was asked for, UTC.',
    COMMENT COLUMN `ended_at` 'When it ended, UTC; NULL: it has not.',
    MODIFY COMMENT 'Reservations, a row for each change: FINAL shows how they stand.';

ALTER TABLE charge_points
    COMMENT COLUMN `charge_point_id` 'Identity of the charge point, as in its URL.',
    COMMENT COLUMN `vendor` 'chargePointVendor of its last BootNotification.',
    COMMENT COLUMN `model` 'chargePointModel.',
    COMMENT COLUMN `firmware_version` 'firmwareVersion.',
    COMMENT COLUMN `serial_number` 'Serial number.',
    COMMENT COLUMN `group_name` 'Group in its settings; empty: none.',
    COMMENT COLUMN `connectors` 'Connectors that have reported themselves.',
    COMMENT COLUMN `removed` '1: it was deleted.',
    COMMENT COLUMN `received_at` 'When the change was noticed, UTC.',
    MODIFY COMMENT 'Charge points as they are known, a row for each change: FINAL shows how they stand.';

ALTER TABLE energy_days
    COMMENT COLUMN `day` 'Days since 1970-01-01, UTC.',
    COMMENT COLUMN `charge_point_id` 'Identity of the charge point, as in its URL.',
    COMMENT COLUMN `connector_id` 'Connector, counted from 1; 0 is the charge point as a whole.',
    COMMENT COLUMN `since` 'Begin of each item, ms of the day.',
    COMMENT COLUMN `until` 'End of each item, ms of the day.',
    COMMENT COLUMN `transaction_ids` 'Transaction of each item; 0: outside of transactions.',
    COMMENT COLUMN `id_tags` 'idTag that started its transaction.',
    COMMENT COLUMN `kinds` 'Empty: an amount of energy; fall, unknown and others: what could not be counted.',
    COMMENT COLUMN `amounts` 'Wh where the kind is empty, else how many.',
    COMMENT COLUMN `worked_at` 'When its inputs were read: of several rows with the same key the newest counts (FINAL).',
    COMMENT COLUMN `wh` 'Energy of the day, Wh.',
    COMMENT COLUMN `odd_kinds` 'Kinds of the items that are no energy.',
    COMMENT COLUMN `odd_amounts` 'How many of each of odd_kinds.',
    COMMENT COLUMN `flowed_ids` 'Transactions with energy on the day.',
    COMMENT COLUMN `flowed_until` 'Until when energy of each of flowed_ids flowed, ms of the day.',
    MODIFY COMMENT 'Energy by connector and day, as Farad accounts for it. Arrays belong together place by place: an item each.';

ALTER TABLE energy_fleet_days
    COMMENT COLUMN `day` 'Days since 1970-01-01, UTC.',
    COMMENT COLUMN `bucket` 'A part of the charge points.',
    COMMENT COLUMN `quarters` 'Quarter of an hour of the day, from 0.',
    COMMENT COLUMN `kinds` 'As in energy_days.',
    COMMENT COLUMN `amounts` 'As in energy_days, summed up.',
    COMMENT COLUMN `worked_at` 'When its inputs were read: of several rows with the same key the newest counts (FINAL).',
    MODIFY COMMENT 'What energy_days adds up to, by day and bucket of charge points. Arrays belong together place by place.';

ALTER TABLE transaction_energy
    COMMENT COLUMN `charge_point_id` 'Identity of the charge point, as in its URL.',
    COMMENT COLUMN `transaction_id` 'transactionId.',
    COMMENT COLUMN `energy_wh` 'Wh; NULL: nothing determines it (reason).',
    COMMENT COLUMN `source` 'registers, readings or none.',
    COMMENT COLUMN `reason` 'Why it is not known; empty where it is.',
    COMMENT COLUMN `flags` 'What was odd about it.',
    COMMENT COLUMN `worked_at` 'When its inputs were read: of several rows with the same key the newest counts (FINAL).',
    MODIFY COMMENT 'Energy of each transaction, and where it comes from.';

ALTER TABLE transaction_closures
    COMMENT COLUMN `transaction_id` 'transactionId.',
    COMMENT COLUMN `charge_point_id` 'Identity of the charge point, as in its URL.',
    COMMENT COLUMN `cause` 'Why Farad closed it, or that an operator did.',
    COMMENT COLUMN `closed_by` 'API key that closed it; empty: Farad did.',
    COMMENT COLUMN `reason` 'What was said about it.',
    COMMENT COLUMN `stopped_at` 'When it is taken to have ended, UTC.',
    COMMENT COLUMN `meter_stop` 'Register then, Wh; NULL: nobody said.',
    COMMENT COLUMN `received_at` 'When it was closed, UTC.',
    MODIFY COMMENT 'Transactions that were closed without a stop of the charge point.';

ALTER TABLE transaction_corrections
    COMMENT COLUMN `transaction_id` 'transactionId.',
    COMMENT COLUMN `charge_point_id` 'Identity of the charge point, as in its URL.',
    COMMENT COLUMN `corrected_wh` 'What the correction comes to, Wh; NULL: it leaves that open.',
    COMMENT COLUMN `note` 'Why.',
    COMMENT COLUMN `corrected_by` 'API key of who corrected it.',
    COMMENT COLUMN `corrected_at` 'When, UTC.',
    COMMENT COLUMN `removed` '1: it was taken back.',
    COMMENT COLUMN `received_at` 'When the change was noticed, UTC.',
    MODIFY COMMENT 'What operators said about the energy of transactions, a row for each change: FINAL shows what holds.';

ALTER TABLE security_events
    COMMENT COLUMN `charge_point_id` 'Identity of the charge point, as in its URL.',
    COMMENT COLUMN `source` 'charge-point or farad.',
    COMMENT COLUMN `type` 'Type of the event.',
    COMMENT COLUMN `critical` '1: critical by the list of the white paper; NULL: not on it.',
    COMMENT COLUMN `reason` 'Why Farad refused, as a code; empty: a charge point told it.',
    COMMENT COLUMN `tech_info` 'What was said about it.',
    COMMENT COLUMN `remote_address` 'Where it was refused from; empty: a charge point told it.',
    COMMENT COLUMN `reported_at` 'When it happened, by the clock of the charge point, UTC.',
    COMMENT COLUMN `raw_timestamp` 'Time as it was sent; empty: Farad noticed it.',
    COMMENT COLUMN `received_at` 'When Farad received it, by the clock of Farad, UTC.',
    MODIFY COMMENT 'Security events that charge points told, and connections that Farad refused for a reason of security.';
