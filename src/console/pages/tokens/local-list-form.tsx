import { useState } from 'preact/hooks';
import { localInput } from '../../format.ts';
import { ChargePointInput } from '../../parts/charge-point-field.tsx';
import { Choice } from '../../parts/choice.tsx';
import { t } from '../../words/words.ts';

export interface ListEntry {
  readonly idTag: string;
  readonly idTagInfo?: {
    readonly status: string;
    readonly expiryDate?: string;
    readonly parentIdTag?: string;
  };
}

/** A local list as it is written to the API. */
export interface LocalListDocument {
  readonly scope: { readonly group: string } | { readonly chargePointId: string };
  readonly sync: string;
  readonly note?: string | null;
  readonly entries: readonly ListEntry[];
}

interface LocalListFormProps {
  readonly list: LocalListDocument;
  readonly onChange: (list: LocalListDocument) => void;
}

/** Whom a list is for, how it gets there, and who is on it. */
export function LocalListForm({ list, onChange }: LocalListFormProps) {
  const { scope, sync, note } = list;
  const group = 'group' in scope ? scope.group : undefined;
  return (
    <>
      <fieldset class="field rows">
        <legend>{t('Whom it is for')}</legend>
        <div class="row tight entry-row">
          <Choice
            label={t('For')}
            value={group === undefined ? 'chargePoint' : 'group'}
            options={[
              ['group', t('a group')],
              ['chargePoint', t('one charge point')],
            ]}
            onChange={(kind) =>
              onChange({ ...list, scope: kind === 'group' ? { group: '' } : { chargePointId: '' } })
            }
          />
          {'group' in scope ? (
            <input
              aria-label={t('Name of the group')}
              required
              maxLength={200}
              value={scope.group}
              onInput={(event) => onChange({ ...list, scope: { group: event.currentTarget.value } })}
            />
          ) : (
            <ChargePointInput
              id="list-charge-point"
              label={t('Charge point')}
              required
              value={scope.chargePointId}
              onInput={(chargePointId) => onChange({ ...list, scope: { chargePointId } })}
            />
          )}
          <Choice
            label={t('Sent')}
            value={sync}
            options={[
              ['manual', t('sent by hand')],
              ['automatic', t('sent by itself whenever it is not up to date')],
            ]}
            onChange={(value) => onChange({ ...list, sync: value })}
          />
        </div>
      </fieldset>
      <Entries entries={list.entries} onChange={(entries) => onChange({ ...list, entries })} />
      <label class="field">
        <span>{t('Note')}</span>
        <input
          maxLength={2000}
          value={note ?? ''}
          onInput={(event) => onChange({ ...list, note: event.currentTarget.value || null })}
        />
      </label>
    </>
  );
}

interface EntriesProps {
  readonly entries: readonly ListEntry[];
  readonly onChange: (entries: readonly ListEntry[]) => void;
}

/** More than these are too many for a form. */
const MOST = 200;
const STATUSES = ['Accepted', 'Blocked', 'Expired', 'Invalid', 'ConcurrentTx'];

function Entries({ entries, onChange }: EntriesProps) {
  const [many, setMany] = useState('');
  const change = (place: number, changed: ListEntry) =>
    onChange(entries.map((entry, index) => (index === place ? changed : entry)));
  const pasted = many.split(/[\s,;]+/).filter(Boolean);
  const addMany = () => {
    onChange([...entries, ...pasted.map((idTag) => ({ idTag }))]);
    setMany('');
  };
  return (
    <fieldset class="field rows">
      <legend>{t('Who is on it: {entries}', { entries: entries.length })}</legend>
      {entries.length > MOST && (
        <p class="note">{t('The first {most} are shown; change the others as JSON.', { most: MOST })}</p>
      )}
      {entries.slice(0, MOST).map((entry, place) => (
        <Entry
          key={place}
          entry={entry}
          onChange={(changed) => change(place, changed)}
          onRemove={() => onChange(entries.filter((_, index) => index !== place))}
        />
      ))}
      <button type="button" class="link" onClick={() => onChange([...entries, { idTag: '' }])}>
        {t('Add an entry')}
      </button>
      <details>
        <summary class="small">{t('Add many')}</summary>
        <div class="form">
          <textarea
            rows={4}
            aria-label={t('idTags, one per line')}
            placeholder={t('idTags, one per line; each as its token says')}
            value={many}
            onInput={(event) => setMany(event.currentTarget.value)}
          />
          <button type="button" disabled={pasted.length === 0} onClick={addMany}>
            {t('Add {pasted} to the list', { pasted: pasted.length || '' })}
          </button>
        </div>
      </details>
    </fieldset>
  );
}

interface EntryProps {
  readonly entry: ListEntry;
  readonly onChange: (entry: ListEntry) => void;
  readonly onRemove: () => void;
}

function Entry({ entry: { idTag, idTagInfo }, onChange, onRemove }: EntryProps) {
  const name = idTag || t('the new entry');
  const withInfo = (part: Partial<NonNullable<ListEntry['idTagInfo']>>) => {
    const info = Object.entries({ status: 'Accepted', ...idTagInfo, ...part }).filter(
      ([, value]) => value !== '',
    );
    onChange({ idTag, idTagInfo: Object.fromEntries(info) as NonNullable<ListEntry['idTagInfo']> });
  };
  return (
    <div class="row tight entry-row">
      <input
        aria-label="idTag"
        required
        maxLength={20}
        value={idTag}
        onInput={(event) => onChange({ ...(idTagInfo && { idTagInfo }), idTag: event.currentTarget.value })}
      />
      <Choice
        label={t('Status of {name}', { name })}
        value={idTagInfo?.status ?? ''}
        options={[['', t('as its token says')], ...STATUSES]}
        onChange={(status) => (status === '' ? onChange({ idTag }) : withInfo({ status }))}
      />
      {idTagInfo && (
        <>
          <input
            aria-label={t('Group of {name} (parentIdTag)', { name })}
            placeholder="parentIdTag"
            maxLength={20}
            value={idTagInfo.parentIdTag ?? ''}
            onInput={(event) => withInfo({ parentIdTag: event.currentTarget.value })}
          />
          <input
            type="datetime-local"
            aria-label={t('Expiry of {name}', { name })}
            value={idTagInfo.expiryDate ? localInput(new Date(idTagInfo.expiryDate)) : ''}
            onInput={({ currentTarget: { value } }) =>
              withInfo({ expiryDate: value === '' ? '' : new Date(value).toISOString() })
            }
          />
        </>
      )}
      <button type="button" class="link" aria-label={t('Remove {name}', { name })} onClick={onRemove}>
        {t('remove')}
      </button>
    </div>
  );
}
