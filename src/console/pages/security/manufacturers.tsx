import { useState } from 'preact/hooks';
import type { Page } from '../../model.ts';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { ExpiryOf } from '../../parts/expiry.tsx';
import { type Column, Table } from '../../parts/list-page.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { useResource } from '../../resource.ts';
import type { ManufacturerRoot } from '../../security.ts';
import { may } from '../../session.ts';
import { t } from '../../words/words.ts';
import { NewManufacturerRoot } from './new-manufacturer-root.tsx';

/** Who may sign firmware. */
export function Manufacturers() {
  const list = useResource<Page<ManufacturerRoot>>('/manufacturer-roots', { everyMs: 60_000 });
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState<ManufacturerRoot | undefined>();
  return (
    <section class="panel" aria-labelledby="manufacturers">
      <header>
        <h2 id="manufacturers">{t('Roots of manufacturers')}</h2>
        <button type="button" class="end" disabled={!may('admin')} onClick={() => setAdding(true)}>
          {t('Add a root')}
        </button>
      </header>
      <Shown of={list} what={t('the roots')} lines={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('No root of a manufacturer is known')}>
              <p>
                {t(
                  'Signed firmware is sent without a look at who issued its certificate. With a root, Farad refuses what does not lead to one.',
                )}
              </p>
            </Empty>
          ) : (
            <Table
              items={items}
              columns={columns(may('admin') ? setDeleting : undefined)}
              keyOf={({ sha256 }) => sha256}
            />
          )
        }
      </Shown>
      {adding && (
        <NewManufacturerRoot
          onClose={() => setAdding(false)}
          onAdded={() => {
            setAdding(false);
            list.reload();
          }}
        />
      )}
      {deleting && (
        <DeleteDialog
          title={t('Delete a root of a manufacturer?')}
          name={deleting.subject}
          path={`/manufacturer-roots/${deleting.sha256}`}
          onClose={() => setDeleting(undefined)}
          onDeleted={() => {
            setDeleting(undefined);
            list.reload();
          }}
        >
          {t('Firmware whose certificate leads to it alone is refused from then on.')}
        </DeleteDialog>
      )}
    </section>
  );
}

/** Without `onDelete` nobody here may delete one. */
const columns = (
  onDelete: ((root: ManufacturerRoot) => void) | undefined,
): readonly Column<ManufacturerRoot>[] => [
  { label: 'Subject', kind: 'id', cell: ({ subject }) => subject },
  { label: 'Valid until', cell: ({ notAfter }) => <ExpiryOf notAfter={notAfter} /> },
  { label: 'SHA-256', cell: ({ sha256 }) => <code>{sha256.slice(0, 16)}…</code> },
  { label: 'Note', cell: ({ note }) => note ?? <span class="soft">–</span> },
  {
    label: 'Actions',
    kind: 'actions',
    cell: (root) => (
      <button
        type="button"
        class="link"
        disabled={!onDelete}
        aria-label={t('Delete root {subject}', { subject: root.subject })}
        onClick={() => onDelete?.(root)}
      >
        {t('Delete')}
      </button>
    ),
  },
];
