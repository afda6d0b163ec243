import { useState } from 'preact/hooks';
import { request } from '../api.ts';
import type { CallAnswer } from '../call-answer.ts';
import { localInput } from '../format.ts';
import { useDoing } from '../parts/action.tsx';
import { AnswerWord } from '../parts/answer-word.tsx';
import { ChargePointInput } from '../parts/charge-point-field.tsx';
import { Field, TextField } from '../parts/fields.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { t } from '../words/words.ts';

const HOUR_MS = 3_600_000;

interface ReserveProps {
  readonly chargePointId?: string;
  readonly connectorId?: number;
  readonly onClose: () => void;
  readonly onReserved?: () => void;
}

/** A form that reserves a connector, and the charge point's answer. */
export function ReserveDialog({
  chargePointId = '',
  connectorId: at = 1,
  onClose,
  onReserved,
}: ReserveProps) {
  const doing = useDoing();
  const [where, setWhere] = useState(chargePointId);
  const [connectorId, setConnectorId] = useState(String(at));
  const [idTag, setIdTag] = useState('');
  const [expiry, setExpiry] = useState(() => localInput(new Date(Date.now() + HOUR_MS)));
  const [answer, setAnswer] = useState<CallAnswer | undefined>();
  const send = () =>
    doing.run(async () => {
      const body = {
        chargePointId: where,
        connectorId: Number(connectorId),
        idTag,
        expiryDate: new Date(expiry).toISOString(),
      };
      const reserved = await request<{ answer: CallAnswer }>('POST', '/reservations', { body });
      setAnswer(reserved.answer);
      onReserved?.();
    });
  return (
    <FormDialog
      title={t('Reserve a connector')}
      submit={t('Send ReserveNow')}
      doing={doing}
      onClose={onClose}
      onSubmit={send}
      close={answer ? t('Close') : t('Cancel')}
      outcome={<AnswerWord answer={answer} />}
    >
      <Field id="reserve-where" label={t('Charge point')}>
        <ChargePointInput
          id="reserve-where"
          required
          readOnly={chargePointId !== ''}
          value={where}
          onInput={setWhere}
        />
      </Field>
      <TextField
        id="reserve-connector"
        label={t('Connector (0: any)')}
        type="number"
        min={0}
        required
        value={connectorId}
        onInput={setConnectorId}
      />
      <TextField
        id="reserve-tag"
        label="idTag"
        hint={t('If the tag has a parent, any tag of that group may use the reservation.')}
        required
        maxLength={20}
        value={idTag}
        onInput={setIdTag}
      />
      <TextField
        id="reserve-expiry"
        label={t('Until')}
        type="datetime-local"
        required
        value={expiry}
        onInput={setExpiry}
      />
    </FormDialog>
  );
}
