import { useState } from 'preact/hooks';
import { localInput } from '../../format.ts';
import type { Token } from '../../model.ts';
import { useDoing } from '../../parts/action.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { save as write } from '../../save.ts';

interface TokenDialogProps {
  /** The one to change; absent for a new one. */
  readonly token?: Omit<Token, 'version'> & { readonly version?: number };
  readonly onClose: () => void;
  readonly onSaved: (idTag: string) => void;
}

export function TokenDialog({ token, onClose, onSaved }: TokenDialogProps) {
  const doing = useDoing();
  const [idTag, setIdTag] = useState(token?.idTag ?? '');
  const [status, setStatus] = useState<string>(token?.status ?? 'Accepted');
  const [parentIdTag, setParent] = useState(token?.parentIdTag ?? '');
  const [expiry, setExpiry] = useState(token?.expiryDate ? localInput(new Date(token.expiryDate)) : '');
  const [atATime, setAtATime] = useState(token?.maxConcurrent?.toString() ?? '');
  const [note, setNote] = useState(token?.note ?? '');
  // The page behind may read a newer one meanwhile; what is written here began with this.
  const [version] = useState(token?.version);

  const save = () =>
    doing.run(async () => {
      const body = {
        status,
        parentIdTag: parentIdTag || null,
        expiryDate: expiry === '' ? null : new Date(expiry).toISOString(),
        maxConcurrent: atATime === '' ? null : Number(atATime),
        note: note || null,
      };
      await write(`/tokens/${encodeURIComponent(idTag)}`, body, version);
      onSaved(idTag);
    });

  return (
    <FormDialog
      title={token ? `Token ${token.idTag}` : 'Add a token'}
      submit="Save token"
      doing={doing}
      onClose={onClose}
      onSubmit={save}
    >
      {!token && (
        <div class="field">
          <label for="token-id">idTag</label>
          <input
            id="token-id"
            required
            maxLength={20}
            autocomplete="off"
            spellcheck={false}
            value={idTag}
            onInput={(event) => setIdTag(event.currentTarget.value)}
          />
          <span class="hint">At most 20 characters; upper and lower case make no difference.</span>
        </div>
      )}
      <div class="field">
        <label for="token-status">Status</label>
        <select id="token-status" value={status} onChange={(event) => setStatus(event.currentTarget.value)}>
          <option>Accepted</option>
          <option>Blocked</option>
          <option>Expired</option>
        </select>
      </div>
      <div class="field">
        <label for="token-parent">Group (parentIdTag)</label>
        <input
          id="token-parent"
          maxLength={20}
          autocomplete="off"
          value={parentIdTag}
          onInput={(event) => setParent(event.currentTarget.value)}
        />
        <span class="hint">Members of one group may stop what another one started.</span>
      </div>
      <div class="field">
        <label for="token-expiry">Expires</label>
        <input
          id="token-expiry"
          type="datetime-local"
          value={expiry}
          onInput={(event) => setExpiry(event.currentTarget.value)}
        />
      </div>
      <div class="field">
        <label for="token-concurrent">Transactions at a time</label>
        <input
          id="token-concurrent"
          type="number"
          min={0}
          value={atATime}
          placeholder="as set by auth.concurrentTx"
          onInput={(event) => setAtATime(event.currentTarget.value)}
        />
      </div>
      <div class="field">
        <label for="token-note">Note</label>
        <input id="token-note" value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </div>
    </FormDialog>
  );
}
