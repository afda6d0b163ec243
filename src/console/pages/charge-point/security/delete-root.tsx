import { useState } from 'preact/hooks';
import { queryOf, request } from '../../../api.ts';
import type { CallAnswer } from '../../../call-answer.ts';
import { Failure } from '../../../failure.ts';
import { useDoing } from '../../../parts/action.tsx';
import { AnswerWord } from '../../../parts/answer-word.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import type { HashData } from '../../../security.ts';
import { rich, t } from '../../../words/words.ts';

interface DeleteRootProps {
  readonly id: string;
  readonly path: string;
  readonly hashData: HashData;
  readonly subject: string | null;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

/** Deletes a root at a charge point; asks once more where it may be the last one of the Central System. */
export function DeleteRoot({ id, path, hashData, subject, onClose, onDeleted }: DeleteRootProps) {
  const doing = useDoing();
  const [isLast, setIsLast] = useState(false);
  const [answer, setAnswer] = useState<CallAnswer | undefined>();
  const send = () =>
    doing.run(async () => {
      try {
        const body = { certificateHashData: hashData };
        const url = `${path}/delete${queryOf({ confirm: isLast || undefined })}`;
        setAnswer((await request<{ answer: CallAnswer }>('POST', url, { body })).answer);
        onDeleted();
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'last_root') throw error;
        setIsLast(true);
      }
    });
  return (
    <FormDialog
      title={t('Delete a root at {id}?', { id })}
      submit={isLast ? t('Delete the last root') : t('Send DeleteCertificate')}
      danger
      close={answer ? t('Close') : t('Keep it')}
      doing={doing}
      onClose={onClose}
      onSubmit={send}
      outcome={<AnswerWord answer={answer} meaning={{ NotFound: t('It has no such root.') }} />}
    >
      <p>
        {rich('{subject}, serial number {serialNumber}', {
          subject: subject ?? t('A root that Farad does not know'),
          serialNumber: <code>{hashData.serialNumber}</code>,
        })}
      </p>
      {isLast && !answer && (
        <p class="note failure" role="alert">
          {rich(
            '{warning} Without one it trusts no TLS of any Central System, and can never connect by profile 2 or 3 again.',
            { warning: <b>{t('No root of the Central System may be left.')}</b> },
          )}
        </p>
      )}
    </FormDialog>
  );
}
