import type { Schema } from './operation.ts';
import { list, maybe, number, object, pagedRowsOf, rowsOf, text, time, whole } from './shapes.ts';

const direction: Schema = { type: 'string', enum: ['in', 'out'] };

/** What the queries of analytics about the fleet answer. */
export const fleetSchemas = {
  SessionRows: pagedRowsOf(
    'One row per interval and subject in which a transaction began.',
    {
      start: time('Begin of the interval.'),
      localStart: text('The same in the time zone that was asked for, without zone.'),
      chargePointId: text('By charge point.'),
      idTag: text('By tag, in lower case.'),
      sessions: whole('Transactions that began.'),
      stopped: whole('Those of them that the charge point stopped.'),
      open: whole('Those of them that go on.'),
      closed: whole('Those of them that are over without a stop of theirs: closed, superseded or unmatched.'),
      idTags: whole('How many different idTags, roughly where they are many.'),
      energyWh: number('Energy imported by the transactions that have ended and whose energy is known, Wh.'),
      energyUnknown: whole(
        'How many that are not open it leaves out, because nothing determines their energy, or not yet.',
      ),
      correctedEnergyWh: number(
        'The same, with what operators corrected in the place of what was reported, Wh.',
      ),
      corrected: whole('How many of them operators have corrected.'),
      averageDurationS: number('Of the stopped ones, s.'),
      medianDurationS: number('Of the stopped ones, s; roughly where they are many.'),
    },
    ['chargePointId', 'idTag'],
  ),

  UtilisationRows: rowsOf(
    'One row per weekday or date and hour of the day.',
    {
      weekday: whole('By weekday: 1 is Monday, 7 is Sunday.'),
      date: text('By date: for example 2026-03-01, in the time zone that was asked for.'),
      hour: whole('0 to 23, in the time zone that was asked for.'),
      connectors: whole('How many there are now.'),
      occupiedHours: number('Time that connectors were taken by a transaction, h.'),
      utilisation: number('Share of the time of all connectors, 0 to 1.'),
    },
    ['weekday', 'date'],
  ),

  UptimeRows: pagedRowsOf(
    'One row per charge point or group, worst first.',
    {
      chargePointId: text('By charge point.'),
      group: text('By group; empty for charge points without one.'),
      chargePoints: whole('How many.'),
      connectedS: whole('Time connected, s, all together.'),
      uptime: number('Share of the time that was asked for, or since the first connection; 0 to 1.'),
      disconnections: whole('Connections that ended.'),
      usable: maybe(
        number(
          'Share of the time in which connectors were neither Unavailable nor Faulted by their latest reports of at most 31 days before, connected or not; 0 to 1. Null where none reported anything.',
        ),
      ),
    },
    ['chargePointId', 'group'],
  ),

  ConnectionRows: pagedRowsOf('One row per event, newest first.', {
    chargePointId: text('Who.'),
    event: {
      type: 'string',
      enum: ['opened', 'closed', 'refused'],
      description: 'refused: before there was a WebSocket.',
    },
    epoch: whole('The same for what opened and what closed; 0 for a refusal.'),
    remoteAddress: text('Where it came from.'),
    code: maybe(whole('WebSocket close code, or the HTTP status of a refusal; null where there is none.')),
    reason: text('Why it closed or was refused, in words.'),
    durationMs: maybe(whole('How long it lasted, ms; null unless closed.')),
    receivedAt: time('When.'),
  }),

  PowerRows: rowsOf(
    'One row per step with samples.',
    {
      connectorId: whole('Where; of a charge point.'),
      start: time('Begin of the step.'),
      lowestW: number('W; of a charge point.'),
      averageW: number('W; of a site the sum of the averages of its connectors.'),
      highestW: number('W; of a charge point.'),
      samples: whole('Moments with a sample; of a charge point.'),
      connectors: whole('Connectors that are in the sum; of a site.'),
      perPhaseA: list(
        number('A.'),
        'Of a site: what that is on its phases L1, L2 and L3, where each connector loads its phases evenly.',
        { minItems: 3, maxItems: 3 },
      ),
    },
    ['connectorId', 'lowestW', 'highestW', 'samples', 'connectors', 'perPhaseA'],
  ),

  IdleRows: pagedRowsOf('One row per transaction, longest first.', {
    transactionId: whole('Which.'),
    chargePointId: text('Where.'),
    connectorId: whole('Where.'),
    idTag: text('Who started it.'),
    startedAt: time('Start.'),
    chargedUntil: time('When the register first stood at its last value.'),
    stoppedAt: time('Stop.'),
    idleS: whole('From the end of charging to the stop, s.'),
    chargingS: whole('From the start to the end of charging, s.'),
  }),

  FailedAuthorizationRows: pagedRowsOf(
    'One row per subject and answer, most frequent first.',
    {
      idTag: text('By tag, in lower case.'),
      chargePointId: text('By charge point.'),
      status: text('What was answered: Invalid, Blocked, Expired, ConcurrentTx.'),
      times: whole('How often.'),
      chargePoints: whole('At how many charge points.'),
      idTags: whole('For how many idTags.'),
      firstAt: time('First time.'),
      lastAt: time('Last time.'),
    },
    ['idTag', 'chargePointId'],
  ),

  FaultRows: pagedRowsOf('One row per fault, latest first.', {
    chargePointId: text('Where.'),
    connectorId: whole('Where; 0 is the charge point itself.'),
    status: text('For example Faulted.'),
    errorCode: text('For example GroundFailure.'),
    info: text('As the charge point gave it.'),
    vendorId: text('As the charge point gave it.'),
    vendorErrorCode: text('As the charge point gave it.'),
    startedAt: time('When it was reported first.'),
    endedAt: maybe(time('When a report without error came; null where none came in the time asked for.')),
    vendor: text('Of the charge point.'),
    model: text('Of the charge point.'),
    firmwareVersion: text('Of the charge point, now.'),
  }),

  ErrorRows: pagedRowsOf(
    'One row per kind of error and of charge point, most frequent first.',
    {
      vendor: text('Empty where unknown.'),
      model: text('By model and by firmware.'),
      firmwareVersion: text('By firmware; what the charge points have now.'),
      source: {
        type: 'string',
        enum: ['status', 'call'],
        description: 'A StatusNotification, or a CALLERROR.',
      },
      direction: { ...direction, description: 'in: from the charge point; out: how Farad answered it.' },
      action: text('Of the message.'),
      errorCode: text('For example GroundFailure or FormationViolation.'),
      times: whole('How often.'),
      chargePoints: whole('At how many charge points.'),
    },
    ['model', 'firmwareVersion'],
  ),

  AnswerTimeRows: rowsOf('One row per hour.', {
    start: time('Begin of the hour.'),
    answers: whole('CALLs that were answered.'),
    highestMs: whole('Longest time, ms.'),
    medianMs: number('ms.'),
    p99Ms: number('99 % were answered within this, ms.'),
  }),

  Backup: object('A backup under way.', {
    id: text('For its end.'),
    clickhouse: maybe(
      text(
        'Directory on the machine of Farad with a copy of the tables; null where a ClickHouse server holds them.',
      ),
    ),
    database: text('Name of the database in ClickHouse.'),
    heldUntil: time('Rows move to ClickHouse again from then on at the latest.'),
  }),

  SqlQuestion: object(
    'A question in SQL.',
    {
      sql: text('One SELECT.', { minLength: 1, maxLength: 20_000 }),
      limit: {
        type: 'integer',
        minimum: 1,
        maximum: 10_000,
        default: 1000,
        description: 'Most rows of the answer.',
      },
    },
    ['limit'],
  ),

  SqlAnswer: object('Rows as lists of values.', {
    columns: {
      type: 'array',
      items: object('A column.', { name: text('Name.'), type: text("ClickHouse's type.") }),
    },
    rows: { type: 'array', items: { type: 'array' } },
    truncated: { type: 'boolean', description: 'There were more rows than `limit`.' },
  }),
} as const satisfies Record<string, Schema>;
