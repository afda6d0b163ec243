import type { ComponentChild } from 'preact';
import { useState } from 'preact/hooks';
import { save as write } from '../save.ts';
import { Refusal, useDoing } from './action.tsx';
import { Dialog } from './dialog.tsx';

interface DocumentEditorProps<Document> {
  /** What it is, in a word. */
  readonly what: string;
  /** Where it lies in the API, without its id. */
  readonly path: string;
  /** Absent for a new one. */
  readonly id?: string;
  readonly document: Document;
  /** Of `document` as it was read; absent for a new one. */
  readonly version?: number;
  readonly hint: string;
  /** Where its members are described. */
  readonly docs: string;
  readonly form: (document: Document, change: (changed: Document) => void) => ComponentChild;
  readonly onClose: () => void;
  readonly onSaved: (id: string) => void;
}

/** Something with many members: as a form, or as the JSON that the API takes. */
export function DocumentEditor<Document>(props: DocumentEditorProps<Document>) {
  const { what, path, id: known, hint, docs, form, onClose, onSaved } = props;
  const doing = useDoing();
  const [id, setId] = useState(known ?? '');
  const [document, setDocument] = useState(props.document);
  // The page behind may read a newer one meanwhile; what is written here began with this.
  const [version] = useState(props.version);
  const [text, setText] = useState<string | undefined>();
  const [problem, setProblem] = useState('');
  /** What the JSON says, if it is any; tells what is wrong otherwise. */
  const read = (): { readonly document: Document } | undefined => {
    if (text === undefined) return { document };
    try {
      const found = { document: JSON.parse(text) as Document };
      setProblem('');
      return found;
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'This is not JSON.');
      return undefined;
    }
  };
  const save = () =>
    doing.run(async () => {
      const found = read();
      if (!found) return;
      await write(`${path}/${encodeURIComponent(id)}`, found.document, version);
      onSaved(id);
    });
  const showForm = () => {
    const found = read();
    if (!found) return;
    setDocument(found.document);
    setText(undefined);
  };
  return (
    <Dialog title={known === undefined ? `New ${what}` : `Change ${what} ${known}`} wide onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <div class="row">
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
          <fieldset class="chips end">
            <legend class="visually-hidden">Edit it</legend>
            <button type="button" aria-pressed={text === undefined} onClick={showForm}>
              As a form
            </button>
            <button
              type="button"
              aria-pressed={text !== undefined}
              onClick={() => setText(JSON.stringify(document, null, 2))}
            >
              As JSON
            </button>
          </fieldset>
        </div>
        {text === undefined ? (
          form(document, setDocument)
        ) : (
          <div class="field">
            <label for="document-text">As JSON</label>
            <textarea
              id="document-text"
              rows={18}
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
        )}
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
