import { useState } from 'preact/hooks';
import { queryOf } from '../api.ts';
import type { Page, SavedFilter } from '../model.ts';
import { useDoing } from '../parts/action.tsx';
import { DeleteDialog } from '../parts/delete-dialog.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { useResource } from '../resource.ts';
import { go } from '../router.ts';
import { save } from '../save.ts';
import { may } from '../session.ts';
import { t } from '../words/words.ts';

interface SavedFiltersProps {
  /** What is chosen in the list now. */
  readonly query: Readonly<Record<string, string | undefined>>;
}

/** Filters of charge points that somebody has given a name: to go to, to keep, to delete. */
export function SavedFilters({ query: all }: SavedFiltersProps) {
  const query = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
  const list = useResource<Page<SavedFilter>>('/saved-filters?limit=500', { keep: true });
  const [dialog, setDialog] = useState<'save' | 'delete' | undefined>();
  const filters = list.data?.items ?? [];
  const chosen = filters.find((filter) => isSame(filter.query, query));
  const isFiltered = Object.keys(query).length > 0;
  const close = () => setDialog(undefined);
  if (filters.length === 0 && !(isFiltered && may('operator'))) return null;
  return (
    <>
      <label>
        <span>{t('Saved filter')}</span>
        <select
          value={chosen?.id ?? ''}
          onChange={(event) => {
            const { value } = event.currentTarget;
            go(`/charge-points${queryOf(filters.find(({ id }) => id === value)?.query ?? {})}`);
          }}
        >
          <option value="">{chosen ? t('None') : isFiltered ? t('not saved') : t('None')}</option>
          {filters.map(({ id }) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </select>
      </label>
      {may('operator') && isFiltered && !chosen && (
        <button type="button" onClick={() => setDialog('save')}>
          {t('Save this filter')}
        </button>
      )}
      {may('operator') && chosen && (
        <button type="button" class="danger" onClick={() => setDialog('delete')}>
          {t('Delete saved filter')}
        </button>
      )}
      {dialog === 'save' && (
        <SaveFilter
          query={query}
          onClose={close}
          onSaved={() => {
            close();
            list.reload();
          }}
        />
      )}
      {dialog === 'delete' && chosen && (
        <DeleteDialog
          title={t('Delete the filter {id}?', { id: chosen.id })}
          name={chosen.id}
          path={`/saved-filters/${encodeURIComponent(chosen.id)}`}
          onClose={close}
          onDeleted={() => {
            close();
            list.reload();
          }}
        >
          {t('It goes for everybody. No charge point changes.')}
        </DeleteDialog>
      )}
    </>
  );
}

interface SaveFilterProps extends Pick<SavedFilter, 'query'> {
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

function SaveFilter({ query, onClose, onSaved }: SaveFilterProps) {
  const doing = useDoing();
  const [name, setName] = useState('');
  const keep = () =>
    doing.run(async () => {
      await save(`/saved-filters/${encodeURIComponent(name.trim())}`, { query }, undefined);
      onSaved();
    });
  return (
    <FormDialog
      title={t('Save this filter')}
      submit={t('Save filter')}
      doing={doing}
      onClose={onClose}
      onSubmit={keep}
    >
      <div class="field">
        <label for="filter-name">{t('Name')}</label>
        <input
          id="filter-name"
          required
          maxLength={100}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <span class="hint">{t('Everybody sees it: {query}.', { query: words(query) })}</span>
      </div>
    </FormDialog>
  );
}

function words(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function isSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
