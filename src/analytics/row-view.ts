import type { Chunk } from '../records/chunk.ts';
import type { Table } from '../records/table.ts';

/** Reads one column of a row for people: names in camel case, times as ISO 8601 text. */
interface ColumnView {
  readonly name: string;
  readonly isTime: boolean;
}

/** Turns rows from the journal into what the API shows. */
export class RowView {
  private readonly columns: readonly (ColumnView | undefined)[];

  /** `hidden` names columns that are left out. */
  constructor(table: Table, hidden: readonly string[] = []) {
    this.columns = table.columns.map(({ name, type }) =>
      hidden.includes(name) ? undefined : { name: camelCase(name), isTime: type.includes('DateTime64') },
    );
  }

  /** The rows of a chunk; a line that is no row is left out, the sink deals with it. */
  read({ lines }: Pick<Chunk, 'lines'>): Record<string, unknown>[] {
    return lines
      .toString('utf8')
      .split('\n')
      .flatMap((line) => {
        const cells = cellsOf(line);
        return cells ? [this.show(cells)] : [];
      });
  }

  private show(cells: readonly unknown[]): Record<string, unknown> {
    const row: Record<string, unknown> = {};
    this.columns.forEach((column, index) => {
      if (!column) return;
      const cell = cells[index] ?? null;
      row[column.name] = column.isTime && typeof cell === 'number' ? isoTime(cell) : cell;
    });
    return row;
  }
}

function cellsOf(line: string): unknown[] | undefined {
  if (line === '') return undefined;
  try {
    const cells: unknown = JSON.parse(line);
    return Array.isArray(cells) ? cells : undefined;
  } catch {
    return undefined; // refused by ClickHouse as well, and then kept in rejected_rows
  }
}

function isoTime(epochMs: number): string | null {
  const time = new Date(epochMs);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
