import { seededId } from './fleet.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Its name, the named query, and its parameters. */
export type Question = readonly [name: string, query: string, parameters: Record<string, unknown>];

/** What an operator's overview asks; `now` is when the newest sample came, epoch ms. */
export function questionsAt(now: number): readonly Question[] {
  const to = Math.floor(now / HOUR) * HOUR + HOUR;
  const lastDay = { from: to - DAY, to };
  const lastMonth = { from: to - 30 * DAY, to };
  const one = { ...lastDay, chargePointId: seededId(7) };
  return [
    ['energy of the fleet, 24 hours', 'energy', { ...lastDay, by: 'total', interval: 'hour' }],
    ['energy of the fleet, 30 days', 'energy', { ...lastMonth, by: 'total', interval: 'day' }],
    ['sessions, 24 hours', 'sessions', { ...lastDay, interval: 'hour' }],
    ['utilisation, 24 hours', 'utilisation', lastDay],
    ['utilisation by date, 30 days', 'utilisation', { ...lastMonth, by: 'date' }],
    ['uptime by group, 24 hours', 'uptime', { ...lastDay, by: 'group' }],
    ['uptime of the worst charge points, 24 hours', 'uptime', lastDay],
    ['faults, 24 hours', 'faults', lastDay],
    ['errors by model, 24 hours', 'errors', lastDay],
    ['failed authorizations, 24 hours', 'failed-authorizations', lastDay],
    ['time to answer Authorize, 24 hours', 'answer-times', lastDay],
    ['messages with a text, 24 hours', 'messages', { ...lastDay, text: 'TAG-777"' }],
    ['idle time, 24 hours', 'idle', lastDay],
    ['connections, 30 days', 'connections', lastMonth],
    ['energy of a charge point, 24 hours', 'energy', one],
    ['power curve, 24 hours', 'power', one],
  ];
}
