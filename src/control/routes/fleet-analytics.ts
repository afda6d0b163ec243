import { json, ref, type Schema } from '../openapi/operation.ts';
import { pagesOf, type Question, range, timezone } from './analytics-question.ts';

const requiredQuery = ['from', 'to'];
const chargePointId: Schema = { type: 'string', maxLength: 255, description: 'Only this charge point.' };
const group: Schema = { type: 'string', maxLength: 200, description: 'Only charge points of this group.' };
const which = { chargePointId, group };
const page = pagesOf(10_000, 100);
const oneOf = (words: readonly string[], description: string): Schema => ({
  type: 'string',
  enum: words,
  default: words[0],
  description,
});

/** Questions about the fleet. */
export const fleetQuestions: readonly Question[] = [
  {
    name: 'sessions',
    id: 'querySessions',
    summary: 'Transactions by hour or day of their start',
    query: {
      ...range,
      interval: oneOf(['day', 'hour'], 'Length of the intervals.'),
      by: oneOf(['total', 'chargePoint', 'tag'], 'What each row is about.'),
      timezone,
      ...which,
      ...pagesOf(10_000, 1000),
    },
    requiredQuery,
    answer: json('Intervals in which none began are left out.', ref('SessionRows')),
  },
  {
    name: 'utilisation',
    id: 'queryUtilisation',
    summary: 'Utilisation by hour of the day',
    description:
      'How much of the time connectors are taken by a transaction. Connectors are counted as they are known now. By date it is a heat map of hours and days.',
    query: {
      ...range,
      by: oneOf(['weekday', 'date'], 'What hours of the day are grouped by.'),
      timezone,
      ...which,
    },
    requiredQuery,
    answer: json('One row per weekday or date and hour that the asked time touches.', ref('UtilisationRows')),
  },
  {
    name: 'uptime',
    id: 'queryUptime',
    summary: 'Time connected, by charge point or group',
    query: { ...range, by: oneOf(['chargePoint', 'group'], 'What each row is about.'), ...which, ...page },
    requiredQuery,
    answer: json('Charge points that never connected are left out.', ref('UptimeRows')),
  },
  {
    name: 'connections',
    id: 'queryConnections',
    summary: 'Connections that opened, closed or were refused, with the reason',
    query: {
      ...range,
      event: { type: 'string', enum: ['opened', 'closed', 'refused'], description: 'Only these.' },
      ...which,
      ...page,
    },
    requiredQuery: ['from'],
    answer: json('Newest first.', ref('ConnectionRows')),
  },
  {
    name: 'power',
    id: 'queryPower',
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
    answer: json('Steps without samples are left out.', ref('PowerRows')),
    errors: ['unknown_site'],
  },
  {
    name: 'idle',
    id: 'queryIdle',
    summary: 'Idle time after charging',
    description:
      'Of transactions that began in the asked time and are over, and that have readings of the energy register.',
    query: { ...range, ...which, ...page },
    requiredQuery,
    answer: json('Longest first.', ref('IdleRows')),
  },
  {
    name: 'failed-authorizations',
    id: 'queryFailedAuthorizations',
    summary: 'Authorizations that were refused',
    query: {
      ...range,
      by: oneOf(['tag', 'chargePoint', 'none'], 'What each row is about.'),
      ...which,
      ...page,
    },
    requiredQuery,
    answer: json('Most frequent first.', ref('FailedAuthorizationRows')),
  },
  {
    name: 'faults',
    id: 'queryFaults',
    summary: 'Faults of connectors',
    description: 'From the first report of an error to the next report without one.',
    query: {
      ...range,
      ...which,
      errorCode: { type: 'string', maxLength: 50, description: 'Only this one, for example GroundFailure.' },
      ...page,
    },
    requiredQuery,
    answer: json('Latest first.', ref('FaultRows')),
  },
  {
    name: 'errors',
    id: 'queryErrors',
    summary: 'Errors by vendor, model and firmware',
    query: {
      ...range,
      by: oneOf(['model', 'vendor', 'firmware'], 'How finely charge points are grouped.'),
      ...which,
      ...page,
    },
    requiredQuery,
    answer: json('Most frequent first.', ref('ErrorRows')),
  },
  {
    name: 'answer-times',
    id: 'queryAnswerTimes',
    summary: 'How long answers of Farad took',
    description:
      'Out of the message log, so to the millisecond and only for actions that are in it. The metrics are finer.',
    query: {
      ...range,
      action: { type: 'string', maxLength: 50, default: 'Authorize', description: 'Of this action.' },
      ...which,
    },
    requiredQuery,
    answer: json('Hours without answers are left out.', ref('AnswerTimeRows')),
  },
  {
    name: 'messages',
    id: 'searchMessages',
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
      ...pagesOf(1000, 100),
    },
    requiredQuery: ['from'],
    answer: json('The messages.', ref('MessageRows')),
  },
];
