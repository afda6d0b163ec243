import { errors } from '../errors.ts';
import { accessSchemas } from './access-schemas.ts';
import { alarmSchemas } from './alarm-schemas.ts';
import { campaignSchemas } from './campaign-schemas.ts';
import { certificateSchemas } from './certificate-schemas.ts';
import { chargingProfileSchemas } from './charging-profile-schemas.ts';
import { clusterSchema } from './cluster-schema.ts';
import { commandSchemas } from './command-schemas.ts';
import { configurationTemplateSchemas } from './configuration-template-schemas.ts';
import { fleetSchemas } from './fleet-schemas.ts';
import { jobSchemas } from './job-schemas.ts';
import { localListSchemas } from './local-list-schemas.ts';
import { mapSchemas } from './map-schemas.ts';
import type { Schema } from './operation.ts';
import { overviewSchema } from './overview-schema.ts';
import { shownPlace, writtenPlace } from './place-schemas.ts';
import { reportSchemas } from './report-schemas.ts';
import { reservationSchemas } from './reservation-schemas.ts';
import { rowSchemas } from './row-schemas.ts';
import { savedFilterSchemas } from './saved-filter-schemas.ts';
import { profile, securitySchemas, tlsParameters } from './security-schemas.ts';
import { maybe, object, PRINTED, text, time, whole } from './shapes.ts';
import { siteSchemas } from './site-schemas.ts';
import { sqlSchemas } from './sql-schemas.ts';
import { systemSchema } from './system-schema.ts';
import { tokenSchemas } from './token-schemas.ts';
import { energySchemas } from './transaction-energy-schemas.ts';
import { transactionSchemas } from './transaction-schemas.ts';
import { userSchemas } from './user-schemas.ts';

export const registrationStatus: Schema = { type: 'string', enum: ['Accepted', 'Pending', 'Rejected'] };

const settings = {
  registration: maybe({
    ...registrationStatus,
    description: 'What the next BootNotification is answered with; null stands for Accepted.',
  }),
  reader: maybe({
    type: 'string',
    enum: ['lenient', 'strict'],
    description: 'How messages that break the schema are read; null leaves it to `ocpp.reader`.',
  }),
  pingInterval: maybe({
    type: 'number',
    minimum: 0,
    maximum: 86_400,
    description: 'Seconds between WebSocket pings; 0 sends none, null leaves it to `ocpp.pingInterval`.',
  }),
  group: maybe(
    text('A name that puts charge points together.', { minLength: 1, maxLength: 200, pattern: PRINTED }),
  ),
  note: maybe(text('Whatever operators want to remember.', { maxLength: 2000 })),
  securityProfile: maybe({
    ...profile,
    description:
      'The one security profile that it has to use, as operators have set it: 1 password, 2 password over TLS, 3 client certificate, 0 nothing; null: whichever it authenticates by. What has become of it over OCPP since: GET /charge-points/{id}/security.',
  }),
  serialNumber: maybe(
    text('Common name of its client certificate; null: the serial number of its last BootNotification.', {
      minLength: 1,
      maxLength: 64,
      pattern: PRINTED,
    }),
  ),
  showsDigits: maybe({
    type: 'boolean',
    description: 'It shows the hexadecimal digits of its key in place of the bytes; null: it does not.',
  }),
};

const key = {
  key: maybe(
    text(
      'The charge point key as text: 16 to 20 bytes in UTF-8, 40 for charge points that show hexadecimal digits. null removes it, absent keeps it.',
      {
        minLength: 1,
        maxLength: 40,
        writeOnly: true,
      },
    ),
  ),
  keyHex: text('The charge point key as hexadecimal digits, for keys that are no text (OCPP-J 1.6 §6.2.2).', {
    pattern: '^([0-9A-Fa-f]{2}){16,20}$',
    writeOnly: true,
  }),
};

const callResult = object('The charge point answered with a CALLRESULT.', {
  outcome: { type: 'string', const: 'result' },
  messageId: text('Id of the CALL on the wire.'),
  payload: { description: "The charge point's answer as it came." },
  durationMs: { type: 'number', description: 'From sending the CALL to its answer.' },
});

const callError = object('The charge point answered with a CALLERROR.', {
  outcome: { type: 'string', const: 'error' },
  messageId: text('Id of the CALL on the wire.'),
  code: text('Error code of the charge point, for example NotImplemented.'),
  description: text('In the words of the charge point.'),
  details: { description: 'Whatever the charge point added.' },
  durationMs: { type: 'number', description: 'From sending the CALL to its answer.' },
});

/** Every shared schema of the API: `#/components/schemas/NAME`. */
export const schemas = {
  Error: object('What every answer looks like that is not a success.', {
    error: object('The error.', {
      code: { type: 'string', enum: Object.keys(errors), description: 'Stable; see docs/api-errors.md.' },
      message: text('For people; may change.'),
      details: { type: 'object', description: 'Depends on the code; empty where there is nothing to add.' },
    }),
  }),

  Connector: object('A connector; 0 is the charge point itself.', {
    connectorId: whole('Counted from 1.', { minimum: 0 }),
    status: text('As in the last StatusNotification, for example Available.'),
    errorCode: text('NoError where all is well.'),
    info: text('Free text of the charge point.'),
    vendorId: text('Whose error code the next one is.'),
    vendorErrorCode: text('Error code of the vendor.'),
    at: time("Time of the status by the charge point's clock."),
    since: time('When the connector came into this status.'),
    mayBeOutdated: {
      type: 'boolean',
      description:
        'Whether a newer status may have been lost: Farad ended without a stop while it held the charge point, and the connector has not reported since.',
    },
  }),

  ChargePoint: object('A charge point: what was provisioned and what was seen.', {
    id: text('Identity, as in its URL.'),
    connected: { type: 'boolean', description: 'Whether its socket is open.' },
    connection: {
      oneOf: [
        object('The open socket.', {
          edge: text('Edge process that holds it.'),
          connectedAt: time('When it was opened.'),
          remoteAddress: text('Address of the other end.'),
          tls: tlsParameters,
        }),
        { type: 'null' },
      ],
    },
    registration: maybe(text('What the last BootNotification was answered with; null before the first.')),
    firstSeenAt: maybe(time('First connection; null if it never connected.')),
    bootedAt: maybe(time('Last BootNotification.')),
    lastSeenAt: maybe(
      time('Last frame of any kind. In lists, and where the edge does not answer, up to two minutes old.'),
    ),
    lastAnsweredAt: maybe(time('When it last answered a CALL.')),
    boot: {
      description: 'What the last BootNotification said; null before the first.',
      type: ['object', 'null'],
      additionalProperties: { type: 'string' },
      example: { vendor: 'Acme', model: 'One', firmwareVersion: '1.2.3' },
    },
    firmwareStatus: maybe(text('Last FirmwareStatusNotification.')),
    diagnosticsStatus: maybe(text('Last DiagnosticsStatusNotification.')),
    numberOfConnectors: maybe(whole('Highest connector number seen or reported.')),
    localListConflictAt: maybe(time('When it last reported that its local list contradicts Farad.')),
    connectors: { type: 'array', items: { $ref: '#/components/schemas/Connector' } },
    keyState: {
      type: 'string',
      enum: ['none', 'held', 'changing'],
      description:
        'Whether it has to show a key when it connects, one that operators set or one that it was given by ChangeConfiguration of ' +
        'AuthorizationKey. changing: it may still come as before, until it has shown the new one.',
    },
    security: { $ref: '#/components/schemas/SecuritySummary' },
    settings: { oneOf: [{ $ref: '#/components/schemas/ChargePointSettings' }, { type: 'null' }] },
  }),

  ChargePointSettings: object('What operators provisioned.', {
    ...shownPlace,
    ...settings,
    hasKey: {
      type: 'boolean',
      description: 'Whether operators set a charge point key; the key itself is never shown.',
    },
    version: whole('Rises with each change.'),
  }),

  ChargePointUpdate: {
    type: 'object',
    description:
      'Settings of a charge point. PUT sets all members (an absent one becomes null, except for the key), PATCH only those that are there.',
    properties: { ...writtenPlace, ...settings, ...key },
    additionalProperties: false,
    not: { required: ['key', 'keyHex'] },
  },

  ChargePointPage: object(
    'A page of charge points.',
    {
      items: { type: 'array', items: { $ref: '#/components/schemas/ChargePoint' } },
      next: maybe(text('Pass it as `cursor` for the next page; null after the last one.')),
      total: whole('How many match on all pages; only in sorted lists.'),
    },
    ['total'],
  ),

  CallAnswer: {
    oneOf: [callResult, callError],
    description: "The charge point's answer to a call, good or bad.",
  },

  ...tokenSchemas,

  ...transactionSchemas,
  ...energySchemas,
  ...securitySchemas,
  ...siteSchemas,

  ...localListSchemas,

  ...certificateSchemas,
  ...jobSchemas,

  ...campaignSchemas,
  ...savedFilterSchemas,
  ...alarmSchemas,
  ...configurationTemplateSchemas,
  ...sqlSchemas,
  ...mapSchemas,

  ...rowSchemas,
  ...fleetSchemas,
  ...reportSchemas,

  ...userSchemas,
  ...accessSchemas,
  ...commandSchemas,
  ...reservationSchemas,
  ...chargingProfileSchemas,

  Overview: overviewSchema,
  System: systemSchema,
  Cluster: clusterSchema,

  Health: object('Whether a process does what charge points need of it.', {
    ready: { type: 'boolean' },
    problems: { type: 'array', items: { type: 'string' } },
  }),

  Degradation: object('What cannot work now, and what charge points do without.', {
    process: text('Where it is.'),
    name: text('What stands still or cannot work.'),
    since: time('Since when.'),
    cause: text('The cause as it is now.'),
  }),

  Readiness: object('Whether Farad does all that charge points need.', {
    ready: { type: 'boolean', const: true },
    degraded: { type: 'array', items: { $ref: '#/components/schemas/Degradation' } },
    processes: { type: 'object', additionalProperties: { $ref: '#/components/schemas/Health' } },
  }),
} as const satisfies Record<string, Schema>;
