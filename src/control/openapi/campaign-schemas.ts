import { CENTRAL_SYSTEM_ACTIONS } from '../../protocol/dialects.ts';
import { CAMPAIGN_ITEM_STATES, CAMPAIGN_STEPS } from '../../store/campaign-record.ts';
import { syncMode } from './local-list-schemas.ts';
import type { Schema } from './operation.ts';
import { list, maybe, object, pageOf, text, time, whole } from './shapes.ts';

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
        force: {
          type: 'boolean',
          readOnly: true,
          description:
            'A security profile is raised although something is missing for it: the campaign was created with `force`.',
        },
      },
      ['force'],
    ),
    object(
      'CALLs one after the other, as the security white paper wants them. raise-profile: an AuthorizationKey where there is none (profiles 1 and 2), the root where none is known (2 and 3), a certificate where ' +
        'there is none (3), then SecurityProfile; done once the charge point has connected on it. renew-certificate: done once the new one is installed. rotate-password: a random one that nobody ' +
        'sees; done once the charge point has come back with it. A step that is refused ends it, and the charge point stays as it was.',
      {
        security: { type: 'string', enum: ['raise-profile', 'renew-certificate', 'rotate-password'] },
        profile: {
          type: 'integer',
          enum: [1, 2, 3],
          description: 'For raise-profile, and needed there: the profile to reach.',
        },
        rootCertificate: text(
          'For raise-profile: the root of the Central System, PEM, for charge points that report none.',
          { minLength: 1, maxLength: 8000 },
        ),
        force: {
          type: 'boolean',
          readOnly: true,
          description:
            'What is missing for the profile is not looked at: the campaign was created with `force`.',
        },
      },
      ['profile', 'rootCertificate', 'force'],
    ),
    object(
      'Bring configuration keys to what a configuration template wants (`ChangeConfiguration`): keys that the charge point has never told are asked for first, then each that differs is changed, once. ' +
        'Keys that a template of higher precedence has are left alone. Where the template has changed since the campaign began, the result is `failed` with `template_changed`.',
      {
        template: text('Name of the template.', { minLength: 1, maxLength: 100 }),
        version: whole('Of the template when the campaign began.', { readOnly: true }),
      },
      ['version'],
    ),
    object('A sync of the local authorization list that is wanted at the charge point.', {
      localList: syncMode,
    }),
  ],
};

/** Members of a filter for charge points; all that are there must match. */
export const campaignFilter = {
  all: { type: 'boolean', const: true, description: 'Every charge point.' },
  group: text('Those whose settings have this group.', { minLength: 1, maxLength: 200 }),
  vendor: text('Those that reported this vendor at their last boot, without case.', {
    minLength: 1,
    maxLength: 255,
  }),
  model: text('Those that reported this model, without case.', { minLength: 1, maxLength: 255 }),
  firmwareVersion: text('Those that reported this firmware version, without case.', {
    minLength: 1,
    maxLength: 255,
  }),
  tag: text('Those that have this tag, without case.', { minLength: 1, maxLength: 40 }),
  idPrefix: text('Those whose identity begins with this.', { minLength: 1, maxLength: 255 }),
} as const;

const count = (description: string) => whole(description, { minimum: 0 });

/** Campaigns. */
export const campaignSchemas = {
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
          ...campaignFilter,
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
      stopAfterFailed: whole(
        'Once so many charge points have failed, nobody else is asked: the campaign is aborted. Absent: it goes on, however many fail.',
        { minimum: 1, maximum: 50_000 },
      ),
    },
    ['atOnce', 'startAt', 'endAt', 'itemTimeout', 'stopAfterFailed'],
  ),

  CampaignRetry: object('Whom to ask again.', {
    states: list(
      { type: 'string', enum: ['failed', 'unknown', 'pending'] },
      'What became of them. Those of `unknown` may have done it already; `pending` were never asked.',
      { minItems: 1, maxItems: 3 },
    ),
  }),

  CampaignMatches: object('Charge points that a filter finds now.', {
    total: count('How many.'),
    sample: list({ type: 'string' }, 'The first of their identities, in order.', { maxItems: 10 }),
  }),

  Campaign: object('One task at many charge points.', {
    id: text('Chosen by Farad.'),
    name: text('For people.'),
    task: { type: 'object', description: 'As it was given, secrets hidden.' },
    targets: { type: 'object', description: 'The filter; `named` is how many charge points were named.' },
    atOnce: whole('Most charge points at a time.'),
    startAt: time('When it begins.'),
    endAt: maybe(time('When it asks nobody more.')),
    itemTimeout: whole('Seconds.'),
    stopAfterFailed: maybe(whole('Failures after which nobody else is asked.')),
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
    endReason: maybe({
      type: 'string',
      enum: ['too_many_failures'],
      description: 'Why Farad aborted it; null where an operator did, and where nobody has.',
    }),
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
    answer: maybe({ type: 'object', description: 'What it answered, to the last CALL.' }),
    steps: list(
      object('A CALL.', {
        name: { type: 'string', enum: CAMPAIGN_STEPS },
        key: maybe(text('Configuration key that it changed.')),
        askedAt: time('When it was handed over.'),
        answer: maybe({ type: 'object', description: 'Null while none has come.' }),
      }),
      'Of a task with several CALLs: those that were sent, in order; empty for any other.',
    ),
    jobId: maybe(text('The job that it began, among the jobs of the charge point.')),
    attempts: whole(
      'Times that a CALL was handed over; above 1 only where it is certain that none before had left.',
    ),
    askedAt: maybe(time('When it was asked.')),
    endedAt: maybe(time('When its result was known.')),
  }),

  CampaignResultPage: pageOf('CampaignResult'),
} as const satisfies Record<string, Schema>;
