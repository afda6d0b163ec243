import { DRIFT_STATES } from '../../operations/configuration/drift.ts';
import { campaignFilter } from './campaign-schemas.ts';
import { ref, type Schema } from './operation.ts';
import { list, maybe, object, PRINTED, pageOf, text, time, whole } from './shapes.ts';

const flag = (description: string): Schema => ({ type: 'boolean', description });
const count = (description: string) => whole(description, { minimum: 0 });

const filter: Schema = {
  type: 'object',
  description: 'Charge points that it is for: those that match every member.',
  properties: campaignFilter,
  minProperties: 1,
  additionalProperties: false,
};

const key = object(
  'A configuration key and its value.',
  {
    key: text(
      'Upper and lower case make no difference. No key that holds a secret, such as AuthorizationKey.',
      {
        minLength: 1,
        maxLength: 50,
        pattern: PRINTED,
      },
    ),
    value: text('Configuration values are text, numbers and lists too.', { maxLength: 500 }),
    expected: flag('It is only compared, for keys that are read-only: nothing changes it. Absent: false.'),
  },
  ['expected'],
);

const keys = list(key, 'What is wanted.', { minItems: 1, maxItems: 100 });
const priority = whole(
  'Where several templates want the same key of a charge point, the one of the highest priority has it, and among those the first by name. Absent: 0.',
  { minimum: -1000, maximum: 1000 },
);
const note = maybe(text('Whatever operators want to remember.', { maxLength: 2000 }));

const state: Schema = {
  type: 'string',
  enum: DRIFT_STATES,
  description:
    'reboot_required: it took the value, which holds after its next reset. not_reported: it has not told the key, or nobody knows whether its last change was made. rejected: it has something else and would not take the value, or has no such key.',
};

const counts = object('Charge points that have keys of the template, by the key that stands worst.', {
  at: time('When they were compared.'),
  matches: count('All is as it is wanted.'),
  reboot_required: count('All is, after a reset.'),
  not_reported: count('Something was not told, and nothing else is wrong.'),
  differs: count('Something is otherwise.'),
  rejected: count('Something was refused.'),
});

/** Configurations that charge points are to have, and how they differ from them. */
export const configurationTemplateSchemas = {
  ConfigurationTemplate: object('The configuration that some charge points are to have.', {
    id: text('Its name.'),
    filter,
    priority,
    keys,
    note,
    writtenBy: text('Who wrote it last: a user or an API key.'),
    writtenAt: time('When.'),
    drift: maybe({ ...counts, description: 'Null until the fleet was compared with it as it is now.' }),
    version: whole('Rises with each change.'),
  }),

  ConfigurationTemplateUpdate: object('A template to keep.', { filter, priority, keys, note }, [
    'priority',
    'note',
  ]),

  ConfigurationTemplatePage: pageOf('ConfigurationTemplate'),

  KeyDrift: object('How a charge point stands to a key that a template wants.', {
    key: text('As the template spells it.'),
    wants: text('The value in the template.'),
    has: maybe(text('What the charge point has, or takes with its next reset; null where nobody knows.')),
    state,
    expected: flag('It is only compared.'),
    template: text('The template that has the key.'),
  }),

  KeyDrifts: object('How a charge point stands to its templates.', {
    items: list(ref('KeyDrift'), 'The keys of the template with the highest precedence first.'),
  }),

  ConfigurationDrift: object('A charge point whose configuration is not what a template wants.', {
    chargePointId: text('Which.'),
    state,
    mendable: flag('Asking or changing may mend it: a campaign of the template does something there.'),
    keys: list(ref('KeyDrift'), 'The keys of the template that are not as they are wanted.'),
  }),

  ConfigurationDriftPage: object('A page of ConfigurationDrift.', {
    items: list(ref('ConfigurationDrift')),
    next: maybe(text('Pass it as `cursor` for the next page; null after the last one.')),
    total: count('Of all pages, when the fleet was last compared.'),
  }),

  DriftMend: object(
    'How to mend. The members other than `states` are those of a campaign.',
    {
      states: list(
        { type: 'string', enum: ['not_reported', 'differs', 'rejected'] },
        'Only charge points in these. Absent: all of them.',
        { minItems: 1, maxItems: 3 },
      ),
      name: text('For people. Absent: it names the template.', { minLength: 1, maxLength: 200 }),
      atOnce: whole('Most charge points at a time. Absent: 10.', { minimum: 1, maximum: 500 }),
      startAt: time('Absent: at once.'),
      endAt: time('Nobody is asked after this. Absent: who is away is waited for.'),
      stopAfterFailed: whole('Failures after which nobody else is asked. Absent: it goes on.', {
        minimum: 1,
        maximum: 50_000,
      }),
    },
    ['states', 'name', 'atOnce', 'startAt', 'endAt', 'stopAfterFailed'],
  ),
} as const satisfies Record<string, Schema>;
