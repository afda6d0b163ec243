import { saveCsv } from '../../../csv.ts';
import { count, counted } from '../../../format.ts';
import { Empty } from '../../../parts/states.tsx';

/** Rows that are asked for at most. */
export const MOST = 1000;

export interface SqlAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly unknown[])[];
  readonly truncated: boolean;
}

/** The answer as a table, and as a file. */
export function SqlRows({ answer: { columns, rows, truncated } }: { readonly answer: SqlAnswer }) {
  const save = () =>
    saveCsv(
      'farad-sql.csv',
      columns.map(({ name }) => name),
      rows.map((row) => row.map((value) => (typeof value === 'number' ? value : textOf(value)))),
    );
  return (
    <section class="panel answer" aria-labelledby="answer">
      <header>
        <h2 id="answer">{counted(rows.length, 'row')}</h2>
        {truncated && <span class="tone-attention">the first {count(MOST)}: there are more</span>}
        <button type="button" class="end" disabled={rows.length === 0} onClick={save}>
          Export CSV
        </button>
      </header>
      {rows.length === 0 ? (
        <Empty title="No row" />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and keys must reach it
        <section class="scroll" tabIndex={0} aria-label="Rows">
          <table class="table">
            <thead>
              <tr>
                {columns.map(({ name, type }) => (
                  <th key={name} scope="col" class={isNumber(type) ? 'number' : undefined} title={type}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, place) => (
                <tr key={place}>
                  {columns.map(({ name, type }, index) => (
                    <td key={name} class={isNumber(type) ? 'number' : undefined}>
                      {textOf(row[index])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

function isNumber(type: string): boolean {
  return /^(Nullable\()?(U?Int|Float|Decimal)/.test(type);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
