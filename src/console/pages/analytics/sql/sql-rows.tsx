import { saveCsv } from '../../../csv.ts';
import { count } from '../../../format.ts';
import { Empty } from '../../../parts/states.tsx';
import { plural, t } from '../../../words/words.ts';

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
        <h2 id="answer">{plural(rows.length, '{n} row', '{n} rows')}</h2>
        {truncated && (
          <span class="tone-attention">{t('the first {most}: there are more', { most: count(MOST) })}</span>
        )}
        <button type="button" class="end" disabled={rows.length === 0} onClick={save}>
          {t('Export CSV')}
        </button>
      </header>
      {rows.length === 0 ? (
        <Empty title={t('No row')} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and keys must reach it
        <section class="scroll" tabIndex={0} aria-label={t('Rows')}>
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
