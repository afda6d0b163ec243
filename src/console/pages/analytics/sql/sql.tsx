import { useRef, useState } from 'preact/hooks';
import { request } from '../../../api.ts';
import { stamp } from '../../../format.ts';
import { insertWord } from '../../../insert-text.ts';
import { Refusal, useDoing } from '../../../parts/action.tsx';
import { place, setQuery } from '../../../router.ts';
import { may, session } from '../../../session.ts';
import { askedBefore, forgetAsked, keepAsked } from '../../../sql-history.ts';
import { t } from '../../../words/words.ts';
import { SavedQueries } from './saved-queries.tsx';
import { SchemaBrowser } from './schema-browser.tsx';
import { MOST, type SqlAnswer, SqlRows } from './sql-rows.tsx';

const EXAMPLE = `SELECT charge_point_id, uniqExact(transaction_id) AS sessions
FROM transactions
WHERE state = 'stopped'
GROUP BY charge_point_id
ORDER BY sessions DESC`;

/** Any question that the reports do not ask, in ClickHouse's SQL; the address carries it. */
export function SqlReport() {
  if (may('admin')) return <SqlPage />;
  return (
    <div class="panel state">
      <h2>{t('SQL: this takes the role admin')}</h2>
      <p>{t('Ask somebody who has it, or log in with another key. The reports are for everybody.')}</p>
    </div>
  );
}

function SqlPage() {
  const { kind, id } = session.value ?? { kind: '', id: '' };
  const who = `${kind} ${id}`;
  const doing = useDoing();
  const field = useRef<HTMLTextAreaElement>(null);
  const [sql, setSql] = useState(place.value.query.get('sql') ?? EXAMPLE);
  const [answer, setAnswer] = useState<SqlAnswer | undefined>();
  const [history, setHistory] = useState(() => askedBefore(who, localStorage));
  const answerTo = (statement: string) =>
    doing.run(async () => {
      setAnswer(
        await request<SqlAnswer>('POST', '/analytics/sql', { body: { sql: statement, limit: MOST } }),
      );
    });
  const ask = () => {
    setQuery({ sql });
    setHistory(keepAsked(who, { sql, at: Date.now() }, localStorage));
    return answerTo(sql);
  };
  const putIn = (name: string) => {
    const { selectionStart = sql.length, selectionEnd = sql.length } = field.current ?? {};
    const { text, caret } = insertWord(sql, selectionStart, selectionEnd, name);
    setSql(text);
    // Once the field holds the text.
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(caret, caret);
    });
  };
  return (
    <div class="sql-page">
      <section class="panel" aria-labelledby="report">
        <header>
          <h2 id="report">{t('One SELECT')}</h2>
          <span class="end small soft">{t('read only; time, memory and rows are limited')}</span>
        </header>
        <form
          class="body form"
          onSubmit={(event) => {
            event.preventDefault();
            void ask();
          }}
        >
          <textarea
            ref={field}
            rows={8}
            aria-label="SQL"
            spellcheck={false}
            required
            maxLength={20_000}
            value={sql}
            onInput={(event) => setSql(event.currentTarget.value)}
            onKeyDown={onControlEnter(ask)}
          />
          <Refusal failure={doing.failure} />
          <div class="row">
            <button type="submit" class="primary" disabled={doing.busy} title={t('Or press Ctrl and Enter')}>
              {doing.busy ? t('Asking…') : t('Ask')}
            </button>
            <SavedQueries sql={sql} onSql={setSql} />
            <History
              asked={history}
              onSql={setSql}
              onForget={() => {
                forgetAsked(who, localStorage);
                setHistory([]);
              }}
            />
          </div>
        </form>
      </section>
      {answer && <SqlRows answer={answer} />}
      <SchemaBrowser onName={putIn} onAsk={(statement) => void answerTo(statement)} />
    </div>
  );
}

function onControlEnter(act: () => Promise<void>) {
  return (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void act();
  };
}

interface HistoryProps {
  readonly asked: ReturnType<typeof askedBefore>;
  readonly onSql: (sql: string) => void;
  readonly onForget: () => void;
}

/** Characters of a statement by which it is found again. */
const SHOWN = 60;

/** What was asked in this browser, to take up again. */
function History({ asked, onSql, onForget }: HistoryProps) {
  return (
    <>
      <label class="row tight">
        <span class="small soft">{t('Asked before, here')}</span>
        <select
          value=""
          disabled={asked.length === 0}
          onChange={(event) => {
            const found = asked[Number(event.currentTarget.value)];
            if (found) onSql(found.sql);
            event.currentTarget.value = '';
          }}
        >
          <option value="">{asked.length === 0 ? t('nothing yet') : t('choose one')}</option>
          {asked.map(({ sql, at }, place) => (
            <option key={at} value={place}>
              {`${stamp(at)}  ${sql.replace(/\s+/g, ' ').slice(0, SHOWN)}`}
            </option>
          ))}
        </select>
      </label>
      {asked.length > 0 && (
        <button type="button" class="link small" onClick={onForget}>
          {t('Forget them')}
        </button>
      )}
    </>
  );
}
