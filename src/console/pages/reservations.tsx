import { useState } from 'preact/hooks';
import { queryOf, request } from '../api.ts';
import type { CallAnswer } from '../call-answer.ts';
import { counted, localInput, stamp } from '../format.ts';
import type { Page } from '../model.ts';
import { Refusal, useDoing } from '../parts/action.tsx';
import { AnswerWord } from '../parts/answer-word.tsx';
import { ChargePointInput } from '../parts/charge-point-field.tsx';
import { ChoiceFilter } from '../parts/filter-fields.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { Pager } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { When } from '../parts/when.tsx';
import { useResource } from '../resource.ts';
import { place, urlOf } from '../router.ts';
import { may } from '../session.ts';

interface Reservation {
  readonly reservationId: number;
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly idTag: string;
  readonly expiryDate: string;
  readonly state: string;
  readonly ending: string | null;
  readonly answer: string;
  readonly transactionId: number | null;
}

const HOUR_MS = 3_600_000;

/** Reservations, of all charge points or of one. */
export function Reservations({ chargePointId }: { readonly chargePointId?: string }) {
  const { query } = place.value;
  const [reserving, setReserving] = useState(false);
  const list = useResource<Page<Reservation>>(
    `/reservations${queryOf({ chargePointId, state: query.get('state') ?? undefined, cursor: query.get('cursor') ?? undefined, limit: 50 })}`,
    { everyMs: 5000, keep: true },
  );
  const doing = useDoing();
  const cancel = ({ reservationId, chargePointId: where }: Reservation) =>
    doing.run(async () => {
      await request('DELETE', `/reservations/${reservationId}${queryOf({ chargePointId: where })}`);
      list.reload();
    });
  return (
    <>
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <ChoiceFilter
          name="state"
          label="State"
          options={[
            ['', 'Any'],
            ...['active', 'doubtful', 'refused', 'ended'].map((state) => [state, state] as const),
          ]}
        />
        {may('operator') && (
          <button type="button" class="primary" onClick={() => setReserving(true)}>
            Reserve a connector
          </button>
        )}
      </form>
      <Refusal failure={doing.failure} />
      <div class="panel">
        <Shown of={list} what="reservations" lines={6}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty title="No reservation here">
                <p>A reservation keeps a connector for one token or its group until it expires.</p>
              </Empty>
            ) : (
              <>
                <div class="scroll">
                  <table class="table cards">
                    <thead>
                      <tr>
                        <th scope="col">Reservation</th>
                        <th scope="col">Where</th>
                        <th scope="col">Token</th>
                        <th scope="col">Expires</th>
                        <th scope="col">State</th>
                        <th scope="col">
                          <span class="visually-hidden">Actions</span>
                        </th>
                      </tr>
                    </thead>
                    <tbody>
                      {items.map((item) => (
                        <tr key={`${item.chargePointId} ${item.reservationId}`}>
                          <td class="id">
                            <b>{item.reservationId}</b>
                          </td>
                          <td data-label="Where">
                            <a href={urlOf.chargePoint(item.chargePointId)}>{item.chargePointId}</a>{' '}
                            <span class="soft">
                              {item.connectorId === 0 ? 'any connector' : `connector ${item.connectorId}`}
                            </span>
                          </td>
                          <td data-label="Token">
                            <a href={urlOf.token(item.idTag)}>{item.idTag}</a>
                          </td>
                          <td data-label="Expires">
                            {stamp(item.expiryDate)}{' '}
                            <span class="soft">
                              <When at={item.expiryDate} />
                            </span>
                          </td>
                          <td data-label="State">
                            <State item={item} />
                          </td>
                          <td class="number">
                            {(item.state === 'active' || item.state === 'doubtful') && may('operator') && (
                              <button
                                type="button"
                                class="link"
                                disabled={doing.busy}
                                aria-label={`Cancel reservation ${item.reservationId}`}
                                onClick={() => void cancel(item)}
                              >
                                Cancel
                              </button>
                            )}
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
                <Pager next={next} sum={counted(items.length, 'reservation')} />
              </>
            )
          }
        </Shown>
      </div>
      {reserving && (
        <Reserve
          {...(chargePointId !== undefined && { chargePointId })}
          onClose={() => setReserving(false)}
          onReserved={list.reload}
        />
      )}
    </>
  );
}

function State({ item: { state, ending, answer, transactionId } }: { readonly item: Reservation }) {
  if (state === 'active') return <b class="tone-attention">held</b>;
  if (state === 'doubtful') return <span class="tone-attention">in doubt: {answer || 'no answer yet'}</span>;
  if (state === 'refused') return <span class="tone-fault">refused: {answer}</span>;
  return (
    <>
      {ending}
      {transactionId !== null && (
        <>
          {' '}
          by <a href={urlOf.transaction(transactionId)}>transaction {transactionId}</a>
        </>
      )}
    </>
  );
}

interface ReserveProps {
  readonly chargePointId?: string;
  readonly onClose: () => void;
  readonly onReserved: () => void;
}

function Reserve({ chargePointId = '', onClose, onReserved }: ReserveProps) {
  const doing = useDoing();
  const [where, setWhere] = useState(chargePointId);
  const [connectorId, setConnectorId] = useState('1');
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
      onReserved();
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
