import { campaignFilter } from './campaign-schemas.ts';
import type { Schema } from './operation.ts';
import { list, maybe, object, pageOf, text, time, whole } from './shapes.ts';
import { shownWebhook, writtenWebhook } from './webhook-schemas.ts';

const kind = (name: string): Schema => ({ type: 'string', const: name });
const minutes = (description: string) => whole(description, { minimum: 1, maximum: 30 * 24 * 60 });

const condition: Schema = {
  description: 'What is looked out for.',
  oneOf: [
    object('A connector has been Faulted, at a charge point that is connected.', {
      kind: kind('faulted'),
      minutes: minutes('For so long.'),
    }),
    object('A charge point that has been there before is not connected.', {
      kind: kind('offline'),
      minutes: minutes('For so long; Farad has to have been there all the time.'),
    }),
    object('Rows wait for ClickHouse.', {
      kind: kind('sink-behind'),
      seconds: whole('The oldest one for so long.', { minimum: 5, maximum: 30 * 86_400 }),
    }),
    object('A certificate ends, or has ended: of a charge point; without a filter also one of Farad.', {
      kind: kind('certificate-expires'),
      days: whole('Within so many days.', { minimum: 0, maximum: 3650 }),
    }),
    object('An idTag is refused again and again. Counted once a minute.', {
      kind: kind('refused-tag'),
      times: whole('So often or more.', { minimum: 1, maximum: 1_000_000 }),
      minutes: whole('Within so long.', { minimum: 1, maximum: 24 * 60 }),
    }),
    object('A part of Farad cannot work, as `GET /readyz` says.', {
      kind: kind('degraded'),
      minutes: whole('For so long; 0 for at once.', { minimum: 0, maximum: 30 * 24 * 60 }),
    }),
  ],
};

const clockTime = (description: string) =>
  text(description, { pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', examples: ['22:00'] });

const quietHours = maybe(
  object(
    'A part of each day in the fleet’s time zone (`fleet.timezone`, else UTC) in which nobody is told: what is raised then is told at its end, if it still stands.',
    { from: clockTime('It begins.'), to: clockTime('It is over; the same as `from`: always quiet.') },
  ),
);

const { all: _, ...described } = campaignFilter;
const filter = maybe({
  type: 'object',
  description:
    'The charge points that it is about; all members that are there must match. null: all of them.',
  properties: {
    ...described,
    site: text('Members of this site.', { minLength: 1, maxLength: 200 }),
  },
  minProperties: 1,
  additionalProperties: false,
});

const enabled: Schema = { type: 'boolean', description: 'Whether it looks out.' };
const urgent: Schema = { type: 'boolean', description: 'Tells in quiet hours, too.' };
const repeatMinutes = maybe(
  minutes('Tells again after so long of what stands and nobody has acknowledged; null: once.'),
);
const tellOver: Schema = { type: 'boolean', description: 'Tells, too, when it is over.' };
const emails = list(
  text('An address.', { maxLength: 254, pattern: '^[^\\s@<>(),;:"\\\\]+@[^\\s@<>(),;:"\\\\]+$' }),
  'Who gets an e-mail.',
  { maxItems: 50, uniqueItems: true },
);
const note = maybe(text('Whatever operators want to remember, such as what to do.', { maxLength: 2000 }));
const written = { enabled, filter, quietHours, urgent, repeatMinutes, tellOver, emails, note };

const delivery = object('How far telling has come on a channel.', {
  channel: { type: 'string', enum: ['email', 'webhook'] },
  waiting: whole('Events that wait to be told.', { minimum: 0 }),
  lost: whole('Events that were lost since the last message: too many waited, or they were given up.'),
  arrivedAt: maybe(time('When a message last arrived.')),
  triedAt: maybe(time('When it was last tried.')),
  failingSince: maybe(time('Since when nothing arrives; null while all is well.')),
  problem: maybe(text('What was wrong the last time.')),
});

/** Rules that say when somebody is told, and what they have found. */
export const alarmSchemas = {
  AlarmRule: object('When somebody is told, and how.', {
    id: text('Its name.'),
    condition,
    ...written,
    webhook: shownWebhook('Where messages are sent.'),
    standing: whole('Alarms of it that stand.', { minimum: 0 }),
    deliveries: list(delivery, 'By channel; a channel on which nothing was ever to be told is missing.'),
    writtenBy: text('Who wrote it last: a user or an API key.'),
    writtenAt: time('When.'),
    version: whole('Rises with each change.'),
  }),

  AlarmRuleUpdate: object(
    'A rule. What is absent is as it is by default: enabled, every charge point, no quiet hours, told once and when it is over, on no channel.',
    {
      condition,
      ...written,
      webhook: writtenWebhook('Where messages are sent; null: nowhere.'),
    },
    [...Object.keys(written), 'webhook'],
  ),

  AlarmRulePage: pageOf('AlarmRule'),

  AlarmTest: object('What came of test messages.', {
    channels: list(
      object('A channel of the rule.', {
        channel: { type: 'string', enum: ['email', 'webhook'] },
        arrived: { type: 'boolean', description: 'Whether the other end has taken it.' },
        problem: maybe(text('Why not, or who does not get it.')),
      }),
    ),
  }),

  Alarm: object('Something that a rule has found.', {
    id: text('Chosen by Farad. Messages about it carry it.'),
    rule: text('The rule.'),
    kind: {
      type: 'string',
      enum: ['faulted', 'offline', 'sink-behind', 'certificate-expires', 'refused-tag', 'degraded'],
      description: 'What the rule looked out for.',
    },
    subject: text(
      'What it is about: a connector (`CP-17/1`), a charge point, an idTag, a file, a part of Farad.',
    ),
    chargePointId: maybe(text('The charge point, where it is about one.')),
    connectorId: maybe(whole('The connector, where it is about one.')),
    detail: text('What was known when it was raised; times in it are in UTC.'),
    since: time('Since when it has been so.'),
    raisedAt: time('When the rule found it.'),
    endedAt: maybe(time('Since when it is over; null while it stands.')),
    endReason: maybe({
      type: 'string',
      enum: ['over', 'rule-changed', 'rule-disabled', 'rule-deleted'],
      description: 'over: it is not so any more. Else the rule does not look out for it any more.',
    }),
    acknowledged: maybe(
      object('Somebody takes care of it.', {
        at: time('When.'),
        by: text('Who: a user or an API key.'),
        note: text('What they said.'),
      }),
    ),
    version: whole('Rises with each change.'),
  }),

  AlarmPage: object('A page of alarms.', {
    items: list({ $ref: '#/components/schemas/Alarm' }),
    next: maybe(text('Pass it as `cursor` for the next page; null after the last one.')),
    standing: whole('How many stand in all.', { minimum: 0 }),
    unacknowledged: whole('How many of those nobody has acknowledged.', { minimum: 0 }),
  }),

  AlarmAcknowledgement: object(
    'A word of whoever takes care of it.',
    { note: text('What is done about it.', { maxLength: 2000 }) },
    ['note'],
  ),
} as const satisfies Record<string, Schema>;
