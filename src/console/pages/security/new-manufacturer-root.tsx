import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import { useDoing } from '../../parts/action.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { PemField } from '../../parts/pem-field.tsx';
import { t } from '../../words/words.ts';

interface NewManufacturerRootProps {
  readonly onClose: () => void;
  readonly onAdded: () => void;
}

/** Has Farad trust a manufacturer to sign firmware. */
export function NewManufacturerRoot({ onClose, onAdded }: NewManufacturerRootProps) {
  const doing = useDoing();
  const [certificate, setCertificate] = useState('');
  const [note, setNote] = useState('');
  const add = () =>
    doing.run(async () => {
      const body = { certificate, ...(note && { note }) };
      await request('POST', '/manufacturer-roots', { body });
      onAdded();
    });
  return (
    <FormDialog
      title={t('Add a root of a manufacturer')}
      submit={t('Trust it')}
      doing={doing}
      onClose={onClose}
      onSubmit={add}
    >
      <PemField
        id="manufacturer-root"
        label={t('Root, PEM')}
        required
        value={certificate}
        onChange={setCertificate}
      />
      <div class="field">
        <label for="manufacturer-note">{t('Note')}</label>
        <input
          id="manufacturer-note"
          maxLength={500}
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
        <span class="hint">{t('Where it comes from, or whose charge points it is for.')}</span>
      </div>
    </FormDialog>
  );
}
