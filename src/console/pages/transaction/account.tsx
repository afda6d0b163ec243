import { useState } from 'preact/hooks';
import { energy, quantity } from '../../format.ts';
import type { Transaction } from '../../model.ts';
import { Fact } from '../../parts/fact.tsx';
import { When } from '../../parts/when.tsx';
import { may } from '../../session.ts';
import { closureInWords, oddities, sourceInWords, suspicionInWords } from '../../transaction-words.ts';
import { rich, t } from '../../words/words.ts';
import { CloseDialog } from './close-dialog.tsx';
import { CorrectDialog } from './correct-dialog.tsx';

/** Where the energy of a transaction comes from, what was odd, and what operators have said about it. */
export function Account({
  transaction,
  onChanged,
}: {
  readonly transaction: Transaction;
  readonly onChanged: () => void;
}) {
  const [dialog, setDialog] = useState<'close' | 'correct' | undefined>();
  const { state, closure, correction, suspicions } = transaction;
  const odd = oddities(transaction);
  const done = () => {
    setDialog(undefined);
    onChanged();
  };
  return (
    <section class="panel" aria-labelledby="account">
      <header>
        <h2 id="account">{t('What counts, and why')}</h2>
        {may('operator') && (
          <button type="button" class="end" onClick={() => setDialog(state === 'open' ? 'close' : 'correct')}>
            {state === 'open' ? t('Close') : correction ? t('Change the correction') : t('Correct')}
          </button>
        )}
      </header>
      <div class="body">
        <dl class="facts">
          <Fact name={state === 'open' ? t('Energy so far') : t('Energy as reported')}>
            {transaction.energyWh !== null && <Energy wh={transaction.energyWh} />}{' '}
            <span class="soft">{sourceInWords(transaction)}</span>
          </Fact>
          {correction && (
            <Fact name={t('Corrected')}>
              <b>
                <Energy wh={transaction.correctedEnergyWh} />
              </b>{' '}
              <CorrectionWords correction={correction} />
            </Fact>
          )}
          {closure && (
            <Fact name={t('Closed')}>
              {closureInWords(closure)} <When at={closure.at} />
              {closure.reason !== '' && `: ${closure.reason}`}
              {closure.meterStop !== null && (
                <span class="soft"> {t('at {meterStop} Wh', { meterStop: closure.meterStop })}</span>
              )}
            </Fact>
          )}
          {suspicions.length > 0 && (
            <Fact name={t('Stop overdue')}>
              <Suspicions transaction={transaction} />
            </Fact>
          )}
          {odd.length > 0 && (
            <Fact name={t('What was odd')}>
              <Oddities transaction={transaction} />
            </Fact>
          )}
        </dl>
      </div>
      {dialog === 'close' && (
        <CloseDialog transaction={transaction} onClose={() => setDialog(undefined)} onClosed={done} />
      )}
      {dialog === 'correct' && (
        <CorrectDialog transaction={transaction} onClose={() => setDialog(undefined)} onSaved={done} />
      )}
    </section>
  );
}

export function Energy({ wh }: { readonly wh: number | null }) {
  return (
    <span class={wh === null ? 'soft' : undefined}>{wh === null ? t('none') : quantity(energy(wh))}</span>
  );
}

/** Who corrected it, when and why. */
export function CorrectionWords({
  correction,
}: {
  readonly correction: NonNullable<Transaction['correction']>;
}) {
  return (
    <span class="soft">
      {rich('by {by} {when}: {note}', {
        by: correction.by,
        when: <When at={correction.at} />,
        note: correction.note,
      })}
    </span>
  );
}

export function Oddities({ transaction }: { readonly transaction: Transaction }) {
  return <Lines lines={oddities(transaction).map((text) => ({ key: text, text }))} />;
}

export function Suspicions({ transaction }: { readonly transaction: Transaction }) {
  return (
    <Lines
      lines={transaction.suspicions.map((suspicion) => ({
        key: suspicion.reason,
        text: suspicionInWords(suspicion),
        since: suspicion.since,
      }))}
    />
  );
}

interface Line {
  readonly key: string;
  readonly text: string;
  readonly since?: string | null;
}

function Lines({ lines }: { readonly lines: readonly Line[] }) {
  return (
    <ul>
      {lines.map(({ key, text, since }) => (
        <li key={key}>
          {text}
          {since && (
            <span class="soft">
              , <When at={since} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
