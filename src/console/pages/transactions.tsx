import { queryOf } from '../api.ts';
import { now } from '../clock.ts';
import { counted, duration, energy, quantity, stamp } from '../format.ts';
import { useHeldBack } from '../held-back.ts';
import { useLive } from '../live/live.ts';
import type { Page, Transaction } from '../model.ts';
import { ChoiceFilter, DayFilter, TextFilter } from '../parts/filter-fields.tsx';
import { Pager } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { currentTab, Tabs } from '../parts/tabs.tsx';
import { WaitingRows } from '../parts/waiting-rows.tsx';
import { useResource } from '../resource.ts';
import { place, setQuery, urlOf } from '../router.ts';
import { dayBegin } from '../time-range.ts';
import { reasonInWords } from '../transaction-words.ts';
import { Reservations } from './reservations.tsx';
import { TransactionExport } from './transaction-export.tsx';
import { TransactionsToReview } from './transactions-to-review.tsx';

const PER_PAGE = 50;
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
      <h1>Transactions</h1>
      <Tabs label="Transactions and reservations" root="/transactions" tabs={TABS} />
      <Part />
    </>
  );
}

function Part() {
  const tab = currentTab(TABS);
  if (tab === 'review') return <TransactionsToReview />;
  return tab === '' ? <TransactionList /> : <Reservations />;
}

/** Transactions newest first; those of one charge point or token on its page. */
export function TransactionList({
  chargePointId,
  idTag,
}: {
  readonly chargePointId?: string;
  readonly idTag?: string;
}) {
  const { query } = place.value;
  const value = (name: string) => query.get(name) ?? undefined;
  const filters = {
    chargePointId: chargePointId ?? value('chargePointId'),
    idTag: idTag ?? value('idTag'),
    state: value('state'),
    from: isoDay(value('from'), 0),
    to: isoDay(value('to'), 1),
  };
  const list = useResource<Page<Transaction>>(
    `/transactions${queryOf({ ...filters, cursor: value('cursor'), limit: PER_PAGE })}`,
    { everyMs: 15_000, keep: true },
  );
  useLive({ topics: ['transactions'], ...(chargePointId !== undefined && { chargePointId }) }, list.reload);

  const { shown, waiting, show } = useHeldBack(list.data?.items ?? NONE, list.answers, idOf);

  return (
    <>
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        {chargePointId === undefined && (
          <TextFilter name="chargePointId" label="Charge point" placeholder="whole id" />
        )}
        {idTag === undefined && <TextFilter name="idTag" label="Token" placeholder="whole idTag" />}
        <ChoiceFilter
          name="state"
          label="State"
          options={[
            ['', 'Any'],
            ['open', 'open'],
            ['stopped', 'stopped'],
            ['superseded', 'superseded'],
            ['unmatched', 'unmatched'],
            ['closed', 'closed'],
          ]}
        />
        <DayFilter name="from" label="Started from" />
        <DayFilter name="to" label="until" />
        <button
          type="button"
          onClick={() => setQuery({ chargePointId: '', idTag: '', state: '', from: '', to: '', cursor: '' })}
        >
          Clear filters
        </button>
        <TransactionExport filters={filters} none={shown.length === 0} />
      </form>
      <div class="panel">
        <Shown of={list} what="transactions" lines={10}>
          {({ next }) =>
            shown.length === 0 ? (
              <Empty title="No transaction here">
                <p>
                  A transaction begins with a StartTransaction of a charge point. Filters may hide those that
                  are there.
                </p>
              </Empty>
            ) : (
              <>
                <WaitingRows waiting={waiting} what="transactions" show={show} />
                <div class="scroll">
                  <table class="table cards">
                    <thead>
                      <tr>
                        <th scope="col">Transaction</th>
                        {chargePointId === undefined && <th scope="col">Charge point</th>}
                        <th scope="col">Connector</th>
                        {idTag === undefined && <th scope="col">Token</th>}
                        <th scope="col">Started</th>
                        <th scope="col" class="number">
                          Duration
                        </th>
                        <th scope="col" class="number">
                          Energy
                        </th>
                        <th scope="col">State</th>
                      </tr>
                    </thead>
                    <tbody>
                      {shown.map((item) => (
                        <Row
                          key={item.transactionId}
                          item={item}
                          ofOne={chargePointId !== undefined}
                          ofTag={idTag !== undefined}
                        />
                      ))}
                    </tbody>
                  </table>
                </div>
                <Pager next={next} sum={counted(shown.length, 'transaction')} />
              </>
            )
          }
        </Shown>
      </div>
    </>
  );
}

function Row({
  item,
  ofOne,
  ofTag,
}: {
  readonly item: Transaction;
  readonly ofOne: boolean;
  readonly ofTag: boolean;
}) {
  const end = item.stoppedAt ? Date.parse(item.stoppedAt) : now.value;
  return (
    <tr>
      <td class="id">
        <a href={urlOf.transaction(item.transactionId)}>{item.transactionId}</a>
      </td>
      {!ofOne && (
        <td data-label="Charge point">
          <a href={urlOf.chargePoint(item.chargePointId)}>{item.chargePointId}</a>
        </td>
      )}
      <td data-label="Connector">{item.connectorId}</td>
      {!ofTag && (
        <td data-label="Token">
          <a href={urlOf.token(item.idTag)}>{item.idTag}</a>
        </td>
      )}
      <td data-label="Started">{stamp(item.startedAt)}</td>
      <td data-label="Duration" class="number">
        {duration(Math.max(0, end - Date.parse(item.startedAt)))}
      </td>
      <td data-label="Energy" class="number">
        {item.state === 'open' ? (
          <span class="soft">running</span>
        ) : item.correctedEnergyWh !== null ? (
          <>
            {quantity(energy(item.correctedEnergyWh))} <span class="soft">corrected</span>
          </>
        ) : item.energyWh === null ? (
          <span class="soft">{item.energyReason && reasonInWords(item.energyReason)}</span>
        ) : (
          quantity(energy(item.energyWh))
        )}
      </td>
      <td data-label="State">
        <Status status={item.state} />
        {item.state === 'stopped' && <span class="soft"> {item.stopReason}</span>}
      </td>
    </tr>
  );
}

/** For the API: midnight here on that day, so many days later. */
function isoDay(day: string | undefined, later: number): string | undefined {
  const begin = dayBegin(day, later);
  return begin === undefined ? undefined : new Date(begin).toISOString();
}
