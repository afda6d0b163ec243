import { useState } from 'preact/hooks';
import { request } from '../../../api.ts';
import type { Page, SavedQuery } from '../../../model.ts';
import { useDoing } from '../../../parts/action.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useResource } from '../../../resource.ts';
import { save } from '../../../save.ts';
import { t } from '../../../words/words.ts';

const PATH = '/analytics/saved-queries';

interface SavedQueriesProps {
  readonly sql: string;
  readonly onSql: (sql: string) => void;
}

/** Queries that were kept, one's own and those that are shared: to take up, to keep, to delete. */
export function SavedQueries({ sql, onSql }: SavedQueriesProps) {
  const list = useResource<Page<SavedQuery>>(`${PATH}?limit=1000`, { keep: true });
  const [picked, setPicked] = useState('');
  const [dialog, setDialog] = useState<'save' | 'delete' | undefined>();
  const queries = list.data?.items ?? [];
  const chosen = queries.find(({ id }) => id === picked);
  const close = () => setDialog(undefined);
  const done = (id: string) => {
    close();
    setPicked(id);
    list.reload();
  };
  return (
    <>
      <label class="row tight">
        <span class="small soft">{t('Saved')}</span>
        <select
          value={chosen?.id ?? ''}
          onChange={(event) => {
            const { value } = event.currentTarget;
            setPicked(value);
            const query = queries.find(({ id }) => id === value);
            if (query) onSql(query.sql);
          }}
        >
          <option value="">{queries.length === 0 ? t('none yet') : t('choose one')}</option>
          <Options label={t('Mine')} queries={queries.filter(({ mine }) => mine)} />
          <Options label={t('Shared by others')} queries={queries.filter(({ mine }) => !mine)} />
        </select>
      </label>
      <button type="button" disabled={sql.trim() === ''} onClick={() => setDialog('save')}>
        {t('Save')}
      </button>
      {chosen && (
        <button type="button" class="danger" onClick={() => setDialog('delete')}>
          {t('Delete saved')}
        </button>
      )}
      {dialog === 'save' && <SaveQuery sql={sql} query={chosen} onClose={close} onSaved={done} />}
      {dialog === 'delete' && chosen && (
        <DeleteDialog
          title={t('Delete the query {name}?', { name: chosen.name })}
          name={chosen.name}
          path={`${PATH}/${encodeURIComponent(chosen.id)}`}
          onClose={close}
          onDeleted={() => done('')}
        >
          {chosen.shared ? t('It goes for everybody.') : t('Nobody else has seen it.')}{' '}
          {t('What is in the field stays.')}
        </DeleteDialog>
      )}
    </>
  );
}

function Options({ label, queries }: { readonly label: string; readonly queries: readonly SavedQuery[] }) {
  if (queries.length === 0) return null;
  const byName = queries.toSorted((one, other) => one.name.localeCompare(other.name));
  return (
    <optgroup label={label}>
      {byName.map(({ id, name, shared, mine, owner }) => (
        <option key={id} value={id}>
          {name}
          {!mine && t(', by {owner}', { owner })}
          {mine && shared && t(', shared')}
        </option>
      ))}
    </optgroup>
  );
}

interface SaveQueryProps {
  readonly sql: string;
  /** The one that was chosen, to be written over. */
  readonly query: SavedQuery | undefined;
  readonly onClose: () => void;
  readonly onSaved: (id: string) => void;
}

function SaveQuery({ sql, query, onClose, onSaved }: SaveQueryProps) {
  const doing = useDoing();
  const [name, setName] = useState(query?.name ?? '');
  const [shared, setShared] = useState(query?.shared ?? false);
  const isSame = query !== undefined && query.name === name.trim();
  const keep = () =>
    doing.run(async () => {
      const body = { name: name.trim(), sql, shared };
      if (isSame) {
        await save(`${PATH}/${encodeURIComponent(query.id)}`, body, query.version);
        onSaved(query.id);
      } else onSaved((await request<SavedQuery>('POST', PATH, { body })).id);
    });
  return (
    <FormDialog
      title={t('Save this query')}
      submit={t('Save query')}
      doing={doing}
      onClose={onClose}
      onSubmit={keep}
    >
      <div class="field">
        <label for="query-name">{t('Name')}</label>
        <input
          id="query-name"
          required
          maxLength={100}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <span class="hint" role="status">
          {isSame ? t('It is written over.') : t('A new one.')}
        </span>
      </div>
      <label class="row tight">
        <input
          type="checkbox"
          checked={shared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
        <span>{t('Shared with everybody who may ask in SQL, who may then change it, too')}</span>
      </label>
    </FormDialog>
  );
}
