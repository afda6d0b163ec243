import { useState } from 'preact/hooks';
import { stamp } from '../../format.ts';
import type { Token } from '../../model.ts';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { Fact } from '../../parts/fact.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { useResource } from '../../resource.ts';
import { go } from '../../router.ts';
import { may } from '../../session.ts';
import { t } from '../../words/words.ts';
import { TransactionList } from '../transactions.tsx';
import { TokenDialog } from './token-dialog.tsx';
import { TokenStatus } from './tokens-page.tsx';

/** As a form begins that adds one; its idTag is known. */
const NEW = {
  status: 'Accepted',
  parentIdTag: null,
  expiryDate: null,
  note: null,
  maxConcurrent: null,
} as const;

export function TokenPage({ idTag }: { readonly idTag: string }) {
  const resource = useResource<Token>(`/tokens/${encodeURIComponent(idTag)}`);
  const [dialog, setDialog] = useState<'edit' | 'delete' | undefined>();
  const unknown = resource.failure?.status === 404;
  // How high it is above the transactions is known only then.
  const settled = resource.data !== undefined || resource.failure !== undefined;
  const close = () => {
    setDialog(undefined);
    resource.reload();
  };
  return (
    <>
      {unknown ? (
        <div class="panel">
          <Empty title={t('Nobody provisioned {idTag}', { idTag })}>
            <p>{t('It may have been presented all the same; its transactions are below.')}</p>
            {may('operator') && (
              <button type="button" onClick={() => setDialog('edit')}>
                {t('Add it')}
              </button>
            )}
          </Empty>
        </div>
      ) : (
        <Shown of={resource} what={idTag} lines={4}>
          {(token) => <Head token={token} isCurrent={!resource.loading} onDialog={setDialog} />}
        </Shown>
      )}
      {settled && (
        <>
          <h2>{t('Transactions')}</h2>
          <TransactionList idTag={idTag} />
        </>
      )}
      {dialog === 'edit' && (
        <TokenDialog token={resource.data ?? { idTag, ...NEW }} onClose={close} onSaved={close} />
      )}
      {dialog === 'delete' && <DeleteToken idTag={idTag} onClose={() => setDialog(undefined)} />}
    </>
  );
}

interface HeadProps {
  readonly token: Token;
  /** Whether this is what Farad holds now, so that a change may begin with it. */
  readonly isCurrent: boolean;
  readonly onDialog: (dialog: 'edit' | 'delete') => void;
}

function Head({ token, isCurrent, onDialog }: HeadProps) {
  return (
    <header class="head">
      <div class="row">
        <h1>{token.idTag}</h1>
        <TokenStatus token={token} />
        {may('operator') && (
          <span class="end row tight">
            <button type="button" disabled={!isCurrent} onClick={() => onDialog('edit')}>
              {t('Change')}
            </button>
            <button type="button" class="danger" onClick={() => onDialog('delete')}>
              {t('Delete')}
            </button>
          </span>
        )}
      </div>
      <dl class="facts">
        <Fact name={t('Group')}>{token.parentIdTag ?? t('none')}</Fact>
        <Fact name={t('Expires')}>{token.expiryDate ? stamp(token.expiryDate) : t('never')}</Fact>
        <Fact name={t('Transactions at a time')}>
          {token.maxConcurrent ?? t('as set by auth.concurrentTx')}
        </Fact>
        {token.note && <Fact name={t('Note')}>{token.note}</Fact>}
      </dl>
    </header>
  );
}

function DeleteToken({ idTag, onClose }: { readonly idTag: string; readonly onClose: () => void }) {
  return (
    <DeleteDialog
      title={t('Delete token {idTag}?', { idTag })}
      name={idTag}
      path={`/tokens/${encodeURIComponent(idTag)}`}
      onClose={onClose}
      onDeleted={() => go('/tokens')}
    >
      {t('It is unknown from then on. Transactions under way go on; the history stays.')}
    </DeleteDialog>
  );
}
