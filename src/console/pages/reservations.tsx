import { useState } from 'preact/hooks';
import { queryOf, request } from '../api.ts';
import { stamp } from '../format.ts';
import type { Reservation } from '../model.ts';
import { type Doing, Refusal, useDoing } from '../parts/action.tsx';
import { ChoiceFilter, Filters } from '../parts/filter-fields.tsx';
import { type Column, ListPage, useList } from '../parts/list-page.tsx';
import { Empty } from '../parts/states.tsx';
import { statusWord } from '../parts/status.tsx';
import { When } from '../parts/when.tsx';
import { queried, urlOf } from '../router.ts';
import { may } from '../session.ts';
import { plural, rich, t } from '../words/words.ts';
import { ReserveDialog } from './reserve-dialog.tsx';

const STATES = ['active', 'doubtful', 'refused', 'ended'];

const COLUMNS: readonly Column<Reservation>[] = [
  { label: 'Reservation', kind: 'id', cell: ({ reservationId }) => <b>{reservationId}</b> },
  {
    label: 'Where',
    cell: ({ chargePointId, connectorId }) => (
      <>
        <a href={urlOf.chargePoint(chargePointId)}>{chargePointId}</a>{' '}
        <span class="soft">
          {connectorId === 0 ? t('any connector') : t('connector {connectorId}', { connectorId })}
        </span>
      </>
    ),
  },
  { label: 'Token', cell: ({ idTag }) => <a href={urlOf.token(idTag)}>{idTag}</a> },
  {
    label: 'Expires',
    cell: ({ expiryDate }) => (
      <>
        {stamp(expiryDate)}{' '}
        <span class="soft">
          <When at={expiryDate} />
        </span>
      </>
    ),
  },
  { label: 'State', cell: (item) => <State item={item} /> },
];

/** Reservations, of all charge points or of one. */
export function Reservations({ chargePointId }: { readonly chargePointId?: string }) {
  const [reserving, setReserving] = useState(false);
  const list = useList<Reservation>('/reservations', { chargePointId, state: queried('state') }, 5000);
  const doing = useDoing();
  const cancel = ({ reservationId, chargePointId: where }: Reservation) =>
    doing.run(async () => {
      await request('DELETE', `/reservations/${reservationId}${queryOf({ chargePointId: where })}`);
      list.reload();
    });
  return (
    <>
      <Filters>
        <ChoiceFilter
          name="state"
          label={t('State')}
          options={[['', t('Any')], ...STATES.map((state) => [state, statusWord(state)] as const)]}
        />
        {may('operator') && (
          <button type="button" class="primary" onClick={() => setReserving(true)}>
            {t('Reserve a connector')}
          </button>
        )}
      </Filters>
      <Refusal failure={doing.failure} />
      <ListPage
        of={list}
        what={t('reservations')}
        lines={6}
        columns={[...COLUMNS, cancelling(doing, cancel)]}
        keyOf={(item) => `${item.chargePointId} ${item.reservationId}`}
        empty={
          <Empty title={t('No reservation here')}>
            <p>{t('A reservation keeps a connector for one token or its group until it expires.')}</p>
          </Empty>
        }
        sum={(shown) => plural(shown, '{n} reservation', '{n} reservations')}
      />
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

function cancelling({ busy }: Doing, cancel: (item: Reservation) => Promise<void>): Column<Reservation> {
  return {
    label: 'Actions',
    kind: 'actions',
    cell: (item) =>
      (item.state === 'active' || item.state === 'doubtful') &&
      may('operator') && (
        <button
          type="button"
          class="link"
          disabled={busy}
          aria-label={t('Cancel reservation {reservationId}', { reservationId: item.reservationId })}
          onClick={() => void cancel(item)}
        >
          {t('Cancel')}
        </button>
      ),
  };
}

function State({ item: { state, ending, answer, transactionId } }: { readonly item: Reservation }) {
  if (state === 'active') return <b class="tone-attention">{t('held')}</b>;
  if (state === 'doubtful')
    return (
      <span class="tone-attention">{t('in doubt: {answer}', { answer: answer || t('no answer yet') })}</span>
    );
  if (state === 'refused') return <span class="tone-fault">{t('refused: {answer}', { answer })}</span>;
  return (
    <>
      {ending}
      {transactionId !== null && (
        <>
          {' '}
          {rich('by {link}', {
            link: (
              <a href={urlOf.transaction(transactionId)}>
                {t('transaction {transactionId}', { transactionId })}
              </a>
            ),
          })}
        </>
      )}
    </>
  );
}
