import type { Schema } from './operation.ts';
import { maybe, object, PRINTED, pageOf, text, time, whole } from './shapes.ts';

export const tokenStatus: Schema = { type: 'string', enum: ['Accepted', 'Blocked', 'Expired'] };

const tokenSettings = {
  status: tokenStatus,
  parentIdTag: maybe(
    text('Members of one group share it and may stop what another one started.', {
      minLength: 1,
      maxLength: 20,
    }),
  ),
  expiryDate: maybe(time('After this time the token is answered Expired.')),
  note: maybe(text('Whatever operators want to remember.', { maxLength: 2000 })),
  maxConcurrent: maybe(
    whole('Most transactions at a time; null leaves it to `auth.concurrentTx`, 0 sets no limit.', {
      minimum: 0,
    }),
  ),
};

const idTag = text('At most 20 characters; upper and lower case make no difference.', {
  minLength: 1,
  maxLength: 20,
  pattern: PRINTED,
});

/** Tokens and their import. */
export const tokenSchemas = {
  Token: object('An idTag and what it may do.', {
    idTag: text('As it was written when provisioned.'),
    ...tokenSettings,
    version: whole('Rises with each change.'),
  }),

  TokenUpdate: {
    type: 'object',
    description: 'A token; members that are absent become null.',
    properties: tokenSettings,
    required: ['status'],
    additionalProperties: false,
  },

  TokenLine: {
    type: 'object',
    description: 'One token of an import; `status` is Accepted where it is absent.',
    properties: { idTag, ...tokenSettings },
    required: ['idTag'],
    additionalProperties: false,
  },

  TokenPage: pageOf('Token'),

  TokenImport: object('What became of an import.', {
    lines: whole('Lines that held a token, good or bad.'),
    imported: whole('Tokens created or replaced.'),
    rejected: whole('Lines that could not be read as a token; all others are imported.'),
    errors: {
      type: 'array',
      description: 'The first 1000 of the rejected lines.',
      items: object('A rejected line.', { line: whole('Counted from 1.'), message: text('Why.') }),
    },
  }),
} as const satisfies Record<string, Schema>;
