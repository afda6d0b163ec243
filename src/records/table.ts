/**
 * How a ClickHouse table looks to the code that writes its rows: columns in order, and a row as one line of
 * JSONCompactEachRow. What travels through the journal or the outbox is such a line, so that no process after
 * the writer has to parse a row again; only meter samples and the message log, which are most of it, are
 * packed closer (`SampleBuffer`, `ExchangeBuffer`).
 */

/** What a column holds: times are epoch milliseconds, a number that is not finite becomes NULL. */
export type Cell = string | number | null | readonly string[] | readonly number[];

export interface Column<Row> {
  readonly name: string;
  /** ClickHouse type, as in the migrations. */
  readonly type: string;
  readonly value: (row: Row) => Cell;
}

export interface Table<Row = never> {
  readonly name: TableName;
  /** Stable number of the table inside chunks on disk; never reused. */
  readonly id: number;
  readonly columns: readonly Column<Row>[];
}

export type TableName =
  | 'meter_samples'
  | 'transactions'
  | 'authorizations'
  | 'connector_status'
  | 'connections'
  | 'messages'
  | 'reservations'
  | 'rejected_rows'
  | 'charge_points'
  | 'energy_days'
  | 'energy_fleet_days'
  | 'transaction_energy'
  | 'transaction_closures'
  | 'transaction_corrections'
  | 'security_events';

/** One row as a line of JSONCompactEachRow, without the line end. */
export function encodeRow<Row>(table: Table<Row>, row: Row): string {
  let line = '[';
  for (let index = 0; index < table.columns.length; index++) {
    const column = table.columns[index] as Column<Row>;
    if (index > 0) line += ',';
    line += encodeCell(column.value(row));
  }
  return `${line}]`;
}

/** A cell as JSON: well-formed text (lone surrogates replaced), finite numbers, NULL for anything else. */
export function encodeCell(cell: Cell): string {
  if (cell === null) return 'null';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : 'null';
  if (typeof cell === 'string') return JSON.stringify(cell.isWellFormed() ? cell : cell.toWellFormed());
  return `[${cell.map(encodeCell).join(',')}]`;
}
