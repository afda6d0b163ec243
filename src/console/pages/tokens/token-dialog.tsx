import { useState } from 'preact/hooks';
import { localInput } from '../../format.ts';
import type { Token } from '../../model.ts';
import { useDoing } from '../../parts/action.tsx';
import { SelectField, TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { save as write } from '../../save.ts';
import { t } from '../../words/words.ts';

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
      title={token ? t('Token {idTag}', { idTag: token.idTag }) : t('Add a token')}
      submit={t('Save token')}
      doing={doing}
      onClose={onClose}
      onSubmit={save}
    >
      {!token && <IdTagField value={idTag} onInput={setIdTag} />}
      <SelectField
        id="token-status"
        label={t('Status')}
        value={status}
        options={['Accepted', 'Blocked', 'Expired']}
        onChange={setStatus}
      />
      <TextField
        id="token-parent"
        label={t('Group (parentIdTag)')}
        hint={t('Members of one group may stop what another one started.')}
        maxLength={20}
        autocomplete="off"
        value={parentIdTag}
        onInput={setParent}
      />
      <TextField
        id="token-expiry"
        label={t('Expires')}
        type="datetime-local"
        value={expiry}
        onInput={setExpiry}
      />
      <TextField
        id="token-concurrent"
        label={t('Transactions at a time')}
        type="number"
        min={0}
        placeholder={t('as set by auth.concurrentTx')}
        value={atATime}
        onInput={setAtATime}
      />
      <TextField id="token-note" label={t('Note')} value={note} onInput={setNote} />
    </FormDialog>
  );
}

interface IdTagFieldProps {
  readonly value: string;
  readonly onInput: (value: string) => void;
}

function IdTagField({ value, onInput }: IdTagFieldProps) {
  return (
    <TextField
      id="token-id"
      label="idTag"
      hint={t('At most 20 characters; upper and lower case make no difference.')}
      required
      maxLength={20}
      autocomplete="off"
      spellcheck={false}
      value={value}
      onInput={onInput}
    />
  );
}
