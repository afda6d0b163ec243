import { answerTimes } from './queries/answer-times.ts';
import { connections } from './queries/connections.ts';
import { doubtfulTransactions } from './queries/doubtful-transactions.ts';
import { energy } from './queries/energy.ts';
import { failedAuthorizations } from './queries/failed-authorizations.ts';
import { errors, faults } from './queries/faults.ts';
import { idle } from './queries/idle.ts';
import { messages } from './queries/messages.ts';
import { meterSamples } from './queries/meter-samples.ts';
import type { Parameters, PreparedQuery } from './queries/parameters.ts';
import { power } from './queries/power.ts';
import { securityEvents } from './queries/security-events.ts';
import { sessions } from './queries/sessions.ts';
import { storage } from './queries/storage.ts';
import { meterSampleTotals, transactionTotals } from './queries/totals.ts';
import { transactionDigests } from './queries/transaction-digests.ts';
import { transactionReadings } from './queries/transaction-readings.ts';
import { transactions } from './queries/transactions.ts';
import { uptime } from './queries/uptime.ts';
import { utilisation } from './queries/utilisation.ts';

/** Every query that other processes may ask for, by its name. */
export const namedQueries: ReadonlyMap<string, (given: Parameters) => PreparedQuery> = new Map([
  ['answer-times', answerTimes],
  ['connections', connections],
  ['doubtful-transactions', doubtfulTransactions],
  ['energy', energy],
  ['errors', errors],
  ['failed-authorizations', failedAuthorizations],
  ['faults', faults],
  ['idle', idle],
  ['messages', messages],
  ['meter-samples', meterSamples],
  ['meter-sample-totals', meterSampleTotals],
  ['power', power],
  ['security-events', securityEvents],
  ['sessions', sessions],
  ['storage', storage],
  ['transaction-digests', transactionDigests],
  ['transaction-readings', transactionReadings],
  ['transactions', transactions],
  ['transaction-totals', transactionTotals],
  ['uptime', uptime],
  ['utilisation', utilisation],
]);
