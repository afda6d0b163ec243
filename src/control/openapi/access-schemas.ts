import { MAX_PASSWORD } from '../passwords.ts';
import { roles } from '../roles.ts';
import type { Schema } from './operation.ts';
import { maybe, object, pageOf, text, time, whole } from './shapes.ts';
import { scope, USER_NAME } from './user-schemas.ts';

const role: Schema = { type: 'string', enum: roles, description: 'What the key may do.' };
const id = text('Name of the key.', { minLength: 1, maxLength: 64, pattern: USER_NAME });
const kind: Schema = {
  type: 'string',
  enum: ['key', 'user'],
  description: 'Whether it is an API key or a user.',
};
const note = maybe(text('Whatever operators want to remember.', { maxLength: 2000 }));

const apiKey = {
  id,
  role,
  scope,
  note,
  createdAt: time('When it was created.'),
  createdBy: maybe(text('Who created it: a user or an API key.')),
  expiresAt: maybe(time('When it is refused from; null: never.')),
  lastUsedAt: maybe(
    time('When it was used last, by itself or by a log-in with it; null: never. To about a minute.'),
  ),
};

/** Who may use the API, and what they did. */
export const accessSchemas = {
  LogIn: object(
    'A log-in: with an API key, or with the name and the password of a user.',
    {
      key: text('An API key.', { minLength: 1, maxLength: 500, writeOnly: true }),
      name: text('Name of a user.', { minLength: 1, maxLength: 64 }),
      password: text('The password of the user.', { minLength: 1, maxLength: MAX_PASSWORD, writeOnly: true }),
    },
    ['key', 'name', 'password'],
  ),
  LogInMethods: object('How people may log in.', {
    oidc: maybe(object('By an OpenID provider.', { label: text('What it is called.') })),
  }),
  LogOut: object('A log-out that goes on elsewhere.', {
    next: text('Where the browser logs out of the OpenID provider.'),
  }),
  Session: object('The holder of a key or cookie.', {
    kind,
    id: text('Name of the key or the user.'),
    displayName: maybe(text('As other people call the user; null with a key.')),
    role,
    scope,
    hasPassword: {
      type: 'boolean',
      description: 'Whether it is a user with a password of Farad, who may choose another one.',
    },
    owesPassword: {
      type: 'boolean',
      description:
        'Whether the user logged in with a one-time password: nothing is answered before another one is chosen.',
    },
    expiresAt: maybe(time('When the log-in ends; null with a key.')),
    timezone: maybe(text('Where days of reports begin (`fleet.timezone`); null where none is set.')),
  }),
  ApiKey: object('An API key, without the key itself.', apiKey),
  NewApiKey: object(
    'An API key to be.',
    { id, role, scope, note, expiresAt: maybe(time('When it is refused from. Absent or null: never.')) },
    ['scope', 'note', 'expiresAt'],
  ),
  CreatedApiKey: object('A new API key.', { ...apiKey, key: text('The key. It is shown this once.') }),
  ApiKeyPage: pageOf('ApiKey'),
  ConsoleSession: object('A log-in of the console.', {
    id: text('For ending it.'),
    kind,
    holder: text('Name of the key or the user that logged in.'),
    role,
    createdAt: time('When it was made.'),
    expiresAt: time('When it ends by itself.'),
    lastSeenAt: maybe(time('When it was used last; null: not since Farad was started.')),
    remoteAddress: maybe(text('Where the log-in came from.')),
    userAgent: maybe(text('What the browser calls itself.')),
    current: { type: 'boolean', description: 'Whether it is that of this request.' },
  }),
  ConsoleSessionPage: pageOf('ConsoleSession'),
  AuditEntry: object('Something that was done or tried.', {
    seq: whole('Rises by one with each entry.'),
    at: time('When the request came.'),
    actor: text(
      'User, or key that was used; empty for a log-in that failed, and for what Farad does by itself.',
    ),
    role: text('Its role then.'),
    via: {
      type: 'string',
      enum: ['key', 'session', 'none', 'farad'],
      description: 'How the actor showed who it is; `farad`: nobody asked for it but a setting.',
    },
    remoteAddress: text('Where it came from.'),
    operation: text('`operationId` in this description.'),
    target: {
      type: 'object',
      additionalProperties: { type: ['string', 'number', 'boolean'] },
      description: 'Parameters of the path and the query.',
    },
    request: text('The body as JSON, secrets hidden, cut at 4096 characters; empty where there was none.'),
    status: whole('HTTP status of the answer.'),
    outcome: text('Error code, status that a charge point answered, or ok.'),
    durationMs: whole('How long it took.'),
    count: whole('How many alike it stands for, so far.', { minimum: 1 }),
    kind: maybe(kind),
  }),
  AuditPage: pageOf('AuditEntry'),
} as const satisfies Record<string, Schema>;
