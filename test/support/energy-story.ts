import type { EnergyReading, Piece } from '../../src/energy/reading.ts';
import type { TransactionRegisters } from '../../src/energy/transaction-energy.ts';

/** A time of one day, `HH:MM`, as epoch ms. */
export function at(time: string): number {
  return Date.parse(`2026-11-29T${time}:00Z`);
}

type Register = readonly [wh: number | null, time: string];

/** Transaction 1, open where there is no `stop`. */
export function transaction({
  start,
  stop,
  ...rest
}: { start: Register; stop?: Register } & Partial<TransactionRegisters>): TransactionRegisters {
  return {
    transactionId: 1,
    startedAt: at(start[1]),
    meterStart: start[0],
    stoppedAt: stop ? at(stop[1]) : null,
    meterStop: stop ? stop[0] : null,
    state: stop ? 'stopped' : 'open',
    stopReason: stop ? 'Local' : '',
    flags: [],
    ...rest,
  };
}

/** A register of transaction 1 in Wh over all phases, unless `change` says more. */
export function reading(wh: number, time: string, change: Partial<EnergyReading> = {}): EnergyReading {
  return {
    at: at(time),
    measurand: 'register',
    wh,
    coarse: false,
    context: 'Sample.Periodic',
    phase: '',
    location: 'Outlet',
    transactionId: 1,
    ...change,
  };
}

export function sum(pieces: readonly Piece[]): number {
  return pieces.reduce((total, { wh }) => total + wh, 0);
}
