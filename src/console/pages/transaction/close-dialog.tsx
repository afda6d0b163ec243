import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import { stamp, zone } from '../../format.ts';
import type { Transaction } from '../../model.ts';
import { useDoing } from '../../parts/action.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { suspicionInWords } from '../../transaction-words.ts';

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
      title={`Close transaction ${transactionId}`}
      submit={`Close transaction ${transactionId}`}
      doing={doing}
      onClose={onClose}
      onSubmit={close}
    >
      <p>
        It has ended from then on, and its token is free. Nothing is sent to the charge point; should its stop
        come after all, that is kept and counts.
      </p>
      {suspicions.length > 0 && (
        <ul class="small soft">
          {suspicions.map((suspicion) => (
            <li key={suspicion.reason}>
              {suspicionInWords(suspicion)}
              {suspicion.since !== null && ` since ${stamp(suspicion.since)}`}
            </li>
          ))}
        </ul>
      )}
      <div class="field">
        <label for="close-register">meterStop, Wh</label>
        <input
          id="close-register"
          type="number"
          min={meterStart ?? 0}
          step={1}
          value={meterStop}
          onInput={(event) => setMeterStop(event.currentTarget.value)}
          aria-describedby="close-register-hint"
        />
        <span id="close-register-hint" class="hint">
          {meterStart === null ? 'No meterStart was reported.' : `It began at ${meterStart} Wh.`} Empty: what
          its meter values show.
        </span>
      </div>
      <div class="field">
        <label for="close-time">Ended at</label>
        <input
          id="close-time"
          type="datetime-local"
          step={1}
          value={time}
          onInput={(event) => setTime(event.currentTarget.value)}
          aria-describedby="close-time-hint"
        />
        <span id="close-time-hint" class="hint">
          It began {stamp(startedAt)} ({zone}). Empty: now.
        </span>
      </div>
      <div class="field">
        <label for="close-reason">Reason</label>
        <input
          id="close-reason"
          maxLength={500}
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </div>
    </FormDialog>
  );
}
