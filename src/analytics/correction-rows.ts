import { setImmediate as nextTurn } from 'node:timers/promises';
import { correctedEnergy } from '../energy/corrected-energy.ts';
import { encodeRow } from '../records/table.ts';
import { type TransactionCorrectionRow, transactionCorrections } from '../records/transaction-corrections.ts';
import type { Store } from '../store/store.ts';
import type { TransactionCorrection } from '../store/transaction-corrections.ts';
import type { Engine } from './engine.ts';

type Stored = Omit<TransactionCorrectionRow, 'transactionId' | 'removed' | 'receivedAt'>;

const READ_AT_ONCE = 500;
const ROWS_PER_INSERT = 5000;

/**
 * Keeps the table transaction_corrections up with the operational store: a row for each correction that is
 * new, comes to something else, or was taken back.
 */
export class CorrectionRows {
  private readonly engine: Engine;
  private readonly store: Pick<Store, 'transactionCorrections' | 'transactions' | 'refresh'>;
  private readonly clock: () => number;
  /** By transaction, as ClickHouse has them; undefined before the first look. */
  private stored: Map<number, Stored> | undefined;
  private newest = 0;

  constructor(engine: Engine, store: CorrectionRows['store'], clock: () => number = Date.now) {
    this.engine = engine;
    this.store = store;
    this.clock = clock;
  }

  /**
   * One look at all corrections; returns how many rows it inserted. Throws EngineError; then the next look
   * makes up for it.
   */
  async update(): Promise<number> {
    try {
      this.stored ??= await this.read();
      const rows = await this.changes(this.stored);
      for (let first = 0; first < rows.length; first += ROWS_PER_INSERT) {
        await this.insert(rows.slice(first, first + ROWS_PER_INSERT), this.stored);
      }
      return rows.length;
    } catch (error) {
      this.stored = undefined; // what became of the insert is unknown
      throw error;
    }
  }

  private async changes(stored: ReadonlyMap<number, Stored>): Promise<TransactionCorrectionRow[]> {
    const gone = new Map(stored);
    const rows: TransactionCorrectionRow[] = [];
    // A row always counts more than the one before it, also where the clock was set back.
    const receivedAt = Math.max(this.clock(), this.newest + 1);
    for (let last = 0; ; ) {
      this.store.refresh();
      const some = this.store.transactionCorrections.after(last, READ_AT_ONCE);
      for (const correction of some) {
        const { transactionId } = correction;
        const known = stored.get(transactionId);
        const content = this.contentOf(correction, known);
        gone.delete(transactionId);
        if (textOf(content) !== (known && textOf(known))) {
          rows.push({ transactionId, ...content, removed: false, receivedAt });
        }
      }
      last = some.at(-1)?.transactionId ?? last;
      if (some.length < READ_AT_ONCE) break;
      await nextTurn();
    }
    for (const [transactionId, content] of gone)
      rows.push({ transactionId, ...content, removed: true, receivedAt });
    this.newest = receivedAt;
    return rows;
  }

  /** What a transaction that has left the operational store comes to is what it came to before. */
  private contentOf(correction: TransactionCorrection, known: Stored | undefined): Stored {
    const { transactionId, chargePointId, energyWh, meterStart, meterStop, note, by, at } = correction;
    const transaction = this.store.transactions.get(transactionId);
    const said = energyWh ?? (meterStart === null || meterStop === null ? null : meterStop - meterStart);
    const before = known?.at === at ? known.correctedWh : null;
    const correctedWh = transaction ? correctedEnergy(transaction, correction) : (said ?? before);
    return { chargePointId, correctedWh, note, by, at };
  }

  private async insert(
    rows: readonly TransactionCorrectionRow[],
    stored: Map<number, Stored>,
  ): Promise<void> {
    const lines = Buffer.from(rows.map((row) => `${encodeRow(transactionCorrections, row)}\n`).join(''));
    const token = `corrections:${this.newest}:${rows[0]?.transactionId}`;
    await this.engine.insert({ table: 'transaction_corrections', lines, token });
    for (const { transactionId, removed, receivedAt: _, ...content } of rows) {
      if (removed) stored.delete(transactionId);
      else stored.set(transactionId, content);
    }
  }

  private async read(): Promise<Map<number, Stored>> {
    const rows = await this.engine.query<
      Stored & { transactionId: number; removed: number; noticedAt: number }
    >(`
SELECT transaction_id AS transactionId, charge_point_id AS chargePointId, corrected_wh AS correctedWh, note, corrected_by AS \`by\`,
  toUnixTimestamp64Milli(corrected_at) AS at, removed, toUnixTimestamp64Milli(received_at) AS noticedAt
FROM transaction_corrections FINAL`);
    const stored = new Map<number, Stored>();
    for (const { transactionId, removed, noticedAt, ...content } of rows) {
      this.newest = Math.max(this.newest, noticedAt);
      if (removed === 0) stored.set(transactionId, content);
    }
    return stored;
  }
}

function textOf({ chargePointId, correctedWh, note, by, at }: Stored): string {
  return JSON.stringify([chargePointId, correctedWh, note, by, at]);
}
