import { useState } from 'preact/hooks';
import type { Page } from '../../model.ts';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { ExpiryOf } from '../../parts/expiry.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { useResource } from '../../resource.ts';
import type { ManufacturerRoot } from '../../security.ts';
import { may } from '../../session.ts';
import { NewManufacturerRoot } from './new-manufacturer-root.tsx';

/** Who may sign firmware. */
export function Manufacturers() {
  const list = useResource<Page<ManufacturerRoot>>('/manufacturer-roots', { everyMs: 60_000 });
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState<ManufacturerRoot | undefined>();
  return (
    <section class="panel" aria-labelledby="manufacturers">
      <header>
        <h2 id="manufacturers">Roots of manufacturers</h2>
        <button type="button" class="end" disabled={!may('admin')} onClick={() => setAdding(true)}>
          Add a root
        </button>
      </header>
      <Shown of={list} what="the roots" lines={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No root of a manufacturer is known">
              <p>
                Signed firmware is sent without a look at who issued its certificate. With a root, Farad
                refuses what does not lead to one.
              </p>
            </Empty>
          ) : (
            <RootTable items={items} onDelete={may('admin') ? setDeleting : undefined} />
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
          title="Delete a root of a manufacturer?"
          name={deleting.subject}
          path={`/manufacturer-roots/${deleting.sha256}`}
          onClose={() => setDeleting(undefined)}
          onDeleted={() => {
            setDeleting(undefined);
            list.reload();
          }}
        >
          Firmware whose certificate leads to it alone is refused from then on.
        </DeleteDialog>
      )}
    </section>
  );
}

interface RootTableProps {
  readonly items: readonly ManufacturerRoot[];
  /** Absent: nobody here may delete one. */
  readonly onDelete: ((root: ManufacturerRoot) => void) | undefined;
}

function RootTable({ items, onDelete }: RootTableProps) {
  return (
    <div class="scroll">
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Subject</th>
            <th scope="col">Valid until</th>
            <th scope="col">SHA-256</th>
            <th scope="col">Note</th>
            <th scope="col">
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((root) => (
            <tr key={root.sha256}>
              <td class="id">{root.subject}</td>
              <td data-label="Valid until">
                <ExpiryOf notAfter={root.notAfter} />
              </td>
              <td data-label="SHA-256">
                <code>{root.sha256.slice(0, 16)}…</code>
              </td>
              <td data-label="Note">{root.note ?? <span class="soft">–</span>}</td>
              <td class="number">
                <button
                  type="button"
                  class="link"
                  disabled={!onDelete}
                  aria-label={`Delete root ${root.subject}`}
                  onClick={() => onDelete?.(root)}
                >
                  Delete
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
