import { useState } from 'preact/hooks';
import { stamp } from '../../format.ts';
import type { Token } from '../../model.ts';
import { ChoiceFilter, Filters, TextFilter } from '../../parts/filter-fields.tsx';
import { type Column, ListPage, useList } from '../../parts/list-page.tsx';
import { Empty } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { currentTab, Tabs } from '../../parts/tabs.tsx';
import { go, queried, urlOf } from '../../router.ts';
import { may } from '../../session.ts';
import { plural, t } from '../../words/words.ts';
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
      <h1>{t('Tokens')}</h1>
      <Tabs label={t('Tokens and local lists')} root="/tokens" tabs={TABS} />
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
    cell: ({ expiryDate }) => (expiryDate ? stamp(expiryDate) : <span class="soft">{t('never')}</span>),
  },
  {
    label: 'At a time',
    cell: ({ maxConcurrent }) => maxConcurrent ?? <span class="soft">{t('default')}</span>,
  },
  { label: 'Note', cell: ({ note }) => note ?? <span class="soft">–</span> },
];

function TokenList() {
  const [dialog, setDialog] = useState<'add' | 'import' | undefined>();
  const list = useList<Token>('/tokens', { text: queried('text'), status: queried('status') });
  return (
    <>
      <Filters>
        <TextFilter name="text" label={t('Text')} placeholder={t('idTag, group, note')} />
        <ChoiceFilter
          name="status"
          label={t('Status')}
          options={[['', t('Any')], ...STATUSES.map((status) => [status, status] as const)]}
        />
        {may('operator') && (
          <>
            <button type="button" class="primary" onClick={() => setDialog('add')}>
              {t('Add a token')}
            </button>
            <button type="button" onClick={() => setDialog('import')}>
              {t('Import')}
            </button>
          </>
        )}
      </Filters>
      <ListPage
        of={list}
        what={t('tokens')}
        lines={10}
        columns={COLUMNS}
        keyOf={({ idTag }) => idTag}
        empty={
          <Empty title={t('No token here')}>
            <p>
              {t(
                'A token is what people identify with at a charge point. Unknown ones are answered Invalid by default.',
              )}
            </p>
          </Empty>
        }
        sum={(shown) => plural(shown, '{n} token', '{n} tokens')}
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
