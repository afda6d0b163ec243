import { useState } from 'preact/hooks';
import { queryOf } from '../api.ts';
import { energy, quantity, stamp } from '../format.ts';
import { useHeldBack } from '../held-back.ts';
import type { Page, Transaction } from '../model.ts';
import { type Column, Table } from '../parts/list-page.tsx';
import { Pager } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { Status, statusWord } from '../parts/status.tsx';
import { WaitingRows } from '../parts/waiting-rows.tsx';
import { type Resource, useResource } from '../resource.ts';
import { queried, urlOf } from '../router.ts';
import { may } from '../session.ts';
import { sourceInWords } from '../transaction-words.ts';
import { type Plain, plural, t } from '../words/words.ts';
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
  const cursor = queried('cursor');
  const suspects = useTransactions({ suspect: 'true', limit: SUSPECTS });
  const flagged = useTransactions({ review: 'true', cursor, limit: PER_PAGE });
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
      <Shown of={suspects.resource} what={t('transactions to review')} lines={12}>
        {({ next }) => (
          <Shown of={flagged.resource} what={t('transactions to review')} lines={12}>
            {(page) => (
              <>
                <Overdue list={suspects} isCut={next !== null} onClose={setClosing} />
                <Odd list={flagged} next={page.next} onCorrect={setCorrecting} />
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

type List = ReturnType<typeof useTransactions>;

interface OverdueProps {
  readonly list: List;
  /** There are more than those. */
  readonly isCut: boolean;
  readonly onClose: (item: Transaction) => void;
}

function Overdue({ list: { shown, waiting, show }, isCut, onClose }: OverdueProps) {
  return (
    <section class="panel" aria-labelledby="overdue">
      <header>
        <h2 id="overdue">{t('Open, but the stop is overdue')}</h2>
      </header>
      <WaitingRows waiting={waiting} what={t('transactions')} order={t('By charge point')} show={show} />
      {shown.length === 0 ? (
        <Empty title={t('No stop is overdue')}>
          <p>
            {t(
              'An open transaction comes here once its connector is Available again, its charge point has been away and silent for long, or was deleted.',
            )}
          </p>
        </Empty>
      ) : (
        <Table items={shown} columns={[...OVERDUE, ...doable('Close', onClose)]} keyOf={idOf} />
      )}
      {isCut && (
        <p class="small soft">
          {t('These are the first {suspects}; more follow as they are closed.', { suspects: SUSPECTS })}
        </p>
      )}
    </section>
  );
}

interface OddProps {
  readonly list: List;
  readonly next: string | null;
  readonly onCorrect: (item: Transaction) => void;
}

function Odd({ list: { shown, waiting, show }, next, onCorrect }: OddProps) {
  return (
    <section class="panel" aria-labelledby="odd">
      <header>
        <h2 id="odd">{t('Ended, but something was odd')}</h2>
      </header>
      <WaitingRows waiting={waiting} what={t('transactions')} show={show} />
      {shown.length === 0 ? (
        <Empty title={next === null ? t('Nothing to look at') : t('Nothing among these')}>
          <p>
            {t(
              'A transaction comes here when its registers do not say its energy, or a message was odd, until somebody corrects it.',
            )}
          </p>
        </Empty>
      ) : (
        <Table items={shown} columns={[...ODD, ...doable('Correct', onCorrect)]} keyOf={idOf} />
      )}
      <Pager next={next} sum={plural(shown.length, '{n} transaction', '{n} transactions')} />
    </section>
  );
}

function useTransactions(query: Parameters<typeof queryOf>[0]) {
  const resource = useResource<Page<Transaction>>(`/transactions${queryOf(query)}`, {
    everyMs: EVERY_MS,
    keep: true,
  });
  return { resource, ...useHeldBack(resource.data?.items ?? NONE, resource.answers, idOf) };
}

const ABOUT: readonly Column<Transaction>[] = [
  {
    label: 'Transaction',
    kind: 'id',
    cell: ({ transactionId }) => <a href={urlOf.transaction(transactionId)}>{transactionId}</a>,
  },
  {
    label: 'Charge point',
    cell: ({ chargePointId }) => <a href={urlOf.chargePoint(chargePointId)}>{chargePointId}</a>,
  },
  { label: 'Connector', cell: ({ connectorId }) => connectorId },
  { label: 'Token', cell: ({ idTag }) => <a href={urlOf.token(idTag)}>{idTag}</a> },
];

const OVERDUE: readonly Column<Transaction>[] = [
  ...ABOUT,
  { label: 'Started', cell: ({ startedAt }) => stamp(startedAt) },
  {
    label: 'Register',
    cell: ({ meterStart }) => (meterStart === null ? t('not reported') : `${meterStart} Wh`),
  },
  { label: 'Why', cell: (item) => <Suspicions transaction={item} /> },
];

const ODD: readonly Column<Transaction>[] = [
  ...ABOUT,
  {
    label: 'Ended',
    cell: ({ stoppedAt, state }) => (
      <>
        {stoppedAt === null ? '–' : stamp(stoppedAt)} <Status status={state} />
      </>
    ),
  },
  { label: 'Registers', cell: registers },
  {
    label: 'Energy',
    cell: (item) => (
      <>
        <Energy wh={item.energyWh} />
        {item.energyWh !== null && <span class="soft"> {sourceInWords(item)}</span>}
      </>
    ),
  },
  { label: 'What was odd', cell: (item) => <Oddities transaction={item} /> },
];

/** What operators may do to a transaction; nothing for those who only look. */
function doable(action: Plain, doIt: (item: Transaction) => void): Column<Transaction>[] {
  if (!may('operator')) return [];
  return [
    {
      label: 'Actions',
      kind: 'actions',
      cell: (item) => (
        <button
          type="button"
          class="link"
          aria-label={t('{action} transaction {transactionId}', {
            action: t(action),
            transactionId: item.transactionId,
          })}
          onClick={() => doIt(item)}
        >
          {t(action)}
        </button>
      ),
    },
  ];
}

/** What a transaction comes to after what was just done: the original beside what was said. */
function Done({ id }: { readonly id: number }) {
  const transaction: Resource<Transaction> = useResource<Transaction>(`/transactions/${id}`);
  const { data } = transaction;
  if (data === undefined) return null;
  const reported = data.energyWh === null ? t('no energy') : quantity(energy(data.energyWh));
  return (
    <div class="note good" role="status">
      <a href={urlOf.transaction(id)}>{t('Transaction {id}', { id })}</a>
      <span>
        {data.correction === null
          ? t('is {state}, with {reported}.', { state: statusWord(data.state), reported })
          : t('counts {correctedEnergyWh} as {by} corrected it; {reported} was reported.', {
              correctedEnergyWh: quantity(energy(data.correctedEnergyWh ?? 0)),
              by: data.correction.by,
              reported,
            })}
      </span>
    </div>
  );
}

function registers({ meterStart, meterStop }: Transaction): string {
  const words = (register: number | null) => (register === null ? t('not reported') : `${register} Wh`);
  return t('{meterStart} to {meterStop}', { meterStart: words(meterStart), meterStop: words(meterStop) });
}
