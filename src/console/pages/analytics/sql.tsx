import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import { saveCsv } from '../../csv.ts';
import { count, counted } from '../../format.ts';
import { Refusal, useDoing } from '../../parts/action.tsx';
import { Empty } from '../../parts/states.tsx';
import { place, setQuery } from '../../router.ts';
import { may } from '../../session.ts';

interface SqlAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly unknown[])[];
  readonly truncated: boolean;
}

const EXAMPLE = `SELECT charge_point_id, uniqExact(transaction_id) AS sessions
FROM transactions
WHERE state = 'stopped'
GROUP BY charge_point_id
ORDER BY sessions DESC`;
const MOST = 1000;

/** Any question that the reports do not ask, in ClickHouse's SQL; the address carries it. */
export function SqlReport() {
  const kept = place.value.query.get('sql') ?? EXAMPLE;
  const doing = useDoing();
  const [sql, setSql] = useState(kept);
  const [answer, setAnswer] = useState<SqlAnswer | undefined>();
  if (!may('admin')) {
    return (
      <div class="panel state">
        <h2>SQL: this takes the role admin</h2>
        <p>Ask somebody who has it, or log in with another key. The reports are for everybody.</p>
      </div>
    );
  }
  const ask = () =>
    doing.run(async () => {
      setQuery({ sql });
      setAnswer(await request<SqlAnswer>('POST', '/analytics/sql', { body: { sql, limit: MOST } }));
    });
  return (
    <>
      <section class="panel" aria-labelledby="report">
        <header>
          <h2 id="report">One SELECT</h2>
          <span class="end small soft">read only; time, memory and rows are limited</span>
        </header>
        <form
          class="body form"
          onSubmit={(event) => {
            event.preventDefault();
            void ask();
          }}
        >
          <textarea
            rows={8}
            aria-label="SQL"
            spellcheck={false}
            required
            maxLength={20_000}
            value={sql}
            onInput={(event) => setSql(event.currentTarget.value)}
          />
          <Refusal failure={doing.failure} />
          <div class="row">
            <button type="submit" class="primary" disabled={doing.busy}>
              {doing.busy ? 'Asking…' : 'Ask'}
            </button>
            <span class="small soft">
              Tables: transactions, meter_samples, connector_status, connections, security_events, messages,
              authorizations, charge_points, energy_days, energy_fleet_days, transaction_energy
            </span>
          </div>
        </form>
      </section>
      {answer && <SqlRows answer={answer} />}
    </>
  );
}

function SqlRows({ answer: { columns, rows, truncated } }: { readonly answer: SqlAnswer }) {
  const save = () =>
    saveCsv(
      'farad-sql.csv',
      columns.map(({ name }) => name),
      rows.map((row) => row.map((value) => (typeof value === 'number' ? value : textOf(value)))),
    );
  return (
    <section class="panel" aria-labelledby="answer">
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
