import { count } from '../../../format.ts';
import type { AnalyticsSchema } from '../../../model.ts';
import { Shown } from '../../../parts/states.tsx';
import { useResource } from '../../../resource.ts';
import { t } from '../../../words/words.ts';

interface SchemaBrowserProps {
  /** Puts a name into the statement. */
  readonly onName: (name: string) => void;
  /** Asks a statement at once. */
  readonly onAsk: (sql: string) => void;
}

type Table = AnalyticsSchema['tables'][number];

/** The tables that may be asked, each with its columns: a name is put into the statement by a click. */
export function SchemaBrowser(props: SchemaBrowserProps) {
  const schema = useResource<AnalyticsSchema>('/analytics/schema');
  return (
    <section class="panel schema" aria-labelledby="schema">
      <header>
        <h2 id="schema">{t('Tables')}</h2>
        <span class="end small soft">{t('a click on a name puts it in')}</span>
      </header>
      <div class="body">
        <Shown of={schema} what={t('the tables')} lines={12} room="480px">
          {({ tables }) => tables.map((table) => <TableOf key={table.name} table={table} {...props} />)}
        </Shown>
      </div>
    </section>
  );
}

function TableOf({ table, onName, onAsk }: SchemaBrowserProps & { readonly table: Table }) {
  const { name, comment, rows, columns } = table;
  return (
    <details>
      <summary>
        <code>{name}</code>
        {rows !== null && <span class="small soft"> {count(rows)}</span>}
      </summary>
      <p class="small soft">{comment}</p>
      <p class="row tight">
        <NameButton name={name} onName={onName} />
        <button type="button" class="link small" onClick={() => onAsk(`DESCRIBE ${name}`)}>
          DESCRIBE
        </button>
      </p>
      <ul class="plain">
        {columns.map((column) => (
          <li key={column.name}>
            <NameButton name={column.name} onName={onName} />{' '}
            <span class="small soft">
              {column.type}
              {column.key && t(', sorted by it')}
            </span>
            <div class="small soft">{column.comment}</div>
          </li>
        ))}
      </ul>
    </details>
  );
}

function NameButton({ name, onName }: Pick<SchemaBrowserProps, 'onName'> & { readonly name: string }) {
  return (
    <button type="button" class="link" aria-label={t('Put in {name}', { name })} onClick={() => onName(name)}>
      <code>{name}</code>
    </button>
  );
}
