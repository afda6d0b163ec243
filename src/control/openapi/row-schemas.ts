import type { Schema } from './operation.ts';
import { maybe, number, pagedRowsOf, rowsOf, text, time, transactionState, whole } from './shapes.ts';

/** What the queries of analytics answer. */
export const rowSchemas = {
  EnergyRows: pagedRowsOf(
    'One row per interval and subject that used energy, or of which something was left out.',
    {
      start: time('Begin of the interval.'),
      localStart: text('The same in the time zone that was asked for, without zone.'),
      chargePointId: text('By connector and by charge point.'),
      connectorId: whole('By connector.'),
      idTag: text('By tag.'),
      group: text('By group; empty for charge points without one.'),
      site: text('By site; empty for connectors of none.'),
      chargePointTag: text('By tag of charge points; empty for those without any.'),
      energyWh: number('Active energy imported, Wh.'),
      registerFalls: whole(
        'How often a register fell and stayed, for example because a meter was exchanged; nothing was subtracted.',
      ),
      readingsLeftOut: {
        type: 'object',
        additionalProperties: { type: 'integer' },
        description: 'How many readings count for nothing, by the reason for it (docs/energy.md).',
      },
      transactionsLeftOut: whole(
        'How many transactions that began in the interval have no energy in it, because nothing determines theirs.',
      ),
    },
    ['chargePointId', 'connectorId', 'idTag', 'group', 'site', 'chargePointTag'],
    {
      pending: whole(
        'How many days of connectors have changed and are not in the answer yet. Absent where the answer has all that has arrived.',
      ),
    },
  ),

  MeterSampleRows: pagedRowsOf('One row per sample.', {
    chargePointId: text('Where.'),
    connectorId: whole('Where; 0 is the main meter.'),
    transactionId: maybe(whole('During which transaction.')),
    measurand: text('For example Energy.Active.Import.Register.'),
    phase: text('Empty where the charge point gave none.'),
    location: text('For example Outlet.'),
    context: text('For example Sample.Periodic.'),
    format: text('Raw or SignedData.'),
    unit: text('As the charge point gave it, or the default of the measurand.'),
    time: time("By the charge point's clock, or when it was received where that was unusable."),
    value: maybe(number('Null for what is no number.')),
    rawValue: text('As sent.'),
    source: { type: 'string', enum: ['MeterValues', 'StopTransaction'] },
    flags: { type: 'array', items: { type: 'string' }, description: 'What was odd about it.' },
    receivedAt: time('When Farad got it.'),
  }),

  MeterSampleTotalsRows: rowsOf('One row per charge point.', {
    chargePointId: text('Which.'),
    count: whole('Samples.'),
    sum: maybe(number('Of their values.')),
    firstAt: time('Of the first one.'),
    lastAt: time('Of the last one.'),
  }),

  TransactionTotalsRows: rowsOf('One row per charge point.', {
    chargePointId: text('Which.'),
    count: whole('Rows: each change of a transaction is one, unless `final`.'),
    transactions: whole('Transactions.'),
    stopped: whole('Those that were stopped.'),
    energyWh: number('Energy imported by the transactions that have ended and whose energy is known, Wh.'),
    energyUnknown: whole(
      'How many that are not open it leaves out, because nothing determines their energy, or not yet.',
    ),
    firstAt: time('First start.'),
    lastAt: time('Last start.'),
  }),

  TransactionHistoryRows: pagedRowsOf('One row per transaction.', {
    transactionId: whole('Unique in this Farad.'),
    chargePointId: text('Where.'),
    connectorId: whole('Where.'),
    idTag: text('Who started it.'),
    parentIdTag: text('Group of the token at the start; empty where there was none.'),
    authorization: text('idTagInfo.status that the start was answered with.'),
    reservationId: maybe(whole('Reservation that it used.')),
    startedAt: time('Start.'),
    meterStart: maybe(whole('Wh; null where none was reported that can be read.')),
    stoppedAt: maybe(time('Null while it is open.')),
    meterStop: maybe(whole('Wh; null while it is open, and where none was reported that can be read.')),
    energyWh: maybe(
      number('Wh; so far, while it is open. Never negative, and null where nothing determines it.'),
    ),
    energySource: {
      type: 'string',
      enum: ['registers', 'readings', 'none'],
      description: '`registers`: meterStop - meterStart. `readings`: worked out from its meter values.',
    },
    energyReason: maybe(
      text('Why there is none, for example `meter-stop-below-start`, or `being_worked_out` for now.'),
    ),
    energyFlags: {
      type: 'array',
      items: { type: 'string' },
      description: 'What was odd about its registers and readings.',
    },
    correctedEnergyWh: maybe(
      number('Wh, as an operator corrected it; null where nobody did, as with those below.'),
    ),
    correctedBy: maybe(text('Who: a user or an API key.')),
    correctedAt: maybe(time('When.')),
    correctionNote: maybe(text('Why.')),
    stopIdTag: text('Who stopped it, where the charge point said.'),
    stopReason: text('Empty while it is open.'),
    state: transactionState,
    closedAt: maybe(time('When it was ended without its stop; null where it was not, as with those below.')),
    closedBy: maybe(text('Who: a user or an API key; empty where Farad did it by itself.')),
    closureCause: maybe(text('operator, forgotten or charge-point-deleted.')),
    closureReason: maybe(text('Why, in words.')),
    closureStoppedAt: maybe(time('When it was taken to have ended.')),
    closureMeterStop: maybe(whole('Wh that were said.')),
    flags: { type: 'array', items: { type: 'string' }, description: 'What was odd about it.' },
    receivedAt: time('When Farad heard of it last.'),
  }),

  StorageRows: rowsOf('One row per table.', {
    table: text('Name.'),
    rows: whole('Rows.'),
    bytes: whole('Bytes on the disk.'),
    parts: whole('Parts of the table.'),
    oldestPartition: text('Name.'),
    newestPartition: text('Name.'),
  }),

  SecurityEventRows: pagedRowsOf('One row per security event, newest first.', {
    chargePointId: text('Whose.'),
    source: {
      type: 'string',
      enum: ['charge-point', 'farad'],
      description: 'Where it comes from: a SecurityEventNotification, or Farad, which refused a connection.',
    },
    type: text('Free text; the white paper names some, for example TamperDetectionActivated.'),
    critical: {
      type: ['boolean', 'null'],
      description: 'By the list of the white paper; null for a type that is not on it.',
    },
    reason: text('Code of the refusal, for example credentials; empty for an event of a charge point.'),
    techInfo: text('What the charge point added, secrets hidden, or the reason of the refusal in words.'),
    remoteAddress: text('Where a refused connection came from; else empty.'),
    reportedAt: time("By the charge point's clock, or when it was received where that was unusable."),
    rawTimestamp: text('That time as sent; empty for an event of Farad.'),
    receivedAt: time('When Farad got it.'),
  }),

  MessageRows: pagedRowsOf('One row per OCPP-J message.', {
    chargePointId: text('Of which charge point.'),
    direction: {
      type: 'string',
      enum: ['in', 'out'],
      description: 'in: from the charge point; out: from Farad.',
    },
    type: { type: 'string', enum: ['CALL', 'CALLRESULT', 'CALLERROR', 'unreadable'] },
    messageId: text('Id on the wire.'),
    action: text('Of the CALL that it is or answers; empty where it cannot be known.'),
    errorCode: text('Of a CALLERROR, else empty.'),
    payload: text('JSON text, secrets hidden, cut at `messageLog.maxPayload`.'),
    receivedAt: time('When it was received or sent.'),
  }),
} as const satisfies Record<string, Schema>;
