import { useState } from 'preact/hooks';
import { queryOf, request } from '../../../api.ts';
import type { CallAnswer } from '../../../call-answer.ts';
import { Failure } from '../../../failure.ts';
import { useDoing } from '../../../parts/action.tsx';
import { AnswerWord } from '../../../parts/answer-word.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { PemField } from '../../../parts/pem-field.tsx';
import { t } from '../../../words/words.ts';
import { ROOT_TYPES } from './root-table.tsx';

interface InstallRootProps {
  readonly id: string;
  readonly path: string;
  readonly onClose: () => void;
  readonly onInstalled: () => void;
}

/** Installs a root at a charge point; asks once more where that is expected to refuse it. */
export function InstallRoot({ id, path, onClose, onInstalled }: InstallRootProps) {
  const doing = useDoing();
  const [root, setRoot] = useState({ certificateType: 'CentralSystemRootCertificate', certificate: '' });
  const [doubt, setDoubt] = useState('');
  const [answer, setAnswer] = useState<CallAnswer | undefined>();
  const change = (changed: Partial<typeof root>) => {
    setRoot({ ...root, ...changed });
    setDoubt('');
    setAnswer(undefined);
  };
  const send = () =>
    doing.run(async () => {
      try {
        const url = `${path}${queryOf({ force: doubt !== '' || undefined })}`;
        setAnswer((await request<{ answer: CallAnswer }>('POST', url, { body: root })).answer);
        setDoubt('');
        onInstalled();
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'likely_refused') throw error;
        setDoubt(error.message);
      }
    });
  return (
    <FormDialog
      title={t('Install a root at {id}', { id })}
      submit={doubt === '' ? t('Send InstallCertificate') : t('Send it all the same')}
      danger={doubt !== ''}
      close={answer ? t('Close') : t('Cancel')}
      doing={doing}
      onClose={onClose}
      onSubmit={send}
      outcome={
        <AnswerWord
          answer={answer}
          meaning={{
            Rejected: t('It is invalid for it, or it has no room.'),
            Failed: t('It could not store it.'),
          }}
        />
      }
    >
      <div class="field">
        <label for="root-type">{t('It trusts by this root')}</label>
        <select
          id="root-type"
          value={root.certificateType}
          onChange={(event) => change({ certificateType: event.currentTarget.value })}
        >
          {Object.entries(ROOT_TYPES).map(([type, words]) => (
            <option key={type} value={type}>
              {t(words)}
            </option>
          ))}
        </select>
        <span class="hint">
          {t('The Central System shows its certificate in TLS; the manufacturer signs firmware.')}
        </span>
      </div>
      <PemField
        id="root-pem"
        label={t('Root, PEM')}
        required
        value={root.certificate}
        onChange={(certificate) => change({ certificate })}
      />
      {doubt !== '' && (
        <p class="note failure" role="alert">
          {doubt}
        </p>
      )}
    </FormDialog>
  );
}
