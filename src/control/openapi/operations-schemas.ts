import { CENTRAL_SYSTEM_ACTIONS } from '../../protocol/v16/actions.ts';
import { CAMPAIGN_ITEM_STATES } from '../../store/campaign-record.ts';
import { JOB_STATES } from '../../store/job-record.ts';
import type { Schema } from './operation.ts';
import { maybe, object, pageOf, text, time, whole } from './shapes.ts';

const list = (items: Schema, description?: string, more: Schema = {}): Schema => ({
  type: 'array',
  items,
  ...(description !== undefined && { description }),
  ...more,
});

const note = maybe(text('Whatever operators want to remember.', { maxLength: 2000 }));
const updateType: Schema = { type: 'string', enum: ['Full', 'Differential'] };
const idTag = text('At most 20 characters; upper and lower case make no difference.', {
  minLength: 1,
  maxLength: 20,
});

const idTagInfo = object(
  'What the list says about the idTag; absent: what its token says (OCPP 1.6 ed. 2 §7.27).',
  {
    status: { type: 'string', enum: ['Accepted', 'Blocked', 'Expired', 'Invalid', 'ConcurrentTx'] },
    expiryDate: time('After this the idTag is Expired.'),
    parentIdTag: text('Group of the idTag.', { minLength: 1, maxLength: 20 }),
  },
  ['expiryDate', 'parentIdTag'],
);

const scope: Schema = {
  description: 'Whom the list is for. A list of the charge point itself comes before that of its group.',
  oneOf: [
    object('One charge point.', { chargePointId: text('Its identity.', { minLength: 1, maxLength: 255 }) }),
    object('All charge points of a group, as their settings say.', {
      group: text('Name of the group.', { minLength: 1, maxLength: 200 }),
    }),
  ],
};

const sync: Schema = {
  type: 'string',
  enum: ['manual', 'automatic'],
  description:
    'automatic: charge points are brought up to date whenever they are not; manual: only when an operator asks. Absent: manual.',
};

const syncMode: Schema = {
  type: 'string',
  enum: ['auto', 'full', 'differential'],
  description:
    'auto: a Differential where it is certain what the charge point holds and shorter than the list, else a Full. full: the whole list, whatever it ' +
    'holds. differential: only the difference. Absent: auto.',
};

/** Entries that a list may have; charge points hold far fewer. */
const MAX_ENTRIES = 20_000;

const entry = object('An idTag and what the list says about it.', { idTag, idTagInfo }, ['idTagInfo']);

const head = {
  id: text('Name of the list.'),
  scope,
  sync,
  note,
  version: whole('Rises with each change.'),
};

const sent = {
  listVersion: whole('Version that was sent.'),
  updateType,
  sentAt: time('When.'),
};

const localListSchemas = {
  LocalList: object('A local authorization list as operators want it.', {
    ...head,
    entries: list(entry),
    unknownTags: list(
      { type: 'string' },
      'Entries that are left out, because they say nothing themselves and have no token.',
    ),
  }),

  LocalListUpdate: object(
    'A local authorization list.',
    {
      scope,
      sync,
      note,
      entries: list(entry, 'No idTag twice, in whatever spelling.', { maxItems: MAX_ENTRIES }),
    },
    ['sync', 'note'],
  ),

  LocalListHead: object('A local authorization list without its entries.', {
    ...head,
    entryCount: whole('How many entries it has.'),
  }),

  LocalListHeadPage: pageOf('LocalListHead'),

  LocalListAtChargePoint: object('What a charge point holds, and what it is to hold.', {
    chargePointId: text('Which.'),
    state: {
      type: 'string',
      enum: ['no_list', 'not_supported', 'in_doubt', 'conflict', 'unknown', 'up_to_date', 'outdated'],
      description:
        'no_list: none is wanted. not_supported: the charge point said that it has none. in_doubt: an answer was lost or was no success; the next sync asks ' +
        'for the version. conflict: it reported LocalListConflict since it accepted its list. unknown: nobody knows what it holds.',
    },
    list: maybe(object('The list that is wanted here.', { ...head, entryCount: whole('Entries.') })),
    unknownTags: list({ type: 'string' }, 'The first 100 entries that are left out for want of a token.'),
    held: maybe(
      object('What is known of the list that it holds.', {
        listVersion: maybe(whole('As last accepted or told; 0 = empty; null while nothing is known.')),
        entriesKnown: { type: 'boolean', description: 'Whether the entries are known, too.' },
        entryCount: maybe(whole('Null where they are not.')),
        supported: maybe({ type: 'boolean', description: 'Null while it said nothing about it.' }),
        inDoubt: { type: 'boolean', description: 'Whether the version has to be asked for.' },
        acceptedAt: maybe(time('When it last accepted a list.')),
        toldAt: maybe(time('When it last told its version.')),
        pending: maybe(object('A list whose answer is not known.', sent)),
        lastAnswer: maybe(
          object('The last list that it answered.', {
            ...sent,
            status: text('With which status, or with which error code.'),
            at: time('When.'),
          }),
        ),
      }),
    ),
    changes: maybe(
      object('What a Differential would say; null where the entries are not known, or none are wanted.', {
        changed: whole('Entries added or changed.'),
        deleted: whole('Entries deleted.'),
      }),
    ),
    conflictAt: maybe(time('When it last reported LocalListConflict.')),
    lastSync: maybe(
      object('The last attempt to bring it up to date.', {
        outcome: text('As a sync answers it.'),
        messages: whole('CALLs that it took.'),
        at: time('When it ended.'),
        failures: whole('Attempts in a row that ended like this; 0 for a success.'),
      }),
    ),
    syncing: { type: 'boolean', description: 'Whether a sync is under way.' },
  }),

  LocalListSyncRequest: object('How to bring a charge point up to date.', { mode: syncMode }, ['mode']),

  LocalListSync: object("A sync with the charge point's answers.", {
    outcome: {
      type: 'string',
      enum: [
        'synced',
        'up_to_date',
        'not_supported',
        'failed',
        'version_mismatch',
        'refused',
        'too_long',
        'entries_unknown',
        'interrupted',
        'unknown',
      ],
      description:
        'synced: the charge point has accepted all. up_to_date: it held the list already. failed, version_mismatch: its answer, after the one Full that follows a ' +
        'Differential it did not take. refused: a CALLERROR. too_long: the list has more entries than it holds; none was sent. entries_unknown: a ' +
        'difference was asked for, and what it holds is not known. interrupted: it left in the middle. unknown: a CALL got no answer.',
    },
    steps: list(
      object('A CALL and its answer.', {
        action: { type: 'string', enum: ['GetConfiguration', 'GetLocalListVersion', 'SendLocalList'] },
        listVersion: maybe(whole('Of a SendLocalList.')),
        updateType: maybe(updateType),
        entryCount: maybe(whole('Of a SendLocalList.')),
        reply: {
          type: 'object',
          description:
            'As `calls/{Action}` answers, with `outcome` result or error; any other outcome says why there is no answer.',
          properties: { outcome: text('What became of the CALL.') },
          required: ['outcome'],
        },
      }),
    ),
    localList: { $ref: '#/components/schemas/LocalListAtChargePoint' },
  }),
} as const;

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

const jobSchemas = {
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
    firmwareBefore: maybe(text('Firmware version when it was sent, as the charge point last told.')),
    firmwareAfter: maybe(text('The same when it ended.')),
    sentAt: time('When the CALL was sent.'),
    answeredAt: maybe(time('When it was answered.')),
    endedAt: maybe(time('Null while more may come.')),
    warnings: list({ type: 'string' }, 'What an operator may want to know; nothing was refused for it.'),
  }),

  JobPage: pageOf('Job'),
} as const;

const task: Schema = {
  description: 'What is done at each charge point.',
  oneOf: [
    object(
      'A CALL. With UpdateFirmware, SignedUpdateFirmware, GetDiagnostics and GetLog the job that it begins is followed to its end.',
      {
        action: { type: 'string', enum: CENTRAL_SYSTEM_ACTIONS },
        payload: {
          type: 'object',
          description:
            'The request payload of the action, sent as it is to every charge point. A requestId that is missing where the action needs one is filled in.',
        },
      },
    ),
    object('A sync of the local authorization list that is wanted at the charge point.', {
      localList: syncMode,
    }),
  ],
};

const filter = {
  all: { type: 'boolean', const: true, description: 'Every charge point.' },
  group: text('Those whose settings have this group.', { minLength: 1, maxLength: 200 }),
  vendor: text('Those that told this vendor at their last boot, without case.', {
    minLength: 1,
    maxLength: 255,
  }),
  model: text('Those that told this model, without case.', { minLength: 1, maxLength: 255 }),
  firmwareVersion: text('Those that told this firmware version, without case.', {
    minLength: 1,
    maxLength: 255,
  }),
  idPrefix: text('Those whose identity begins with this.', { minLength: 1, maxLength: 255 }),
} as const;

const count = (description: string) => whole(description, { minimum: 0 });

const campaignSchemas = {
  NewCampaign: object(
    'A campaign to be.',
    {
      name: text('For people.', { minLength: 1, maxLength: 200 }),
      task,
      targets: {
        type: 'object',
        description:
          'Charge points by name, or a filter whose members must all match. They are chosen when the campaign is created.',
        properties: {
          ids: list({ type: 'string', minLength: 1, maxLength: 255 }, 'Identities.', {
            minItems: 1,
            maxItems: 50_000,
          }),
          ...filter,
        },
        minProperties: 1,
        additionalProperties: false,
      },
      atOnce: whole('Most charge points that are asked or at work at a time. Absent: 10.', {
        minimum: 1,
        maximum: 500,
      }),
      startAt: time('Absent: at once.'),
      endAt: time('Nobody is asked after this. Absent: who is away is waited for.'),
      itemTimeout: whole(
        'Seconds from asking a charge point to the end of its job, after which its result is `unknown` and the next one has its turn. Absent: a day.',
        { minimum: 1, maximum: 30 * 86_400 },
      ),
    },
    ['atOnce', 'startAt', 'endAt', 'itemTimeout'],
  ),

  Campaign: object('One task at many charge points.', {
    id: text('Chosen by Farad.'),
    name: text('For people.'),
    task: { type: 'object', description: 'As it was given, secrets hidden.' },
    targets: { type: 'object', description: 'The filter; `named` is how many charge points were named.' },
    atOnce: whole('Most charge points at a time.'),
    startAt: time('When it begins.'),
    endAt: maybe(time('When it asks nobody more.')),
    itemTimeout: whole('Seconds.'),
    state: {
      type: 'string',
      enum: ['preparing', 'scheduled', 'running', 'paused', 'finished', 'aborted'],
      description: 'An aborted or paused campaign asks nobody; who was asked is still followed.',
    },
    counts: object('Charge points by state; see CampaignResult.', {
      pending: count('Not asked; in a campaign that has ended: never asked.'),
      asking: count('A CALL is under way.'),
      running: count('A job is under way.'),
      succeeded: count('As the charge point said.'),
      failed: count('As the charge point said.'),
      unknown: count('Asked, and nobody knows what came of it.'),
      total: count('All.'),
    }),
    createdAt: time('When it was created.'),
    startedAt: maybe(time('When the first charge point could be asked.')),
    endedAt: maybe(time('When it was finished or aborted.')),
    version: whole('Rises with each change.'),
  }),

  CampaignPage: pageOf('Campaign'),

  CampaignResult: object('What became of one charge point.', {
    chargePointId: text('Which.'),
    state: {
      type: 'string',
      enum: CAMPAIGN_ITEM_STATES,
      description:
        'unknown: it was asked, and no answer or no end of its job came. It is not asked again by this campaign; what it did may show in its job.',
    },
    reason: maybe(
      text('Why: a status or error code of the charge point, or what keeps it from being asked.'),
    ),
    answer: maybe({ type: 'object', description: 'What it answered.' }),
    jobId: maybe(text('The job that it began, among the jobs of the charge point.')),
    attempts: whole(
      'Times that a CALL was handed over; above 1 only where it is certain that none before had left.',
    ),
    askedAt: maybe(time('When it was asked.')),
    endedAt: maybe(time('When its result was known.')),
  }),

  CampaignResultPage: pageOf('CampaignResult'),
} as const;

/** Local lists, jobs and campaigns. */
export const operationsSchemas = { ...localListSchemas, ...jobSchemas, ...campaignSchemas } as const;
