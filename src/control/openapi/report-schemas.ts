import type { Schema } from './operation.ts';
import { maybe, object, pageOf, text, time, transactionState, whole } from './shapes.ts';
import { shownWebhook, writtenWebhook } from './webhook-schemas.ts';

const word = (first: string, ...others: string[]): Schema => ({ type: 'string', enum: [first, ...others] });
const chargePointId = text('Only this charge point.', { minLength: 1, maxLength: 255 });
const group = text('Only charge points of this group.', { minLength: 1, maxLength: 200 });
const idTag = text('Only what this idTag started.', { minLength: 1, maxLength: 20 });
const which = { chargePointId, group };
const named = (name: string): Schema => ({ type: 'string', const: name });

function question(name: string, description: string, parameters: Readonly<Record<string, Schema>>): Schema {
  return object(description, { name: named(name), ...parameters }, Object.keys(parameters));
}

const what: Schema = {
  description:
    'What it tells: the question of `GET /api/v1/analytics/{name}` with this name, and its parameters; what is absent is as it is there by default. The time is that of the report.',
  oneOf: [
    question('transactions', 'Transactions that began in the time.', {
      chargePointId,
      idTag,
      state: { ...transactionState, description: 'Only those in this state.' },
    }),
    question('energy', 'Energy by hour or day, or of the whole time at once.', {
      interval: word('hour', 'day', 'whole'),
      by: {
        ...word('connector', 'chargePoint', 'group', 'chargePointTag', 'site', 'tag', 'total'),
        description:
          'What each row is about. By `site` and `chargePointTag` the interval must be `whole` and the format csv.',
      },
      ...which,
      site: text('Only connectors of this site.', { minLength: 1, maxLength: 255 }),
      idTag,
    }),
    question('sessions', 'Transactions by hour or day of their start.', {
      interval: word('day', 'hour'),
      by: word('total', 'chargePoint', 'tag'),
      ...which,
    }),
    question('utilisation', 'How much connectors are taken, by hour of the day.', {
      by: word('weekday', 'date'),
      ...which,
    }),
    question('uptime', 'Time connected.', { by: word('chargePoint', 'group'), ...which }),
    question('idle', 'Idle time after charging.', which),
    question('failed-authorizations', 'Authorizations that were refused.', {
      by: word('tag', 'chargePoint', 'none'),
      ...which,
    }),
    question('faults', 'Faults of connectors.', {
      ...which,
      errorCode: text('Only this one.', { maxLength: 50 }),
    }),
    question('errors', 'Errors by vendor, model and firmware.', {
      by: word('model', 'vendor', 'firmware'),
      ...which,
    }),
  ],
};

const schedule = object(
  'When it is written, in the time zone of `fleet.timezone`, else UTC: after each day, week or month, of which it tells.',
  {
    every: {
      ...word('day', 'week', 'month'),
      description: 'week: on Mondays. month: on the first day.',
    },
    hour: whole('Hour of the day at which it is due. What arrived until then is in it.', {
      minimum: 0,
      maximum: 23,
    }),
  },
);

const files = maybe(
  object('Its files in `reports.folder`: `NAME-2026-03-01.csv`, or `NAME-2026-03-01_2026-03-31.csv`.', {
    name: text('What their names begin with. No other report may have it.', {
      pattern: '^[a-z0-9][a-z0-9._-]{0,63}$',
      examples: ['energy-by-site'],
    }),
    keep: whole('So many of them are kept, the newest.', { minimum: 1, maximum: 10_000 }),
  }),
);

const written = {
  name: text('As people know it.', { minLength: 1, maxLength: 200 }),
  what,
  format: { ...word('csv', 'parquet'), description: 'Of the files.' },
  enabled: { type: 'boolean', description: 'Whether it is written when it is due.' },
  schedule,
  files,
};

const run = maybe(
  object('Its last run, or the one under way.', {
    cause: { ...word('due', 'asked'), description: 'asked: somebody wanted it at once.' },
    from: time('Beginning of the time that it tells of.'),
    to: time('End of that time.'),
    begunAt: time('When it began.'),
    endedAt: maybe(time('When it ended; null while it is under way.')),
    outcome: {
      ...word('running', 'written', 'failed'),
      description: 'failed: what was due is tried again until it is due the next time.',
    },
    file: maybe(text('Name of the file.')),
    bytes: maybe(whole('Its length.', { minimum: 0 })),
    problem: maybe(text('Why it failed.')),
  }),
);

/** Reports that Farad writes by itself. */
export const reportSchemas = {
  Report: object('A report that Farad writes by itself.', {
    id: text('Its id.'),
    ...written,
    webhook: shownWebhook('Where files are sent; null: nowhere.'),
    run,
    failures: whole('Runs in a row that failed.', { minimum: 0 }),
    nextAt: maybe(time('When it is written next, or tried again; null while it is disabled.')),
    writtenBy: text('Who wrote it last: a user or an API key.'),
    writtenAt: time('When.'),
    version: whole('Rises with each change.'),
  }),

  ReportUpdate: object(
    'A report; it is enabled unless it says otherwise, and goes to a folder, to a webhook or to both.',
    { ...written, webhook: writtenWebhook('Where files are sent; null: nowhere.') },
    ['enabled', 'files', 'webhook'],
  ),

  ReportPage: pageOf('Report'),
} as const satisfies Record<string, Schema>;
