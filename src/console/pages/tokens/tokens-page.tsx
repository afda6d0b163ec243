import { useState } from 'preact/hooks';
import { queryOf } from '../../api.ts';
import { counted, stamp } from '../../format.ts';
import type { Page, Token } from '../../model.ts';
import { ChoiceFilter, TextFilter } from '../../parts/filter-fields.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { currentTab, Tabs } from '../../parts/tabs.tsx';
import { useResource } from '../../resource.ts';
import { go, place, urlOf } from '../../router.ts';
import { may } from '../../session.ts';
import { LocalLists } from './local-lists.tsx';
import { TokenDialog } from './token-dialog.tsx';
import { TokenImport } from './token-import.tsx';

const PER_PAGE = 50;

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

function TokenList() {
  const { query } = place.value;
  const value = (name: string) => query.get(name) ?? undefined;
  const [dialog, setDialog] = useState<'add' | 'import' | undefined>();
  const list = useResource<Page<Token>>(
    `/tokens${queryOf({ text: value('text'), status: value('status'), cursor: value('cursor'), limit: PER_PAGE })}`,
    { keep: true },
  );
  const editor = may('operator');
  return (
    <>
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <TextFilter name="text" label="Text" placeholder="idTag, group, note" />
        <ChoiceFilter
          name="status"
          label="Status"
          options={[
            ['', 'Any'],
            ['Accepted', 'Accepted'],
            ['Blocked', 'Blocked'],
            ['Expired', 'Expired'],
          ]}
        />
        {editor && (
          <>
            <button type="button" class="primary" onClick={() => setDialog('add')}>
              Add a token
            </button>
            <button type="button" onClick={() => setDialog('import')}>
              Import
            </button>
          </>
        )}
      </form>
      <div class="panel">
        <Shown of={list} what="tokens" lines={10}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty title="No token here">
                <p>
                  A token is what people identify with at a charge point. Unknown ones are answered Invalid by
                  default.
                </p>
              </Empty>
            ) : (
              <>
                <div class="scroll">
                  <table class="table cards">
                    <thead>
                      <tr>
                        <th scope="col">idTag</th>
                        <th scope="col">Status</th>
                        <th scope="col">Group (parentIdTag)</th>
                        <th scope="col">Expires</th>
                        <th scope="col">At a time</th>
                        <th scope="col">Note</th>
                      </tr>
                    </thead>
                    <tbody>
                      {items.map((token) => (
                        <tr key={token.idTag}>
                          <td class="id">
                            <a href={urlOf.token(token.idTag)}>{token.idTag}</a>
                          </td>
                          <td data-label="Status">
                            <TokenStatus token={token} />
                          </td>
                          <td data-label="Group">{token.parentIdTag ?? <span class="soft">–</span>}</td>
                          <td data-label="Expires">
                            {token.expiryDate ? stamp(token.expiryDate) : <span class="soft">never</span>}
                          </td>
                          <td data-label="At a time">
                            {token.maxConcurrent ?? <span class="soft">default</span>}
                          </td>
                          <td data-label="Note">{token.note ?? <span class="soft">–</span>}</td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
                <Pager next={next} sum={counted(items.length, 'token')} />
              </>
            )
          }
        </Shown>
      </div>
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
