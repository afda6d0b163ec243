import { useState } from 'preact/hooks';
import { request } from '../api.ts';
import { Refusal, useDoing } from './action.tsx';
import { Dialog } from './dialog.tsx';

interface DocumentEditorProps {
  /** What it is, in a word. */
  readonly what: string;
  /** Where it lies in the API, without its id. */
  readonly path: string;
  /** Absent for a new one. */
  readonly id?: string;
  readonly document: unknown;
  readonly hint: string;
  /** Where its members are described. */
  readonly docs: string;
  readonly onClose: () => void;
  readonly onSaved: (id: string) => void;
}

/** Something with too many members for a form, as the JSON that the API takes. */
export function DocumentEditor({
  what,
  path,
  id: known,
  document,
  hint,
  docs,
  onClose,
  onSaved,
}: DocumentEditorProps) {
  const doing = useDoing();
  const [id, setId] = useState(known ?? '');
  const [text, setText] = useState(() => JSON.stringify(document, null, 2));
  const [problem, setProblem] = useState('');
  const save = () =>
    doing.run(async () => {
      let body: unknown;
      try {
        body = JSON.parse(text);
        setProblem('');
      } catch (error) {
        setProblem(error instanceof Error ? error.message : 'This is not JSON.');
        return;
      }
      await request('PUT', `${path}/${encodeURIComponent(id)}`, { body });
      onSaved(id);
    });
  return (
    <Dialog title={known === undefined ? `New ${what}` : `Change ${what} ${known}`} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {known === undefined && (
          <div class="field">
            <label for="document-id">Name</label>
            <input
              id="document-id"
              required
              value={id}
              onInput={(event) => setId(event.currentTarget.value)}
            />
          </div>
        )}
        <div class="field">
          <label for="document-text">As JSON</label>
          <textarea
            id="document-text"
            rows={16}
            spellcheck={false}
            aria-invalid={problem !== ''}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <span class="hint">
            {hint} <a href={docs}>What it may hold</a>
          </span>
          <span class="small tone-fault" role="status">
            {problem}
          </span>
        </div>
        <Refusal failure={doing.failure} />
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={doing.busy}>
            Save {what}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
