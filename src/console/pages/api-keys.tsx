import { useState } from 'preact/hooks';
import { request } from '../api.ts';
import { now } from '../clock.ts';
import type { ApiKey, Page, Role, Scope } from '../model.ts';
import { useDoing } from '../parts/action.tsx';
import { Copyable } from '../parts/connect-url.tsx';
import { DeleteDialog } from '../parts/delete-dialog.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { TextField } from '../parts/fields.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { type Column, Table } from '../parts/list-page.tsx';
import { RoleField } from '../parts/role-field.tsx';
import { ScopeFields, scopeText } from '../parts/scope-fields.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { When } from '../parts/when.tsx';
import { useResource } from '../resource.ts';
import { rich, t } from '../words/words.ts';

const COLUMNS: readonly Column<ApiKey>[] = [
  { label: 'Key', kind: 'id', cell: ({ id }) => <b>{id}</b> },
  { label: 'Role', cell: ({ role }) => role },
  { label: 'Sees', cell: ({ scope }) => scopeText(scope) },
  { label: 'Note', cell: ({ note }) => note ?? <span class="soft">–</span> },
  { label: 'Created', cell: ({ createdAt }) => <When at={createdAt} both /> },
  {
    label: 'By|whom',
    cell: ({ createdBy }) => createdBy ?? <span class="soft">{t('the first start')}</span>,
  },
  { label: 'Last used', cell: ({ lastUsedAt }) => <When at={lastUsedAt} /> },
  { label: 'Expires', cell: ({ expiresAt }) => <Expiry at={expiresAt} /> },
];

export function ApiKeys() {
  const list = useResource<Page<ApiKey>>('/api-keys?limit=1000');
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState<string | undefined>();
  return (
    <div class="panel">
      <header>
        <h2>{t('API keys')}</h2>
        <button type="button" class="primary end" onClick={() => setAdding(true)}>
          {t('Create a key')}
        </button>
      </header>
      <Shown of={list} what={t('the API keys')}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('No key but the one that Farad was started with')}>
              <p>
                {t(
                  'Give each program a key of its own, and each person a user: the audit trail names them, and each can be taken away.',
                )}
              </p>
            </Empty>
          ) : (
            <Table items={items} columns={[...COLUMNS, deletable(setDeleting)]} keyOf={({ id }) => id} />
          )
        }
      </Shown>
      {adding && <NewKey onClose={() => setAdding(false)} onCreated={list.reload} />}
      {deleting !== undefined && (
        <DeleteKey
          id={deleting}
          onClose={() => setDeleting(undefined)}
          onDeleted={() => {
            setDeleting(undefined);
            list.reload();
          }}
        />
      )}
    </div>
  );
}

function deletable(remove: (id: string) => void): Column<ApiKey> {
  return {
    label: 'Actions',
    kind: 'actions',
    cell: ({ id }) => (
      <button type="button" class="link" onClick={() => remove(id)} aria-label={t('Delete key {id}', { id })}>
        {t('Delete')}
      </button>
    ),
  };
}

function Expiry({ at }: { readonly at: string | null }) {
  if (at === null || Date.parse(at) > now.value) return <When at={at} both />;
  return <span class="tone-fault">{rich('expired {when}', { when: <When at={at} /> })}</span>;
}

function NewKey({ onClose, onCreated }: { readonly onClose: () => void; readonly onCreated: () => void }) {
  const doing = useDoing();
  const [id, setId] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [scope, setScope] = useState<Scope | null>(null);
  const [note, setNote] = useState('');
  const [expiry, setExpiry] = useState('');
  const [key, setKey] = useState('');
  const create = () =>
    doing.run(async () => {
      const created = await request<{ key: string }>('POST', '/api-keys', {
        body: {
          id,
          role,
          scope,
          note: note || null,
          expiresAt: expiry === '' ? null : new Date(expiry).toISOString(),
        },
      });
      setKey(created.key);
      onCreated();
    });
  if (key !== '') {
    return (
      <Dialog title={t('Key {id}', { id })} onClose={onClose}>
        <p>{t('This is the only time it is shown: only its hash is kept.')}</p>
        <Copyable text={key} />
        <div class="actions">
          <button type="button" class="primary" onClick={onClose}>
            {t('I have kept it')}
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <FormDialog
      title={t('Create an API key')}
      submit={t('Create key')}
      doing={doing}
      onClose={onClose}
      onSubmit={create}
    >
      <TextField
        id="key-id"
        label={t('Name')}
        hint={t('Letters, digits, dots, dashes, @. The audit trail shows it.')}
        required
        maxLength={64}
        pattern="[A-Za-z0-9._@\-]+"
        autocomplete="off"
        value={id}
        onInput={setId}
      />
      <RoleField role={role} onChange={setRole} />
      <ScopeFields scope={scope} onChange={setScope} />
      <TextField
        id="key-expiry"
        label={t('Expires')}
        hint={t('Empty: never. From then on it is refused, and so are log-ins with it.')}
        type="datetime-local"
        value={expiry}
        onInput={setExpiry}
      />
      <TextField id="key-note" label={t('Note')} value={note} onInput={setNote} />
    </FormDialog>
  );
}

interface DeleteKeyProps {
  readonly id: string;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

function DeleteKey({ id, onClose, onDeleted }: DeleteKeyProps) {
  return (
    <DeleteDialog
      title={t('Delete key {id}?', { id })}
      name={id}
      path={`/api-keys/${encodeURIComponent(id)}`}
      onClose={onClose}
      onDeleted={() => onDeleted()}
    >
      {t('Programs that use it are refused at once, and whoever logged in with it is logged out.')}
    </DeleteDialog>
  );
}
