import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { queryOf } from '../api.ts';
import { counted, energy, quantity, stamp } from '../format.ts';
import { useHeldBack } from '../held-back.ts';
import type { Page, Transaction } from '../model.ts';
import { Pager } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { WaitingRows } from '../parts/waiting-rows.tsx';
import { type Resource, useResource } from '../resource.ts';
import { place, urlOf } from '../router.ts';
import { may } from '../session.ts';
import { sourceInWords } from '../transaction-words.ts';
import { Energy, Oddities, Suspicions } from './transaction/account.tsx';
import { CloseDialog } from './transaction/close-dialog.tsx';
import { CorrectDialog } from './transaction/correct-dialog.tsx';

const PER_PAGE = 50;
const SUSPECTS = 100;
const EVERY_MS = 30_000;
const NONE: readonly Transaction[] = [];
const idOf = ({ transactionId }: Transaction) => transactionId;

/** Open transactions whose stop is overdue, and ended ones that somebody should look at. */
export function TransactionsToReview() {
  const cursor = place.value.query.get('cursor') ?? undefined;
  const suspects = useList({ suspect: 'true', limit: SUSPECTS });
  const flagged = useList({ review: 'true', cursor, limit: PER_PAGE });
  const [closing, setClosing] = useState<Transaction | undefined>();
  const [correcting, setCorrecting] = useState<Transaction | undefined>();
  const [done, setDone] = useState<number | undefined>();
  const finish = ({ transactionId }: Transaction) => {
    setClosing(undefined);
    setCorrecting(undefined);
    setDone(transactionId);
    suspects.resource.reload();
    flagged.resource.reload();
  };
  return (
    <>
      {done !== undefined && <Done id={done} />}
      <Shown of={suspects.resource} what="transactions to review" lines={12}>
        {({ next }) => (
          <Shown of={flagged.resource} what="transactions to review" lines={12}>
            {(page) => (
              <>
                <section class="panel" aria-labelledby="overdue">
                  <header>
                    <h2 id="overdue">Open, but the stop is overdue</h2>
                  </header>
                  <WaitingRows
                    waiting={suspects.waiting}
                    what="transactions"
                    order="By charge point"
                    show={suspects.show}
                  />
                  {suspects.shown.length === 0 ? (
                    <Empty title="No stop is overdue">
                      <p>
                        An open transaction comes here once its connector is Available again, its charge point
                        has been away and silent for long, or was deleted.
                      </p>
                    </Empty>
                  ) : (
                    <Table
                      words={['Started', 'Register', 'Why']}
                      items={suspects.shown}
                      cells={(item) => [
                        stamp(item.startedAt),
                        item.meterStart === null ? 'not reported' : `${item.meterStart} Wh`,
                        <Suspicions key="why" transaction={item} />,
                      ]}
                      action="Close"
                      onAction={setClosing}
                    />
                  )}
                  {next !== null && (
                    <p class="small soft">These are the first {SUSPECTS}; more follow as they are closed.</p>
                  )}
                </section>
                <section class="panel" aria-labelledby="odd">
                  <header>
                    <h2 id="odd">Ended, but something was odd</h2>
                  </header>
                  <WaitingRows waiting={flagged.waiting} what="transactions" show={flagged.show} />
                  {flagged.shown.length === 0 ? (
                    <Empty title={page.next === null ? 'Nothing to look at' : 'Nothing among these'}>
                      <p>
                        A transaction comes here when its registers do not say its energy, or a message was
                        odd, until somebody corrects it.
                      </p>
                    </Empty>
                  ) : (
                    <Table
                      words={['Ended', 'Registers', 'Energy', 'What was odd']}
                      items={flagged.shown}
                      cells={(item) => [
                        <>
                          {item.stoppedAt === null ? '–' : stamp(item.stoppedAt)}{' '}
                          <Status status={item.state} />
                        </>,
                        registers(item),
                        <>
                          <Energy wh={item.energyWh} />
                          {item.energyWh !== null && <span class="soft"> {sourceInWords(item)}</span>}
                        </>,
                        <Oddities key="odd" transaction={item} />,
                      ]}
                      action="Correct"
                      onAction={setCorrecting}
                    />
                  )}
                  <Pager next={page.next} sum={counted(flagged.shown.length, 'transaction')} />
                </section>
              </>
            )}
          </Shown>
        )}
      </Shown>
      {closing && (
        <CloseDialog transaction={closing} onClose={() => setClosing(undefined)} onClosed={finish} />
      )}
      {correcting && (
        <CorrectDialog
          transaction={correcting}
          onClose={() => setCorrecting(undefined)}
          onSaved={() => finish(correcting)}
        />
      )}
    </>
  );
}

function useList(query: Parameters<typeof queryOf>[0]) {
  const resource = useResource<Page<Transaction>>(`/transactions${queryOf(query)}`, {
    everyMs: EVERY_MS,
    keep: true,
  });
  return { resource, ...useHeldBack(resource.data?.items ?? NONE, resource.answers, idOf) };
}

interface TableProps {
  readonly words: readonly string[];
  readonly items: readonly Transaction[];
  readonly cells: (item: Transaction) => readonly ComponentChildren[];
  readonly action: string;
  readonly onAction: (item: Transaction) => void;
}

function Table({ words, items, cells, action, onAction }: TableProps) {
  return (
    <div class="scroll">
      <table class="table cards">
        <thead>
          <tr>
            {['Transaction', 'Charge point', 'Connector', 'Token', ...words].map((word) => (
              <th key={word} scope="col">
                {word}
              </th>
            ))}
            {may('operator') && (
              <th scope="col">
                <span class="visually-hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.transactionId}>
              <td class="id">
                <a href={urlOf.transaction(item.transactionId)}>{item.transactionId}</a>
              </td>
              <td data-label="Charge point">
                <a href={urlOf.chargePoint(item.chargePointId)}>{item.chargePointId}</a>
              </td>
              <td data-label="Connector">{item.connectorId}</td>
              <td data-label="Token">
                <a href={urlOf.token(item.idTag)}>{item.idTag}</a>
              </td>
              {cells(item).map((cell, index) => (
                <td key={words[index]} data-label={words[index]}>
                  {cell}
                </td>
              ))}
              {may('operator') && (
                <td class="number">
                  <button
                    type="button"
                    class="link"
                    aria-label={`${action} transaction ${item.transactionId}`}
                    onClick={() => onAction(item)}
                  >
                    {action}
                  </button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What a transaction comes to after what was just done: the original beside what was said. */
function Done({ id }: { readonly id: number }) {
  const transaction: Resource<Transaction> = useResource<Transaction>(`/transactions/${id}`);
  const { data } = transaction;
  if (data === undefined) return null;
  const reported = data.energyWh === null ? 'no energy' : quantity(energy(data.energyWh));
  return (
    <div class="note good" role="status">
      <a href={urlOf.transaction(id)}>Transaction {id}</a>
      <span>
        {data.correction === null
          ? `is ${data.state}, with ${reported}.`
          : `counts ${quantity(energy(data.correctedEnergyWh ?? 0))} as ${data.correction.by} corrected it; ${reported} was reported.`}
      </span>
    </div>
  );
}

function registers({ meterStart, meterStop }: Transaction): string {
  const told = (register: number | null) => (register === null ? 'not reported' : `${register} Wh`);
  return `${told(meterStart)} to ${told(meterStop)}`;
}
