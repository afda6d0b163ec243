import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import { stamp, zone } from '../../format.ts';
import type { Transaction } from '../../model.ts';
import { useDoing } from '../../parts/action.tsx';
import { TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { suspicionInWords } from '../../transaction-words.ts';
import { t } from '../../words/words.ts';

interface CloseDialogProps {
  readonly transaction: Transaction;
  readonly onClose: () => void;
  readonly onClosed: (transaction: Transaction) => void;
}

/** Ends a transaction whose stop has not come, with what is known about its end. */
export function CloseDialog({ transaction, onClose, onClosed }: CloseDialogProps) {
  const { transactionId, startedAt, meterStart, suspicions } = transaction;
  const doing = useDoing();
  const [meterStop, setMeterStop] = useState('');
  const [time, setTime] = useState('');
  const [reason, setReason] = useState('');
  const close = () =>
    doing.run(async () => {
      const body = {
        ...(meterStop !== '' && { meterStop: Number(meterStop) }),
        ...(time !== '' && { time: new Date(time).toISOString() }),
        reason,
      };
      onClosed(await request<Transaction>('POST', `/transactions/${transactionId}/close`, { body }));
    });
  return (
    <FormDialog
      title={t('Close transaction {transactionId}', { transactionId })}
      submit={t('Close transaction {transactionId}', { transactionId })}
      doing={doing}
      onClose={onClose}
      onSubmit={close}
    >
      <p>
        {t(
          'It has ended from then on, and its token is free. Nothing is sent to the charge point; should its stop come after all, that is kept and counts.',
        )}
      </p>
      {suspicions.length > 0 && (
        <ul class="small soft">
          {suspicions.map((suspicion) => (
            <li key={suspicion.reason}>
              {suspicion.since === null
                ? suspicionInWords(suspicion)
                : t('{suspicion} since {since}', {
                    suspicion: suspicionInWords(suspicion),
                    since: stamp(suspicion.since),
                  })}
            </li>
          ))}
        </ul>
      )}
      <TextField
        id="close-register"
        label={t('meterStop, Wh')}
        hint={
          meterStart === null
            ? t('No meterStart was reported. Empty: what its meter values show.')
            : t('It began at {meterStart} Wh. Empty: what its meter values show.', { meterStart })
        }
        type="number"
        min={meterStart ?? 0}
        step={1}
        value={meterStop}
        onInput={setMeterStop}
      />
      <TextField
        id="close-time"
        label={t('Ended at')}
        hint={t('It began {startedAt} ({zone}). Empty: now.', { startedAt: stamp(startedAt), zone })}
        type="datetime-local"
        step={1}
        value={time}
        onInput={setTime}
      />
      <TextField id="close-reason" label={t('Reason')} maxLength={500} value={reason} onInput={setReason} />
    </FormDialog>
  );
}
