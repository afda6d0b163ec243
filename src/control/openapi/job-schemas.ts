import { JOB_STATES } from '../../store/job-record.ts';
import type { Schema } from './operation.ts';
import { list, maybe, object, pageOf, text, time, whole } from './shapes.ts';

const retries = {
  retries: whole('How often the charge point shall try; absent leaves it to the charge point.', {
    minimum: 0,
  }),
  retryInterval: whole('Seconds between tries; absent leaves it to the charge point.', { minimum: 0 }),
};
const replace: Schema = {
  type: 'boolean',
  description: 'Asks also while a job of the kind is under way at the charge point, which ends that one.',
};
const location = text('URI, with credentials where they are needed; they are hidden wherever it is shown.', {
  minLength: 1,
  maxLength: 512,
  pattern: '^[A-Za-z][A-Za-z0-9+.-]*:\\S+$',
});

/** Firmware updates, uploads of diagnostics and logs. */
export const jobSchemas = {
  FirmwareJobRequest: object(
    'A firmware update (UpdateFirmware, or SignedUpdateFirmware with `signed`).',
    {
      location,
      retrieveAt: time('Not before this; absent: at once.'),
      ...retries,
      signed: object(
        'For charge points with the security extension, which refuse unsigned firmware.',
        {
          signingCertificate: text('PEM.', { minLength: 1, maxLength: 5500 }),
          signature: text('Base64.', { minLength: 1, maxLength: 800 }),
          installAt: time('Install not before this.'),
        },
        ['installAt'],
      ),
      replace,
    },
    ['retrieveAt', 'retries', 'retryInterval', 'signed', 'replace'],
  ),

  DiagnosticsJobRequest: object(
    'An upload of diagnostics (GetDiagnostics) or of a log (GetLog, with `log`).',
    {
      location,
      from: time('Nothing older.'),
      to: time('Nothing newer.'),
      ...retries,
      log: {
        type: 'string',
        enum: ['DiagnosticsLog', 'SecurityLog'],
        description: 'For charge points with the security extension.',
      },
      replace,
    },
    ['from', 'to', 'retries', 'retryInterval', 'log', 'replace'],
  ),

  Job: object('Work of a charge point that goes on after it has answered.', {
    id: text('Chosen by Farad, or the message id of a CALL that an operator sent by `calls/{Action}`.'),
    chargePointId: text('Where.'),
    kind: { type: 'string', enum: ['firmware', 'diagnostics', 'log'] },
    action: text('The CALL that asked for it.'),
    location: text('Without credentials.'),
    startsAt: maybe(time('Not before; null for at once.')),
    requestId: maybe(whole('What the charge point names it by, where it does.')),
    logType: maybe(text('Of a log.')),
    state: {
      type: 'string',
      enum: JOB_STATES,
      description:
        'sent: under way. waiting: answered, no report yet. running: reports come. unknown: no answer came; reports still count. succeeded, failed: as ' +
        'reported. refused: the answer was no. nothing_to_upload: answered without a file name. not_sent: the CALL never left. superseded: another job ' +
        'took its place. silent: nothing was heard for `operations.jobSilence`.',
    },
    status: maybe(text('Last status that was reported.')),
    reports: list(
      object('A report.', { status: text('As on the wire.'), at: time('When it came.') }),
      'The newest 20, oldest first.',
    ),
    answer: maybe(text('Status or error code of the answer, where it had one.')),
    fileName: maybe(text('Of what will be uploaded, as the charge point said.')),
    firmwareBefore: maybe(text('Firmware version when it was sent, as the charge point last reported it.')),
    firmwareAfter: maybe(text('The same when it ended.')),
    sentAt: time('When the CALL was sent.'),
    answeredAt: maybe(time('When it was answered.')),
    endedAt: maybe(time('Null while more may come.')),
    warnings: list({ type: 'string' }, 'What an operator may want to know; nothing was refused for it.'),
  }),

  JobPage: pageOf('Job'),
} as const satisfies Record<string, Schema>;
