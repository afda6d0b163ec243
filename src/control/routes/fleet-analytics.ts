import type { ErrorCode } from '../errors.ts';
import { json, type Operation, ref, type Schema } from '../openapi/operation.ts';

const tag = 'Analytics';
const errors: readonly ErrorCode[] = ['bad_parameter', 'time_limit', 'engine_unavailable', 'busy'];

const from: Schema = { type: 'string', format: 'date-time', description: 'At this time or later.' };
const to: Schema = { type: 'string', format: 'date-time', description: 'Before this time.' };
const range = { from, to };
const requiredQuery = ['from', 'to'];
const chargePointId: Schema = { type: 'string', maxLength: 255, description: 'Only this charge point.' };
const group: Schema = { type: 'string', maxLength: 200, description: 'Only charge points of this group.' };
const which = { chargePointId, group };
const timezone: Schema = {
  type: 'string',
  default: 'UTC',
  description: 'IANA name of the time zone in which hours and days begin, for example Europe/Berlin.',
};
const offset: Schema = {
  type: 'integer',
  minimum: 0,
  maximum: 10_000_000,
  default: 0,
  description: 'How many rows to leave out at the beginning.',
};
const limitTo = (maximum: number, byDefault: number): Schema => ({
  type: 'integer',
  minimum: 1,
  maximum,
  default: byDefault,
  description: 'Most rows of the answer.',
});
const page = { limit: limitTo(10_000, 100), offset };
const oneOf = (words: readonly string[], description: string): Schema => ({
  type: 'string',
  enum: words,
  default: words[0],
  description,
});

const sessions: Operation = {
  id: 'querySessions',
  method: 'GET',
  path: '/api/v1/analytics/sessions',
  tag,
  summary: 'Transactions by hour or day of their start',
  query: {
    ...range,
    interval: oneOf(['day', 'hour'], 'Length of the intervals.'),
    by: oneOf(['total', 'chargePoint', 'tag'], 'What each row is about.'),
    timezone,
    ...which,
    limit: limitTo(10_000, 1000),
    offset,
  },
  requiredQuery,
  responses: { 200: json('Intervals in which none began are left out.', ref('SessionRows')) },
  errors,
};

const utilisation: Operation = {
  id: 'queryUtilisation',
  method: 'GET',
  path: '/api/v1/analytics/utilisation',
  tag,
  summary: 'Utilisation by hour of the day',
  description:
    'How much of the time connectors are taken by a transaction. Connectors are counted as they are known now. By date it is a heat map of hours and days.',
  query: {
    ...range,
    by: oneOf(['weekday', 'date'], 'What hours of the day are told apart by.'),
    timezone,
    ...which,
  },
  requiredQuery,
  responses: {
    200: json('One row per weekday or date and hour that the asked time touches.', ref('UtilisationRows')),
  },
  errors,
};

const uptime: Operation = {
  id: 'queryUptime',
  method: 'GET',
  path: '/api/v1/analytics/uptime',
  tag,
  summary: 'Time connected, by charge point or group',
  query: { ...range, by: oneOf(['chargePoint', 'group'], 'What each row is about.'), ...which, ...page },
  requiredQuery,
  responses: { 200: json('Charge points that never connected are left out.', ref('UptimeRows')) },
  errors,
};

const connections: Operation = {
  id: 'queryConnections',
  method: 'GET',
  path: '/api/v1/analytics/connections',
  tag,
  summary: 'Connections that opened, closed or were refused, with the reason',
  query: {
    ...range,
    event: { type: 'string', enum: ['opened', 'closed', 'refused'], description: 'Only these.' },
    ...which,
    ...page,
  },
  requiredQuery: ['from'],
  responses: { 200: json('Newest first.', ref('ConnectionRows')) },
  errors,
};

const power: Operation = {
  id: 'queryPower',
  method: 'GET',
  path: '/api/v1/analytics/power',
  tag,
  summary: 'Power curve of a connector or a site',
  description:
    'From samples of Power.Active.Import, at most 31 days, cut into steps. Of a site it is the sum over the connectors that share its power, each with what it said last, for ' +
    'a quarter of an hour.',
  query: {
    chargePointId: { type: 'string', maxLength: 255, description: 'Which charge point; or `site`.' },
    site: { type: 'string', maxLength: 255, description: 'Which site, instead of a charge point.' },
    ...range,
    connectorId: { type: 'integer', minimum: 0, description: 'Only this connector.' },
    transactionId: { type: 'integer', minimum: 1, description: 'Only this transaction.' },
    points: { type: 'integer', minimum: 2, maximum: 5000, default: 300, description: 'How many steps.' },
  },
  requiredQuery,
  responses: { 200: json('Steps without samples are left out.', ref('PowerRows')) },
  errors: [...errors, 'unknown_site'],
};

const idle: Operation = {
  id: 'queryIdle',
  method: 'GET',
  path: '/api/v1/analytics/idle',
  tag,
  summary: 'Idle time after charging',
  description:
    'Of transactions that began in the asked time and are over, and that have readings of the energy register.',
  query: { ...range, ...which, ...page },
  requiredQuery,
  responses: { 200: json('Longest first.', ref('IdleRows')) },
  errors,
};

const failedAuthorizations: Operation = {
  id: 'queryFailedAuthorizations',
  method: 'GET',
  path: '/api/v1/analytics/failed-authorizations',
  tag,
  summary: 'Authorizations that were refused',
  query: {
    ...range,
    by: oneOf(['tag', 'chargePoint', 'none'], 'What each row is about.'),
    ...which,
    ...page,
  },
  requiredQuery,
  responses: { 200: json('Most frequent first.', ref('FailedAuthorizationRows')) },
  errors,
};

const faults: Operation = {
  id: 'queryFaults',
  method: 'GET',
  path: '/api/v1/analytics/faults',
  tag,
  summary: 'Faults of connectors',
  description: 'From the first report of an error to the next report without one.',
  query: {
    ...range,
    ...which,
    errorCode: { type: 'string', maxLength: 50, description: 'Only this one, for example GroundFailure.' },
    ...page,
  },
  requiredQuery,
  responses: { 200: json('Latest first.', ref('FaultRows')) },
  errors,
};

const errorsByKind: Operation = {
  id: 'queryErrors',
  method: 'GET',
  path: '/api/v1/analytics/errors',
  tag,
  summary: 'Errors by vendor, model and firmware',
  query: {
    ...range,
    by: oneOf(['model', 'vendor', 'firmware'], 'How finely charge points are told apart.'),
    ...which,
    ...page,
  },
  requiredQuery,
  responses: { 200: json('Most frequent first.', ref('ErrorRows')) },
  errors,
};

const answerTimes: Operation = {
  id: 'queryAnswerTimes',
  method: 'GET',
  path: '/api/v1/analytics/answer-times',
  tag,
  summary: 'How long answers of Farad took',
  description:
    'Out of the message log, so to the millisecond and only for actions that are in it. The metrics are finer.',
  query: {
    ...range,
    action: { type: 'string', maxLength: 50, default: 'Authorize', description: 'Of this action.' },
    ...which,
  },
  requiredQuery,
  responses: { 200: json('Hours without answers are left out.', ref('AnswerTimeRows')) },
  errors,
};

const messages: Operation = {
  id: 'searchMessages',
  method: 'GET',
  path: '/api/v1/analytics/messages',
  tag,
  summary: 'Search the message log',
  description:
    'Of the whole fleet, newest first. What the log leaves out is told by the settings `messageLog.*`.',
  query: {
    ...range,
    ...which,
    action: { type: 'string', maxLength: 50, description: 'Only messages of this action.' },
    direction: {
      type: 'string',
      enum: ['in', 'out'],
      description: 'in: from the charge point; out: from Farad.',
    },
    type: {
      type: 'string',
      enum: ['CALL', 'CALLRESULT', 'CALLERROR', 'unreadable'],
      description: 'Only messages of this kind.',
    },
    messageId: {
      type: 'string',
      maxLength: 255,
      description: 'Only the messages with this id: a CALL and its answer.',
    },
    errorCode: { type: 'string', maxLength: 50, description: 'Only CALLERRORs with this code.' },
    text: {
      type: 'string',
      minLength: 1,
      maxLength: 255,
      description: 'Somewhere in the payload, in any case.',
    },
    limit: limitTo(1000, 100),
    offset: { ...offset, maximum: 1_000_000 },
  },
  requiredQuery: ['from'],
  responses: { 200: json('The messages.', ref('MessageRows')) },
  errors,
};

/** Questions about the fleet: name of the query in analytics, and where it is found. */
export const fleetQueries = [
  ['sessions', sessions],
  ['utilisation', utilisation],
  ['uptime', uptime],
  ['connections', connections],
  ['power', power],
  ['idle', idle],
  ['failed-authorizations', failedAuthorizations],
  ['faults', faults],
  ['errors', errorsByKind],
  ['answer-times', answerTimes],
  ['messages', messages],
] as const satisfies readonly (readonly [string, Operation])[];
