import { energy } from './queries/energy.ts';
import { messages } from './queries/messages.ts';
import { meterSamples } from './queries/meter-samples.ts';
import type { Parameters, PreparedQuery } from './queries/parameters.ts';
import { storage } from './queries/storage.ts';
import { meterSampleTotals, transactionTotals } from './queries/totals.ts';
import { transactions } from './queries/transactions.ts';

/** Every query that other processes may ask for, by its name. */
export const namedQueries: ReadonlyMap<string, (given: Parameters) => PreparedQuery> = new Map([
  ['energy', energy],
  ['messages', messages],
  ['meter-samples', meterSamples],
  ['meter-sample-totals', meterSampleTotals],
  ['storage', storage],
  ['transactions', transactions],
  ['transaction-totals', transactionTotals],
]);
