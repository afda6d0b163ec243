import type { Schema } from './operation.ts';
import { maybe, object, text, time, whole } from './shapes.ts';

const callAnswer: Schema = { $ref: '#/components/schemas/CallAnswer' };
const flag = (description: string): Schema => ({ type: 'boolean', description });
const listOf = (name: string): Schema => ({ type: 'array', items: { $ref: `#/components/schemas/${name}` } });
const nullOr = (schema: Schema): Schema => ({ oneOf: [schema, { type: 'null' }] });

const pending = object('A value that was taken with RebootRequired.', {
  value: maybe(text('Null for a write-only key.')),
  since: time('When it was taken.'),
  resetAt: maybe(
    time('When the charge point accepted a reset after it: the boot that follows brings it into force.'),
  ),
  bootedAt: maybe(time('When it booted without such a reset: the next GetConfiguration shows what holds.')),
});

const wanted = object('What ChangeAvailability last asked for.', {
  type: { type: 'string', enum: ['Operative', 'Inoperative'] },
  state: {
    type: 'string',
    enum: ['accepted', 'scheduled', 'doubtful', 'effective'],
    description:
      '`scheduled`: after the running transaction; `doubtful`: the charge point gave no answer; `effective`: its statuses show it.',
  },
  connectorId: whole('What was asked for: the connector itself, or 0 for the whole charge point.'),
  askedAt: time('When it was asked for.'),
  effectiveAt: maybe(time('When statuses first showed it.')),
  messageId: text('Of the CALL.'),
});

/** Configuration keys, and commands with what followed them. */
export const commandSchemas = {
  ConfigurationKey: object('A configuration key, as the answers of the charge point showed it.', {
    key: text('As the charge point spells it; upper and lower case make no difference.'),
    value: maybe(text('Null where none was reported, and always for a write-only key.')),
    readonly: maybe(flag('Null where nothing has shown it.')),
    writeOnly: flag('Its value is a secret that is never kept.'),
    known: flag('False: the charge point said that it has no such key.'),
    learntAt: time('When it was last reported or changed.'),
    learntFrom: { type: 'string', enum: ['GetConfiguration', 'ChangeConfiguration'] },
    pending: nullOr(pending),
    doubtfulSince: maybe(time('Since when nobody knows its value: a change got no answer.')),
    refused: nullOr(
      object('The last value that the charge point would not take; null once it has taken one.', {
        value: maybe(text('Null for a write-only key.')),
        status: { type: 'string', enum: ['Rejected', 'NotSupported'] },
        at: time('When it answered.'),
      }),
    ),
    version: whole('Rises with each change.'),
  }),

  Configuration: object('What is known of the configuration of a charge point.', {
    items: listOf('ConfigurationKey'),
  }),

  ConfigurationChange: object('A new value.', {
    value: text('Configuration values are text, numbers and lists too.', { maxLength: 500 }),
  }),

  ConfigurationChanged: object('What became of a change.', {
    answer: callAnswer,
    key: nullOr({ $ref: '#/components/schemas/ConfigurationKey' }),
    warnings: listOf('Warning'),
  }),

  ConfigurationRefreshed: object('What the charge point reported.', {
    answers: {
      type: 'array',
      items: callAnswer,
      description: 'One for each GetConfiguration that was sent.',
    },
    items: listOf('ConfigurationKey'),
  }),

  Consequence: object('A message of the charge point that followed a command.', {
    action: text('For example StartTransaction.'),
    messageId: text('Of the message on the wire; empty where it is not known.'),
    connectorId: maybe(whole('Null where the message names none.')),
    transactionId: maybe(whole('Null where it concerns none.')),
    status: maybe(text('Its status, its stop reason, or what an Authorize was answered with.')),
    at: time('When it was received.'),
  }),

  Command: object('A call that something was to follow, with what did.', {
    messageId: text('Id of the CALL on the wire; it names the command.'),
    chargePointId: text('Where it was sent.'),
    action: text('For example RemoteStartTransaction.'),
    request: {
      type: 'object',
      additionalProperties: true,
      description: 'The payload as it went on the wire.',
    },
    sentAt: time('When it was sent.'),
    outcome: {
      type: 'string',
      enum: ['result', 'error', 'timeout', 'connection_lost'],
      description: 'With the last two nobody knows what the charge point did.',
    },
    answeredAt: time('When the answer came or was given up.'),
    answer: maybe(text('Status of the answer, or the code of a CALLERROR.')),
    followUp: {
      type: 'string',
      enum: ['none', 'awaited', 'followed', 'complete', 'missing'],
      description:
        '`none`: nothing was to follow; `awaited`: messages are still looked for; `complete`: all have come; `followed`: some came until the time was over; `missing`: none did.',
    },
    awaitedUntil: maybe(time('Until when messages are taken for what followed.')),
    consequences: listOf('Consequence'),
    version: whole('Rises with each change.'),
  }),

  CommandList: object('Commands, newest first.', { items: listOf('Command') }),

  Trigger: object(
    'What to trigger.',
    {
      requestedMessage: text('For example StatusNotification.', { minLength: 1, maxLength: 50 }),
      connectorId: whole('Absent: all connectors.'),
      extended: flag('Send ExtendedTriggerMessage, for charge points with the security extension.'),
    },
    ['connectorId', 'extended'],
  ),

  Triggered: object('What became of a trigger.', {
    answer: callAnswer,
    command: { $ref: '#/components/schemas/Command' },
  }),

  ConnectorAvailability: object('Availability of a connector; 0 is the charge point itself.', {
    connectorId: whole('Counted from 1.', { minimum: 0 }),
    status: maybe(text('As in the last StatusNotification; null before the first.')),
    wanted: nullOr(wanted),
  }),

  Availability: object('Availability of the connectors of a charge point.', {
    items: listOf('ConnectorAvailability'),
  }),
} as const satisfies Record<string, Schema>;
