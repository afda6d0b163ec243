import { now } from '../clock.ts';
import { duration, energy, quantity, stamp, zone } from '../format.ts';
import { useHeldBack } from '../held-back.ts';
import { useLive } from '../live/live.ts';
import type { Transaction } from '../model.ts';
import { ChoiceFilter, DayFilter, Filters, TextFilter } from '../parts/filter-fields.tsx';
import { type Column, ListPage, useList } from '../parts/list-page.tsx';
import { Empty } from '../parts/states.tsx';
import { Status, statusWord } from '../parts/status.tsx';
import { currentTab, Tabs } from '../parts/tabs.tsx';
import { WaitingRows } from '../parts/waiting-rows.tsx';
import { queried, setQuery, urlOf } from '../router.ts';
import { reasonInWords } from '../transaction-words.ts';
import { plural, t } from '../words/words.ts';
import { dayBegin } from '../zoned-time.ts';
import { Reservations } from './reservations.tsx';
import { TransactionExport } from './transaction-export.tsx';
import { TransactionsToReview } from './transactions-to-review.tsx';

const NONE: readonly Transaction[] = [];
const idOf = ({ transactionId }: Transaction) => transactionId;

const TABS = [
  ['', 'Transactions'],
  ['review', 'To review'],
  ['reservations', 'Reservations'],
] as const;

export function TransactionsPage() {
  return (
    <>
      <h1>{t('Transactions')}</h1>
      <Tabs label={t('Transactions and reservations')} root="/transactions" tabs={TABS} />
      <Part />
    </>
  );
}

function Part() {
  const tab = currentTab(TABS);
  if (tab === 'review') return <TransactionsToReview />;
  return tab === '' ? <TransactionList /> : <Reservations />;
}

const STATES = ['open', 'stopped', 'superseded', 'unmatched', 'closed'];

const COLUMNS = {
  transaction: {
    label: 'Transaction',
    kind: 'id',
    cell: ({ transactionId }) => <a href={urlOf.transaction(transactionId)}>{transactionId}</a>,
  },
  chargePoint: {
    label: 'Charge point',
    cell: ({ chargePointId }) => <a href={urlOf.chargePoint(chargePointId)}>{chargePointId}</a>,
  },
  connector: { label: 'Connector', cell: ({ connectorId }) => connectorId },
  token: { label: 'Token', cell: ({ idTag }) => <a href={urlOf.token(idTag)}>{idTag}</a> },
  started: { label: 'Started', cell: ({ startedAt }) => stamp(startedAt) },
  duration: { label: 'Duration', kind: 'number', cell: (item) => <Duration item={item} /> },
  energy: { label: 'Energy', kind: 'number', cell: (item) => <Energy item={item} /> },
  state: {
    label: 'State',
    cell: ({ state, stopReason }) => (
      <>
        <Status status={state} />
        {state === 'stopped' && <span class="soft"> {stopReason}</span>}
      </>
    ),
  },
} satisfies Record<string, Column<Transaction>>;

interface OfOne {
  readonly chargePointId?: string;
  readonly idTag?: string;
}

/** Transactions newest first; those of one charge point or token on its page. */
export function TransactionList({ chargePointId, idTag }: OfOne) {
  const filters = {
    chargePointId: chargePointId ?? queried('chargePointId'),
    idTag: idTag ?? queried('idTag'),
    state: queried('state'),
    from: isoDay(queried('from'), 0),
    to: isoDay(queried('to'), 1),
  };
  const list = useList<Transaction>('/transactions', filters, 15_000);
  useLive({ topics: ['transactions'], ...(chargePointId !== undefined && { chargePointId }) }, list.reload);
  const { shown, waiting, show } = useHeldBack(list.data?.items ?? NONE, list.answers, idOf);
  const { transaction, chargePoint, connector, token, ...others } = COLUMNS;
  const columns = [
    transaction,
    ...(chargePointId === undefined ? [chargePoint] : []),
    connector,
    ...(idTag === undefined ? [token] : []),
    ...Object.values(others),
  ];
  return (
    <>
      <Filters>
        {chargePointId === undefined && (
          <TextFilter name="chargePointId" label={t('Charge point')} placeholder={t('whole id')} />
        )}
        {idTag === undefined && <TextFilter name="idTag" label={t('Token')} placeholder={t('whole idTag')} />}
        <ChoiceFilter
          name="state"
          label={t('State')}
          options={[['', t('Any')], ...STATES.map((state) => [state, statusWord(state)] as const)]}
        />
        <DayFilter name="from" label={t('Started from')} />
        <DayFilter name="to" label={t('until')} />
        <button
          type="button"
          onClick={() => setQuery({ chargePointId: '', idTag: '', state: '', from: '', to: '', cursor: '' })}
        >
          {t('Clear filters')}
        </button>
        <TransactionExport filters={filters} none={shown.length === 0} />
      </Filters>
      <ListPage
        of={list}
        what={t('transactions')}
        lines={10}
        shown={shown}
        columns={columns}
        keyOf={idOf}
        empty={
          <Empty title={t('No transaction here')}>
            <p>
              {t(
                'A transaction begins with a StartTransaction of a charge point. Filters may hide those that are there.',
              )}
            </p>
          </Empty>
        }
        above={<WaitingRows waiting={waiting} what={t('transactions')} show={show} />}
        sum={(count) => plural(count, '{n} transaction', '{n} transactions')}
      />
    </>
  );
}

interface OfItem {
  readonly item: Transaction;
}

function Duration({ item: { startedAt, stoppedAt } }: OfItem) {
  const end = stoppedAt ? Date.parse(stoppedAt) : now.value;
  return <>{duration(Math.max(0, end - Date.parse(startedAt)))}</>;
}

function Energy({ item: { state, correctedEnergyWh, energyWh, energyReason } }: OfItem) {
  if (state === 'open') return <span class="soft">{t('running')}</span>;
  if (correctedEnergyWh !== null) {
    return (
      <>
        {quantity(energy(correctedEnergyWh))} <span class="soft">{t('corrected')}</span>
      </>
    );
  }
  if (energyWh === null) return <span class="soft">{energyReason && reasonInWords(energyReason)}</span>;
  return <>{quantity(energy(energyWh))}</>;
}

/** For the API: midnight here on that day, so many days later. */
function isoDay(day: string | undefined, later: number): string | undefined {
  const begin = dayBegin(day, later, zone);
  return begin === undefined ? undefined : new Date(begin).toISOString();
}
