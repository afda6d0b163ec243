import type { Schema } from './operation.ts';
import { maybe, number, object, PRINTED, pageOf, text, time, whole } from './shapes.ts';

const perPhase: Schema = {
  description: 'For L1, L2 and L3, or one number for each of them.',
  oneOf: [
    { type: 'number', minimum: 0, maximum: 1e7 },
    { type: 'array', items: { type: 'number', minimum: 0, maximum: 1e7 }, minItems: 3, maxItems: 3 },
  ],
};
const shownPerPhase: Schema = {
  type: 'array',
  description: 'For L1, L2 and L3.',
  items: { type: 'number' },
  minItems: 3,
  maxItems: 3,
};
const unit: Schema = { type: 'string', enum: ['A', 'W'], description: 'Per phase in either case.' };
const recurrence: Schema = {
  type: 'string',
  enum: ['none', 'daily', 'weekly'],
  description: 'Whether the schedule begins again every 24 hours or 7 days after its start.',
};
const startSchedule = time('What the periods count from.');
const period = (phases: Schema): Schema =>
  object('From a moment on.', {
    startPeriod: whole('Seconds; the first is 0.', { minimum: 0 }),
    perPhase: phases,
  });

const limit: Schema = {
  description: 'What the group may take; null leaves it to the groups above.',
  oneOf: [
    object('Always the same.', { unit, perPhase }),
    object('By a schedule.', {
      unit,
      startSchedule,
      recurrence,
      periods: { type: 'array', items: period(perPhase), minItems: 1, maxItems: 500 },
    }),
    { type: 'null' },
  ],
};

const groupId = text('Name of the group within its site.', {
  minLength: 1,
  maxLength: 200,
  pattern: PRINTED,
});
const parent = maybe(text('The group that it is part of; null for the whole site.'));
const group = object('A part of the site with a limit of its own.', { id: groupId, parent, limit });

const phases: Schema = {
  type: 'array',
  description:
    'Phases of the site that the connector is wired to, in the order of its own: ["L2", "L3", "L1"] is a rotated one, ["L3"] a single-phase one.',
  items: { type: 'string', enum: ['L1', 'L2', 'L3'] },
  minItems: 1,
  maxItems: 3,
  uniqueItems: true,
};
const member = object('A connector that shares the power of the site.', {
  chargePointId: text('Identity of the charge point.', { minLength: 1, maxLength: 255 }),
  connectorId: whole('Counted from 1.', { minimum: 1 }),
  group: text('The group that it is in.'),
  phases,
  rating: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1000,
    description: 'Most that it can take, A per phase; reserved where it cannot be steered.',
  },
});

const sharing: Schema = {
  type: 'string',
  enum: ['equal', 'wishes'],
  description: 'Everybody the same, or by priority, departure and energy where drivers have stated them.',
};
const minimumCurrent: Schema = {
  type: 'number',
  minimum: 1,
  maximum: 100,
  description: 'A vehicle gets at least this or is paused, A.',
};
const fallbackCurrent: Schema = {
  type: ['number', 'null'],
  minimum: 0,
  maximum: 1000,
  description:
    'What a vehicle may take where Farad has said nothing yet or is gone, A per phase: the TxDefaultProfile of each connector. It is kept free for every connector without a ' +
    'transaction. null: the minimum current where the limits allow that for all at once, else 0.',
};
const voltage: Schema = {
  type: 'number',
  minimum: 50,
  maximum: 1000,
  description: 'V between phase and neutral, for limits and readings in W.',
};
const remoteStop: Schema = {
  type: 'boolean',
  description: 'Ends a transaction that does not obey where what cannot be steered alone exceeds a limit.',
};
const note = maybe(text('Whatever operators want to remember.', { maxLength: 2000 }));
const options = { sharing, minimumCurrent, fallbackCurrent, voltage, remoteStop, note };
const groups: Schema = { type: 'array', items: group, minItems: 1, maxItems: 1000 };
const members: Schema = { type: 'array', items: member, maxItems: 10_000 };

const shownPlanGroup = object('A group now.', {
  id: groupId,
  limit: { ...shownPerPhase, items: { type: ['number', 'null'] }, description: 'A; null where none.' },
  shared: { ...shownPerPhase, description: 'What steered transactions were allowed to take at most, A.' },
  reserved: { ...shownPerPhase, description: 'What is kept for connectors that cannot be steered, A.' },
  measured: { ...shownPerPhase, description: 'What vehicles took by their last meter values, A.' },
});

const shownPlanConnector = object('A connector now. Currents are A per phase.', {
  chargePointId: text('Where.'),
  connectorId: whole('Where.'),
  group: groupId,
  connected: { type: 'boolean', description: 'Whether the charge point is connected.' },
  transactionId: maybe(whole('The transaction that runs.')),
  state: {
    type: 'string',
    enum: ['free', 'waiting', 'charging', 'paused', 'reserved'],
    description:
      'free: no transaction; waiting: it was sent nothing yet; reserved: a transaction that cannot be steered, because the charge point is offline or refuses.',
  },
  share: maybe(number('What the charge point has accepted; 0 is a pause.')),
  ceiling: number('The most that it may be taking now.'),
  measured: maybe(number('By its last meter values.')),
  fallback: maybe(number('The TxDefaultProfile that it has accepted.')),
  since: time('Since when it has been charging or paused.'),
  refused: maybe(text('Why it does not take part.')),
});

/** Sites: connectors that share power. */
export const siteSchemas = {
  Site: object('Connectors that share power, in a tree of groups with limits.', {
    id: text('Name of the site.'),
    ...options,
    groups,
    members,
    version: whole('Rises with each change.'),
  }),
  SiteUpdate: object(
    'A site; what is absent is as it is by default: equal sharing, at least 6 A, 230 V, no remote stop.',
    { ...options, groups, members },
    Object.keys(options),
  ),
  SiteChange: {
    type: 'object',
    description: 'What is to change; `groups` only names those that do, and `members` replaces all of them.',
    properties: {
      ...options,
      groups: {
        type: 'array',
        items: object('A group with a new limit.', { id: groupId, limit }),
        maxItems: 1000,
      },
      members,
    },
    additionalProperties: false,
  },
  SitePage: pageOf('Site'),
  SitePlan: object('What the planner of a site has agreed with its connectors.', {
    siteId: text('Name of the site.'),
    at: time('Now.'),
    groups: { type: 'array', items: shownPlanGroup },
    connectors: { type: 'array', items: shownPlanConnector },
  }),
  ChargingWish: object('What a driver wants.', {
    transactionId: whole('The transaction.'),
    priority: whole('Higher is served earlier and gets more.', { minimum: 0, maximum: 9 }),
    departure: maybe(time('When the vehicle leaves.')),
    energyWh: maybe({ type: 'number', minimum: 0, description: 'Wh from the start of the transaction.' }),
    version: whole('Rises with each change.'),
  }),
  ChargingWishUpdate: object(
    'What a driver wants; absent members are 0 and null.',
    {
      priority: whole('0 to 9.', { minimum: 0, maximum: 9 }),
      departure: maybe(time('When the vehicle leaves.')),
      energyWh: maybe({ type: 'number', minimum: 0, description: 'Wh from the start of the transaction.' }),
    },
    ['priority', 'departure', 'energyWh'],
  ),
} as const satisfies Record<string, Schema>;
