import type { ComponentChildren } from 'preact';
import { request } from '../api.ts';
import { t } from '../words/words.ts';
import { Refusal, useDoing } from './action.tsx';
import { Dialog } from './dialog.tsx';

interface DeleteDialogProps {
  /** With its kind where the name alone does not say it. */
  readonly title: string;
  readonly name: string;
  readonly path: string;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
  /** What follows from it. */
  readonly children: ComponentChildren;
}

/** Asks once, by its name, before something is deleted. */
export function DeleteDialog({ title, name, path, onClose, onDeleted, children }: DeleteDialogProps) {
  const doing = useDoing();
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      <Refusal failure={doing.failure} />
      <div class="actions">
        <button type="button" onClick={onClose}>
          {t('Keep it')}
        </button>
        <button
          type="button"
          class="danger"
          disabled={doing.busy}
          onClick={() =>
            void doing.run(async () => {
              await request('DELETE', path);
              onDeleted();
            })
          }
        >
          {t('Delete {name}', { name })}
        </button>
      </div>
    </Dialog>
  );
}
