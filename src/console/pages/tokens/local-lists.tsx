import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import { Failure } from '../../failure.ts';
import { count } from '../../format.ts';
import type { LocalListHead, Page } from '../../model.ts';
import { Refusal, useDoing } from '../../parts/action.tsx';
import { DocumentEditor } from '../../parts/document-editor.tsx';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { Empty } from '../../parts/states.tsx';
import { useResource } from '../../resource.ts';
import { may } from '../../session.ts';
import { t } from '../../words/words.ts';
import { type LocalListDocument, LocalListForm } from './local-list-form.tsx';

const NEW_LIST: LocalListDocument = { scope: { group: '' }, sync: 'manual', note: null, entries: [] };

interface LocalList extends LocalListDocument {
  readonly id: string;
  readonly version: number;
  readonly unknownTags: readonly string[];
}

interface Editing {
  readonly id?: string;
  readonly version?: number;
  readonly document: LocalListDocument;
}

const COLUMNS: readonly Column<LocalListHead>[] = [
  { label: 'List', kind: 'id', cell: ({ id }) => <b>{id}</b> },
  {
    label: 'For',
    cell: ({ scope }) =>
      'group' in scope ? t('group {group}', { group: scope.group }) : scope.chargePointId,
  },
  { label: 'Entries', kind: 'number', cell: ({ entryCount }) => count(entryCount) },
  { label: 'Sent', cell: ({ sync }) => (sync === 'automatic' ? t('by itself') : t('by hand')) },
  { label: 'Note', cell: ({ note }) => note ?? <span class="soft">–</span> },
];

/** What charge points shall hold to authorize without asking. */
export function LocalLists() {
  const list = useResource<Page<LocalListHead>>('/local-lists?limit=200');
  const [editing, setEditing] = useState<Editing | undefined>();
  const doing = useDoing();
  const edit = (id: string) =>
    doing.run(async () => {
      const { id: _, version, unknownTags, ...document } = await request<LocalList>('GET', pathOf(id));
      setEditing({ id, version, document });
    });
  const remove = (id: string) =>
    doing.run(async () => {
      await request('DELETE', pathOf(id));
      list.reload();
    });
  return (
    <>
      <div class="row">
        <p class="soft">
          {t('Each list is for a group or for one charge point, and is sent by hand or by itself.')}
        </p>
        {may('operator') && (
          <button type="button" class="primary end" onClick={() => setEditing({ document: NEW_LIST })}>
            {t('New list')}
          </button>
        )}
      </div>
      <Refusal failure={doing.failure instanceof Failure ? doing.failure : undefined} />
      <ListPage
        of={list}
        what={t('local lists')}
        lines={5}
        columns={[...COLUMNS, actions(edit, remove)]}
        keyOf={({ id }) => id}
        empty={
          <Empty title={t('No local list yet')}>
            <p>{t('With one, charge points know who may charge while they are offline.')}</p>
          </Empty>
        }
      />
      {editing && (
        <DocumentEditor
          what={t('list')}
          path="/local-lists"
          {...(editing.id !== undefined && { id: editing.id })}
          {...(editing.version !== undefined && { version: editing.version })}
          document={editing.document}
          hint={t('An entry without idTagInfo takes it from its token.')}
          docs="/docs#putLocalList"
          form={(document, change) => <LocalListForm list={document} onChange={change} />}
          onClose={() => setEditing(undefined)}
          onSaved={() => {
            setEditing(undefined);
            list.reload();
          }}
        />
      )}
    </>
  );
}

function actions(
  edit: (id: string) => Promise<void>,
  remove: (id: string) => Promise<void>,
): Column<LocalListHead> {
  return {
    label: 'Actions',
    kind: 'actions',
    cell: ({ id }) =>
      may('operator') && (
        <span class="row tight">
          <button
            type="button"
            class="link"
            aria-label={t('Change list {id}', { id })}
            onClick={() => void edit(id)}
          >
            {t('Change')}
          </button>
          <button
            type="button"
            class="link"
            aria-label={t('Delete list {id}', { id })}
            onClick={() => void remove(id)}
          >
            {t('Delete')}
          </button>
        </span>
      ),
  };
}

function pathOf(id: string): string {
  return `/local-lists/${encodeURIComponent(id)}`;
}
