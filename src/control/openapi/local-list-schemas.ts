import type { Schema } from './operation.ts';
import { list, maybe, object, PRINTED, pageOf, text, time, whole } from './shapes.ts';

const note = maybe(text('Whatever operators want to remember.', { maxLength: 2000 }));
const updateType: Schema = { type: 'string', enum: ['Full', 'Differential'] };
const idTag = text('At most 20 characters; upper and lower case make no difference.', {
  minLength: 1,
  maxLength: 20,
  pattern: PRINTED,
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
      group: text('Name of the group.', { minLength: 1, maxLength: 200, pattern: PRINTED }),
    }),
  ],
};

const sync: Schema = {
  type: 'string',
  enum: ['manual', 'automatic'],
  description:
    'automatic: charge points are brought up to date whenever they are not; manual: only when an operator asks. Absent: manual.',
};

export const syncMode: Schema = {
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

/** Local authorization lists. */
export const localListSchemas = {
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
        listVersion: maybe(whole('As last accepted or reported; 0 = empty; null while nothing is known.')),
        entriesKnown: { type: 'boolean', description: 'Whether the entries are known, too.' },
        entryCount: maybe(whole('Null where they are not.')),
        supported: maybe({ type: 'boolean', description: 'Null while it said nothing about it.' }),
        inDoubt: { type: 'boolean', description: 'Whether the version has to be asked for.' },
        acceptedAt: maybe(time('When it last accepted a list.')),
        toldAt: maybe(time('When it last reported its version.')),
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
} as const satisfies Record<string, Schema>;
