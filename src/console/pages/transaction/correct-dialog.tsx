import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import { energy, quantity } from '../../format.ts';
import type { Transaction } from '../../model.ts';
import { useDoing } from '../../parts/action.tsx';
import { TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { sourceInWords } from '../../transaction-words.ts';
import { rich, t } from '../../words/words.ts';

interface CorrectDialogProps {
  readonly transaction: Transaction;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** Says the energy of a transaction, or its registers, beside what the charge point reported. */
export function CorrectDialog({ transaction, onClose, onSaved }: CorrectDialogProps) {
  const { transactionId, correction, energyWh, meterStart, meterStop } = transaction;
  const path = `/transactions/${transactionId}/correction`;
  const doing = useDoing();
  const [kWh, setKWh] = useState(correction?.energyWh == null ? '' : String(correction.energyWh / 1000));
  const [start, setStart] = useState(textOf(correction?.meterStart));
  const [stop, setStop] = useState(textOf(correction?.meterStop));
  const [note, setNote] = useState(correction?.note ?? '');
  const save = () =>
    doing.run(async () => {
      const body = {
        // To a thousandth of a Wh: 1.1 kWh is 1100 Wh.
        energyWh: kWh === '' ? null : Math.round(Number(kWh) * 1e6) / 1000,
        meterStart: start === '' ? null : Number(start),
        meterStop: stop === '' ? null : Number(stop),
        note,
      };
      await request('PUT', path, { body });
      onSaved();
    });
  const takeBack = () =>
    doing.run(async () => {
      await request('DELETE', path);
      onSaved();
    });
  return (
    <FormDialog
      title={t('Correct transaction {transactionId}', { transactionId })}
      submit={t('Save correction')}
      doing={doing}
      onClose={onClose}
      onSubmit={save}
      extra={
        correction && (
          <button type="button" class="danger" disabled={doing.busy} onClick={() => void takeBack()}>
            {t('Take it back')}
          </button>
        )
      }
    >
      <p>
        {rich('Reported: {energy} {source}. That stays; what you say stands beside it.', {
          energy: energyWh === null ? t('no energy') : quantity(energy(energyWh)),
          source: <span class="soft">({sourceInWords(transaction)})</span>,
        })}
      </p>
      <Field
        id="correct-energy"
        label={t('Energy, kWh')}
        value={kWh}
        onInput={setKWh}
        step="any"
        hint={t('Or the registers:')}
      />
      <Field
        id="correct-start"
        label={t('meterStart, Wh')}
        value={start}
        onInput={setStart}
        hint={t('Empty: as reported, {meterStart}.', { meterStart: registerOf(meterStart) })}
      />
      <Field
        id="correct-stop"
        label={t('meterStop, Wh')}
        value={stop}
        onInput={setStop}
        hint={t('Empty: as reported, {meterStop}.', { meterStop: registerOf(meterStop) })}
      />
      <TextField id="correct-note" label={t('Why')} required maxLength={500} value={note} onInput={setNote} />
    </FormDialog>
  );
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly step?: 'any' | number;
  readonly hint: string;
}

function Field({ id, label, value, onInput, step = 1, hint }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={0}
        step={step}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        aria-describedby={`${id}-hint`}
      />
      <span id={`${id}-hint`} class="hint">
        {hint}
      </span>
    </div>
  );
}

function textOf(register: number | null | undefined): string {
  return register == null ? '' : String(register);
}

function registerOf(register: number | null): string {
  return register === null ? t('nothing') : `${register} Wh`;
}
