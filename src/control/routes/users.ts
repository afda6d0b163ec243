import type { FastifyInstance } from 'fastify';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { Scope } from '../../store/sight.ts';
import type { Store } from '../../store/store.ts';
import type { UserRecord } from '../../store/users.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { apiError } from '../errors.ts';
import { instant } from '../instant.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { USER_NAME } from '../openapi/user-schemas.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { expectedVersion } from '../preconditions.ts';
import { addRoute } from '../route.ts';
import { MOST_USERS, type UserAccounts, type UserBody } from '../users.ts';

const tag = 'Access';
const path = '/api/v1/users/{name}';
const role = 'admin';
const params = {
  name: {
    type: 'string',
    minLength: 1,
    maxLength: 64,
    pattern: USER_NAME,
    description: 'Name of the user. Upper and lower case make no difference.',
  },
};
const example = {
  name: 'anna',
  displayName: 'Anna Ampère',
  role: 'operator',
  scope: { groups: ['Depot north'], sites: [] },
  enabled: true,
  provider: null,
  passwordKind: 'one-time',
  passwordSetAt: '2026-03-01T12:00:00.000Z',
  createdAt: '2026-03-01T12:00:00.000Z',
  createdBy: 'bootstrap',
  lastLogInAt: null,
  version: 4,
};

const list: Operation = {
  id: 'listUsers',
  method: 'GET',
  path: '/api/v1/users',
  tag,
  scope: 'refused',
  summary: 'List users',
  description: 'In the order of their names.',
  role,
  query: {
    text: { type: 'string', description: 'Only those whose name or display name contains it.' },
    ...pageQuery,
  },
  responses: { 200: json('A page of users.', ref('UserPage'), { items: [example], next: null }) },
};

const get: Operation = {
  id: 'getUser',
  versioned: true,
  method: 'GET',
  path,
  tag,
  scope: 'refused',
  summary: 'Get a user',
  role,
  params,
  responses: { 200: json('The user.', ref('User'), example) },
  errors: ['unknown_user'],
};

const create: Operation = {
  id: 'createUser',
  method: 'POST',
  path: '/api/v1/users',
  tag,
  scope: 'refused',
  summary: 'Create a user',
  description:
    'Without a `password` Farad makes up one. Either is good for one log-in, which has to choose another one, and for a week. ' +
    `At most ${MOST_USERS} users.`,
  role,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('NewUser'),
        examples: { operator: { name: 'anna', displayName: 'Anna Ampère', role: 'operator' } },
      },
    },
  },
  responses: {
    201: json(
      'The user, with the password where Farad made it up: it is shown this once.',
      ref('UserWithPassword'),
      {
        ...example,
        oneTimePassword: '…',
      },
    ),
  },
  errors: ['user_exists', 'too_many_users', 'weak_password', 'busy'],
  secretMembers: ['password'],
};

const change: Operation = {
  id: 'putUser',
  versioned: true,
  method: 'PUT',
  path,
  tag,
  scope: 'refused',
  summary: 'Change a user',
  description:
    'A role and a scope hold at once, also for whoever is logged in. To disable a user ends all log-ins of the user, for good.',
  role,
  params,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('UserUpdate'),
        examples: { disabled: { displayName: 'Anna Ampère', role: 'operator', scope: null, enabled: false } },
      },
    },
  },
  responses: { 200: json('The user as changed.', ref('User'), { ...example, version: 5 }) },
  errors: ['unknown_user'],
};

const remove: Operation = {
  id: 'deleteUser',
  versioned: true,
  method: 'DELETE',
  path,
  tag,
  scope: 'refused',
  summary: 'Delete a user',
  description: 'All log-ins of the user end. The audit trail keeps the name.',
  role,
  params,
  responses: { 204: { description: 'The user is gone.' } },
  errors: ['unknown_user'],
};

const setPassword: Operation = {
  id: 'setUserPassword',
  versioned: true,
  method: 'PUT',
  path: `${path}/password`,
  tag,
  scope: 'refused',
  summary: 'Give a user a password',
  description:
    'Ends all log-ins of the user. Without a `password` Farad makes up one; that one, and any with `oneTime`, is good for one log-in, which has to choose another one, and for a week.',
  role,
  params,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('NewPassword'),
        examples: { madeUp: {}, forLater: { oneTime: true } },
      },
    },
  },
  responses: {
    200: json(
      'The user, with the password where Farad made it up: it is shown this once.',
      ref('UserWithPassword'),
      {
        ...example,
        oneTimePassword: '…',
      },
    ),
  },
  errors: ['unknown_user', 'user_of_provider', 'weak_password', 'busy'],
  secretMembers: ['password'],
};

interface OfUser {
  Params: { name: string };
}

interface NewUserBody {
  readonly name: string;
  readonly role: UserBody['role'];
  readonly displayName?: string | null;
  readonly scope?: Scope | null;
  readonly enabled?: boolean;
  readonly password?: string;
}

export function addUserRoutes(app: FastifyInstance, { users }: Store, accounts: UserAccounts): void {
  addRoute<{ Querystring: PageQuery & { text?: string } }>(app, list, ({ query }) => {
    const { cursor, limit, text } = query;
    const after = readCursor('users', cursor);
    const { items, next } = users.list({
      limit,
      ...(after !== undefined && { after }),
      ...(text !== undefined && { search: text }),
    });
    return { items: items.map(view), next: next === undefined ? null : writeCursor('users', next) };
  });

  addRoute<OfUser>(app, get, ({ params: { name } }) => {
    const user = users.get(name);
    if (!user) throw apiError('unknown_user', { name });
    return view(user);
  });

  addRoute<{ Body: NewUserBody }>(app, create, async ({ body, principal }, reply) => {
    const { displayName = null, scope = null, enabled = true, password, ...rest } = body;
    const user = { ...rest, displayName, scope, enabled };
    const made = await accounts.create(user, password, principal?.id ?? '');
    return reply.code(201).send({ ...view(made.user), oneTimePassword: made.oneTimePassword });
  });

  addRoute<OfUser & { Body: UserBody }>(app, change, async (request) => {
    const { name } = request.params;
    const user = await accounts.change(name, request.body, expectedVersion(request));
    if (!user) throw apiError('unknown_user', { name });
    return view(user);
  });

  addRoute<OfUser>(app, remove, async (request, reply) => {
    const { name } = request.params;
    if (!(await users.remove(name, expectedVersion(request)))) throw apiError('unknown_user', { name });
    return reply.code(204).send();
  });

  addRoute<OfUser & { Body: { password?: string; oneTime?: boolean } }>(app, setPassword, async (request) => {
    const { name } = request.params;
    const { password, oneTime = true } = request.body;
    const made = await accounts.setPassword(name, password, oneTime, expectedVersion(request));
    if (!made) throw apiError('unknown_user', { name });
    return { ...view(made.user), oneTimePassword: made.oneTimePassword };
  });
}

function view({ name, displayName, role: of, isEnabled, password, ...user }: UserRecord) {
  return {
    name,
    displayName: displayName ?? null,
    role: of,
    scope: user.scope ?? null,
    enabled: isEnabled,
    provider: user.identity?.issuer ?? null,
    passwordKind: password === undefined ? 'none' : password.isOneTime ? 'one-time' : 'chosen',
    passwordSetAt: instant(password?.setAt),
    createdAt: writeTimestamp(user.createdAt),
    createdBy: user.createdBy,
    lastLogInAt: instant(user.lastLogInAt),
    version: user.version,
  };
}
