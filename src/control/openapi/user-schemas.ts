import { MAX_PASSWORD, MIN_PASSWORD } from '../passwords.ts';
import { roles } from '../roles.ts';
import type { Schema } from './operation.ts';
import { list, maybe, object, PRINTED, pageOf, text, time, whole } from './shapes.ts';

/** Of users and of API keys: what stands in an address and in the audit trail as it is. */
export const USER_NAME = '^[A-Za-z0-9._@-]+$';

const name = text('Name of the user.', { minLength: 1, maxLength: 64, pattern: USER_NAME });
const displayName = maybe(
  text('As other people call the user.', { minLength: 1, maxLength: 100, pattern: PRINTED }),
);
const role: Schema = { type: 'string', enum: roles, description: 'What the user may do.' };
/** Of users and of keys. */
export const scope: Schema = maybe(
  object('The part of the charge points that may be seen and commanded: those of these groups and sites.', {
    groups: list(
      text('Group of charge points.', { minLength: 1, maxLength: 200, pattern: PRINTED }),
      undefined,
      {
        maxItems: 100,
      },
    ),
    sites: list(text('Id of a site.', { minLength: 1, maxLength: 255, pattern: PRINTED }), undefined, {
      maxItems: 100,
    }),
  }),
);
const enabled: Schema = { type: 'boolean', description: 'Whether the user may log in.' };
const password = text('At least twelve characters, without the name.', {
  minLength: MIN_PASSWORD,
  maxLength: MAX_PASSWORD,
  writeOnly: true,
});

const user = {
  name,
  displayName,
  role,
  scope,
  enabled,
  provider: maybe(
    text('Issuer of the OpenID provider that vouches for the user, and gives role and scope at each log-in.'),
  ),
  passwordKind: {
    type: 'string',
    enum: ['chosen', 'one-time', 'none'],
    description: '`one-time`: the user has to choose another one with it.',
  },
  passwordSetAt: maybe(time('When the user got the present password.')),
  createdAt: time('When the user was created.'),
  createdBy: text('Who created it: a user or an API key; empty: the first log-in by the OpenID provider.'),
  lastLogInAt: maybe(time('When the user logged in last; null: never.')),
  version: whole('Rises with each change.'),
} as const satisfies Record<string, Schema>;

/** People who log in under a name. */
export const userSchemas = {
  User: object('Somebody who logs in under a name.', user),
  UserPage: pageOf('User'),
  NewUser: object('A user to be.', { name, displayName, role, scope, enabled, password }, [
    'displayName',
    'scope',
    'enabled',
    'password',
  ]),
  UserUpdate: object('What a user is changed to.', { displayName, role, scope, enabled }),
  UserWithPassword: object('A user with a new password.', {
    ...user,
    oneTimePassword: maybe(text('The password that Farad made up. It is shown this once.')),
  }),
  NewPassword: object(
    'A password for a user.',
    { password, oneTime: { type: 'boolean', description: 'Absent: true.' } },
    ['password', 'oneTime'],
  ),
  OwnPassword: object('A password that somebody chooses.', {
    password: text('The present one.', { minLength: 1, maxLength: MAX_PASSWORD, writeOnly: true }),
    newPassword: password,
  }),
} as const satisfies Record<string, Schema>;
