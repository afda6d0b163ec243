import type { Environment } from '../journal/environment.ts';
import { startKey, stopKey, TRANSACTION_LAYOUTS, type TransactionRecord } from './transaction-record.ts';

/** Flags of a register that was not read, after the name of its member. */
const UNREAD = ['missing', 'unreadable', 'out-of-range'];

/**
 * Takes back the numbers that stood for registers which could not be read: 0 for a meterStart, the meterStart
 * for a meterStop, and the meterStop for the start of a stop without a transaction. What is found by its
 * registers is found by what holds now.
 */
export function forgetInventedRegisters(environment: Environment): void {
  const records = environment.records('transactions', TRANSACTION_LAYOUTS);
  const byStart = environment.records<number>('transactions-by-start');
  const byStop = environment.records<number>('transactions-by-stop');
  for (const { key, value: record } of [...records.getRange({})]) {
    const read = withReadRegisters(record);
    if (read === undefined) continue;
    const id = record.transactionId;
    if (byStart.get(startKey(record)) === id) {
      byStart.remove(startKey(record));
      byStart.put(startKey(read), id);
    }
    if (record.reportedId !== null) {
      byStop.remove(stopKey(record));
      byStop.put(stopKey(read), id);
    }
    records.put(key, read);
  }
}

/** Undefined where the registers are as they were reported. */
function withReadRegisters(record: TransactionRecord): TransactionRecord | undefined {
  const meterStart =
    record.state === 'unmatched' || isUnread('meter-start', record) ? null : record.meterStart;
  const meterStop = isUnread('meter-stop', record) ? null : record.meterStop;
  const isSame = meterStart === record.meterStart && meterStop === record.meterStop;
  return isSame ? undefined : { ...record, meterStart, meterStop };
}

function isUnread(register: 'meter-start' | 'meter-stop', { flags }: TransactionRecord): boolean {
  return UNREAD.some((oddity) => flags.includes(`${register}-${oddity}`));
}
