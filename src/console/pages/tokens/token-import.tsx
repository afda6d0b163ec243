import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import { count } from '../../format.ts';
import { Refusal, useDoing } from '../../parts/action.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { t } from '../../words/words.ts';

interface ImportResult {
  readonly lines: number;
  readonly imported: number;
  readonly rejected: number;
  readonly errors: readonly { readonly line: number; readonly message: string }[];
}

interface Chosen {
  readonly name: string;
  readonly content: Blob;
  readonly type: string;
}

const SHOWN_ERRORS = 50;

/** A file of tokens: first what would become of its lines, then, asked for, the import itself. */
export function TokenImport({
  onClose,
  onImported,
}: {
  readonly onClose: () => void;
  readonly onImported: () => void;
}) {
  const doing = useDoing();
  const [chosen, setChosen] = useState<Chosen | undefined>();
  const [preview, setPreview] = useState<ImportResult | undefined>();
  const [done, setDone] = useState<ImportResult | undefined>();

  const send = (file: Chosen, dryRun: boolean) =>
    request<ImportResult>('POST', `/tokens/import${dryRun ? '?dryRun=true' : ''}`, {
      raw: { type: file.type, content: file.content },
    });
  const choose = (file: File | undefined) => {
    if (!file) return;
    const type = /\.(nd)?jsonl?$/i.test(file.name) ? 'application/x-ndjson' : 'text/csv';
    const next = { name: file.name, content: file, type };
    setChosen(next);
    setPreview(undefined);
    setDone(undefined);
    void doing.run(async () => setPreview(await send(next, true)));
  };
  const importIt = () =>
    doing.run(async () => {
      if (!chosen) return;
      setDone(await send(chosen, false));
      onImported();
    });

  return (
    <Dialog title={t('Import tokens')} onClose={onClose}>
      <div class="field">
        <label for="import-file">{t('File')}</label>
        <input
          id="import-file"
          type="file"
          accept=".csv,.ndjson,.jsonl,text/csv"
          onChange={(event) => choose(event.currentTarget.files?.[0])}
        />
        <span class="hint">
          {t(
            'CSV with a header line (idTag, status, parentIdTag, expiryDate, note, maxConcurrent), or one JSON object per line. Tokens that exist are replaced.',
          )}
        </span>
      </div>
      {doing.busy && <p role="status">{t('Reading…')}</p>}
      <Refusal failure={doing.failure} />
      {done ? (
        <p class="note good" role="status">
          {t('{imported} tokens imported', { imported: count(done.imported) })}
          {done.rejected > 0 && t(', {rejected} lines left out', { rejected: count(done.rejected) })}.
        </p>
      ) : (
        preview && <Preview result={preview} />
      )}
      <div class="actions">
        <button type="button" onClick={onClose}>
          {done ? t('Close') : t('Cancel')}
        </button>
        {!done && (
          <button
            type="button"
            class="primary"
            disabled={!preview || preview.imported === 0 || doing.busy}
            onClick={() => void importIt()}
          >
            {preview ? t('Import {imported} tokens', { imported: count(preview.imported) }) : t('Import')}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function Preview({ result }: { readonly result: ImportResult }) {
  const { lines, imported, rejected, errors } = result;
  return (
    <div class="form" role="status">
      <p>
        {t('Of {lines} lines {imported} are tokens', { lines: count(lines), imported: count(imported) })}
        {rejected === 0 ? (
          '.'
        ) : (
          <b class="tone-fault"> {t('and {rejected} are not:', { rejected: count(rejected) })}</b>
        )}
      </p>
      {errors.length > 0 && (
        <div class="scroll import-errors">
          <table class="table">
            <thead>
              <tr>
                <th scope="col" class="number">
                  {t('Line')}
                </th>
                <th scope="col">{t('What is wrong')}</th>
              </tr>
            </thead>
            <tbody>
              {errors.slice(0, SHOWN_ERRORS).map(({ line, message }) => (
                <tr key={line}>
                  <td class="number">{line}</td>
                  <td>{message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
