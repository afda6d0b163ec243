import { useState } from 'preact/hooks';
import { queryOf, request } from '../api.ts';
import { counted, stamp } from '../format.ts';
import type { Page } from '../model.ts';
import { Refusal, useDoing } from '../parts/action.tsx';
import { ChoiceFilter } from '../parts/filter-fields.tsx';
import { Pager } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { When } from '../parts/when.tsx';
import { useResource } from '../resource.ts';
import { place, urlOf } from '../router.ts';
import { may } from '../session.ts';
import { ReserveDialog } from './reserve-dialog.tsx';

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
        <ReserveDialog
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
