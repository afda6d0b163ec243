import type { MeterSampleTotals } from '../src/simulator/recorder.ts';

const COLUMNS = [
  'samples',
  'sampleSum',
  'firstSampleAt',
  'lastSampleAt',
  'repeatedSamples',
  'started',
  'stopped',
  'energyWh',
] as const;
type Column = (typeof COLUMNS)[number];

/** The columns of a ledger, as they travel between processes; one number per charge point. */
export type LedgerColumns = Readonly<Record<Column, Float64Array>>;

/**
 * What the Central System has confirmed, per charge point: a confirmation means that it owns the record
 * (obligation E20). Times are epoch ms, 0 where there is none.
 */
export class Ledger {
  readonly columns: LedgerColumns;

  constructor(chargePoints: number) {
    this.columns = Object.fromEntries(
      COLUMNS.map((name) => [name, new Float64Array(chargePoints)]),
    ) as LedgerColumns;
  }

  confirmSamples(chargePoint: number, { count, sum, firstAt, lastAt }: MeterSampleTotals): void {
    const { samples, sampleSum, firstSampleAt, lastSampleAt } = this.columns;
    const first = firstSampleAt[chargePoint] as number;
    add(samples, chargePoint, count);
    add(sampleSum, chargePoint, sum);
    if (first === 0 || firstAt < first) firstSampleAt[chargePoint] = firstAt;
    if (lastAt > (lastSampleAt[chargePoint] as number)) lastSampleAt[chargePoint] = lastAt;
  }

  repeatSamples(chargePoint: number, count: number): void {
    add(this.columns.repeatedSamples, chargePoint, count);
  }

  startTransaction(chargePoint: number): void {
    add(this.columns.started, chargePoint, 1);
  }

  stopTransaction(chargePoint: number, energyWh: number): void {
    add(this.columns.stopped, chargePoint, 1);
    add(this.columns.energyWh, chargePoint, energyWh);
  }
}

/** What was confirmed to one charge point. */
export interface Confirmed extends Readonly<Record<Column, number>> {
  readonly chargePointId: string;
}

/** One row per charge point; `identity` names the one at a place. */
export function ledgerRows(columns: LedgerColumns, identity: (place: number) => string): Confirmed[] {
  return Array.from(columns.samples, (_, place) => {
    const row = Object.fromEntries(COLUMNS.map((name) => [name, columns[name][place] as number]));
    return { chargePointId: identity(place), ...row } as Confirmed;
  });
}

function add(column: Float64Array, place: number, amount: number): void {
  column[place] = (column[place] as number) + amount;
}
