import { useState } from 'preact/hooks';
import { counted, stamp } from '../../format.ts';
import type { Token } from '../../model.ts';
import { ChoiceFilter, Filters, TextFilter } from '../../parts/filter-fields.tsx';
import { type Column, ListPage, useList } from '../../parts/list-page.tsx';
import { Empty } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { currentTab, Tabs } from '../../parts/tabs.tsx';
import { go, queried, urlOf } from '../../router.ts';
import { may } from '../../session.ts';
import { LocalLists } from './local-lists.tsx';
import { TokenDialog } from './token-dialog.tsx';
import { TokenImport } from './token-import.tsx';

const TABS = [
  ['', 'Tokens'],
  ['lists', 'Local lists'],
] as const;

export function TokensPage() {
  return (
    <>
      <h1>Tokens</h1>
      <Tabs label="Tokens and local lists" root="/tokens" tabs={TABS} />
      {currentTab(TABS) === '' ? <TokenList /> : <LocalLists />}
    </>
  );
}

const STATUSES = ['Accepted', 'Blocked', 'Expired'];

const COLUMNS: readonly Column<Token>[] = [
  { label: 'idTag', kind: 'id', cell: ({ idTag }) => <a href={urlOf.token(idTag)}>{idTag}</a> },
  { label: 'Status', cell: (token) => <TokenStatus token={token} /> },
  {
    label: 'Group (parentIdTag)',
    short: 'Group',
    cell: ({ parentIdTag }) => parentIdTag ?? <span class="soft">–</span>,
  },
  {
    label: 'Expires',
    cell: ({ expiryDate }) => (expiryDate ? stamp(expiryDate) : <span class="soft">never</span>),
  },
  { label: 'At a time', cell: ({ maxConcurrent }) => maxConcurrent ?? <span class="soft">default</span> },
  { label: 'Note', cell: ({ note }) => note ?? <span class="soft">–</span> },
];

function TokenList() {
  const [dialog, setDialog] = useState<'add' | 'import' | undefined>();
  const list = useList<Token>('/tokens', { text: queried('text'), status: queried('status') });
  return (
    <>
      <Filters>
        <TextFilter name="text" label="Text" placeholder="idTag, group, note" />
        <ChoiceFilter
          name="status"
          label="Status"
          options={[['', 'Any'], ...STATUSES.map((status) => [status, status] as const)]}
        />
        {may('operator') && (
          <>
            <button type="button" class="primary" onClick={() => setDialog('add')}>
              Add a token
            </button>
            <button type="button" onClick={() => setDialog('import')}>
              Import
            </button>
          </>
        )}
      </Filters>
      <ListPage
        of={list}
        what="tokens"
        lines={10}
        columns={COLUMNS}
        keyOf={({ idTag }) => idTag}
        empty={
          <Empty title="No token here">
            <p>
              A token is what people identify with at a charge point. Unknown ones are answered Invalid by
              default.
            </p>
          </Empty>
        }
        sum={(shown) => counted(shown, 'token')}
      />
      {dialog === 'add' && (
        <TokenDialog
          onClose={() => setDialog(undefined)}
          onSaved={(idTag) => {
            setDialog(undefined);
            go(urlOf.token(idTag));
          }}
        />
      )}
      {dialog === 'import' && <TokenImport onClose={() => setDialog(undefined)} onImported={list.reload} />}
    </>
  );
}

/** Its status as it holds now: one whose time is over is expired, whatever was set. */
export function TokenStatus({ token }: { readonly token: Token }) {
  const over = token.expiryDate !== null && Date.parse(token.expiryDate) <= Date.now();
  return <Status status={token.status === 'Accepted' && over ? 'Expired' : token.status} />;
}
