import type { TableName } from '../../records/table.ts';

/** How often it is told, ms. */
const EVERY_MS = 5000;

export interface CopyProgressOptions {
  readonly tables: number;
  /** Rows of all tables, and how often each is gone through. */
  readonly rows: number;
  readonly passes: number;
  readonly say: (text: string) => void;
  readonly every?: number;
}

/** Tells how far a copy is, from time to time. */
export class CopyProgress {
  private readonly options: CopyProgressOptions;
  private readonly began = performance.now();
  private toldAt = performance.now();
  private gone = 0;
  private table = 0;
  private ofTable = 0;

  constructor(options: CopyProgressOptions) {
    this.options = options;
  }

  /** A pass through a table begins. */
  begin(): void {
    this.table = (this.table % this.options.tables) + 1;
    this.ofTable = 0;
  }

  /** So many rows more were gone through. */
  step(doing: string, table: TableName, rows: number): void {
    this.gone += rows;
    this.ofTable += rows;
    const now = performance.now();
    if (now - this.toldAt < (this.options.every ?? EVERY_MS)) return;
    this.toldAt = now;
    const { tables, say } = this.options;
    say(
      `${doing} ${table} (table ${this.table} of ${tables}): ${this.ofTable.toLocaleString('en')} rows; ${this.left(now)}`,
    );
  }

  private left(now: number): string {
    const { rows, passes } = this.options;
    const all = Math.max(1, rows * passes);
    const share = Math.min(1, this.gone / all);
    const seconds = share === 0 ? 0 : ((now - this.began) / 1000) * (1 / share - 1);
    return `${Math.floor(share * 100)} % done, about ${durationOf(seconds)} left`;
  }
}

function durationOf(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
