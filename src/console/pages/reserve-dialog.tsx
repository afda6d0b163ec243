import { useState } from 'preact/hooks';
import { request } from '../api.ts';
import type { CallAnswer } from '../call-answer.ts';
import { localInput } from '../format.ts';
import { useDoing } from '../parts/action.tsx';
import { AnswerWord } from '../parts/answer-word.tsx';
import { ChargePointInput } from '../parts/charge-point-field.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';

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
      title="Reserve a connector"
      submit="Send ReserveNow"
      doing={doing}
      onClose={onClose}
      onSubmit={send}
      close={answer ? 'Close' : 'Cancel'}
      outcome={<AnswerWord answer={answer} />}
    >
      <div class="field">
        <label for="reserve-where">Charge point</label>
        <ChargePointInput
          id="reserve-where"
          required
          readOnly={chargePointId !== ''}
          value={where}
          onInput={setWhere}
        />
      </div>
      <div class="field">
        <label for="reserve-connector">Connector (0: any)</label>
        <input
          id="reserve-connector"
          type="number"
          min={0}
          required
          value={connectorId}
          onInput={(event) => setConnectorId(event.currentTarget.value)}
        />
      </div>
      <div class="field">
        <label for="reserve-tag">idTag</label>
        <input
          id="reserve-tag"
          required
          maxLength={20}
          value={idTag}
          onInput={(event) => setIdTag(event.currentTarget.value)}
          aria-describedby="reserve-tag-note"
        />
        <p id="reserve-tag-note" class="small soft">
          Where the tag has a parent, any tag of that group may use the reservation.
        </p>
      </div>
      <div class="field">
        <label for="reserve-expiry">Until</label>
        <input
          id="reserve-expiry"
          type="datetime-local"
          required
          value={expiry}
          onInput={(event) => setExpiry(event.currentTarget.value)}
        />
      </div>
    </FormDialog>
  );
}
