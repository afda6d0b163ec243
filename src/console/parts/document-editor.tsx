import type { ComponentChild } from 'preact';
import { useState } from 'preact/hooks';
import { save as write } from '../save.ts';
import { t } from '../words/words.ts';
import { useDoing } from './action.tsx';
import { Field, TextField } from './fields.tsx';
import { FormDialog } from './form-dialog.tsx';

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
  const edited = useDocument(props.document);
  // The page behind may read a newer one meanwhile; what is written here began with this.
  const [version] = useState(props.version);
  const save = () =>
    doing.run(async () => {
      const found = edited.read();
      if (!found) return;
      await write(`${path}/${encodeURIComponent(id)}`, found.document, version);
      onSaved(id);
    });
  return (
    <FormDialog
      title={known === undefined ? t('New {what}', { what }) : t('Change {what} {known}', { what, known })}
      wide
      submit={t('Save {what}', { what })}
      doing={doing}
      onClose={onClose}
      onSubmit={save}
    >
      <div class="row">
        {known === undefined && (
          <TextField id="document-id" label={t('Name')} required value={id} onInput={setId} />
        )}
        <fieldset class="chips end">
          <legend class="visually-hidden">{t('Edit it')}</legend>
          <button type="button" aria-pressed={edited.text === undefined} onClick={edited.showForm}>
            {t('As a form')}
          </button>
          <button type="button" aria-pressed={edited.text !== undefined} onClick={edited.showText}>
            {t('As JSON')}
          </button>
        </fieldset>
      </div>
      {edited.text === undefined ? (
        form(edited.document, edited.setDocument)
      ) : (
        <Field id="document-text" label={t('As JSON')}>
          <textarea
            id="document-text"
            rows={18}
            spellcheck={false}
            aria-invalid={edited.problem !== ''}
            value={edited.text}
            onInput={(event) => edited.setText(event.currentTarget.value)}
          />
          <span class="hint">
            {hint} <a href={docs}>{t('What it may hold')}</a>
          </span>
          <span class="small tone-fault" role="status">
            {edited.problem}
          </span>
        </Field>
      )}
    </FormDialog>
  );
}

/** A document under change; `text` is its JSON while it is edited as such. */
function useDocument<Document>(begun: Document) {
  const [document, setDocument] = useState(begun);
  const [text, setText] = useState<string | undefined>();
  const [problem, setProblem] = useState('');
  /** Returns the document as it stands; undefined, with a problem to show, if the text is not JSON. */
  const read = (): { readonly document: Document } | undefined => {
    if (text === undefined) return { document };
    try {
      const found = { document: JSON.parse(text) as Document };
      setProblem('');
      return found;
    } catch (error) {
      setProblem(error instanceof Error ? error.message : t('This is not JSON.'));
      return undefined;
    }
  };
  const showForm = () => {
    const found = read();
    if (!found) return;
    setDocument(found.document);
    setText(undefined);
  };
  const showText = () => setText(JSON.stringify(document, null, 2));
  return { document, setDocument, text, setText, problem, read, showForm, showText };
}
