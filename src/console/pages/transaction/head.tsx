import { now } from '../../clock.ts';
import { duration, energy, power, type Quantity } from '../../format.ts';
import type { Transaction } from '../../model.ts';
import { Fact } from '../../parts/fact.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Status } from '../../parts/status.tsx';
import { When } from '../../parts/when.tsx';
import { urlOf } from '../../router.ts';
import { rich, t } from '../../words/words.ts';
import type { Series } from './series.ts';

/** What a transaction comes to, and who, where and when. */
export function Head({
  transaction,
  series,
}: {
  readonly transaction: Transaction;
  readonly series: Series;
}) {
  const {
    transactionId,
    chargePointId,
    connectorId,
    idTag,
    startedAt,
    stoppedAt,
    meterStart,
    meterStop,
    state,
  } = transaction;
  const end = stoppedAt === null ? now.value : Date.parse(stoppedAt);
  const used = transaction.energyWh;
  const current = series.powerW.findLast((value) => value !== null);
  const hours = (end - Date.parse(startedAt)) / 3_600_000;
  return (
    <header class="head">
      <div class="row">
        <h1>{t('Transaction {transactionId}', { transactionId })}</h1>
        <Status status={state} />
      </div>
      <div class="numbers">
        <Figure name={t('Energy')} value={used === null ? NONE : energy(used)} />
        {stoppedAt === null ? (
          <Figure
            name={t('Power now')}
            value={current === undefined || current === null ? NONE : power(current)}
            tone="tone-charging"
          />
        ) : (
          <Figure name={t('Average power')} value={used && hours > 0 ? power(used / hours) : NONE} />
        )}
        <Figure
          name={t('Highest power')}
          value={
            series.powerW.length === 0 ? NONE : power(Math.max(...series.powerW.map((value) => value ?? 0)))
          }
        />
        <Figure name={t('Duration')} value={split(duration(Math.max(0, end - Date.parse(startedAt))))} />
      </div>
      <dl class="facts">
        <Fact name={t('Charge point')}>
          {rich('{chargePointId}, connector {connectorId}', {
            chargePointId: <a href={urlOf.chargePoint(chargePointId)}>{chargePointId}</a>,
            connectorId,
          })}
        </Fact>
        <Fact name={t('Token')}>
          <a href={urlOf.token(idTag)}>{idTag}</a> <Status status={transaction.authorization} />
        </Fact>
        <Fact name={t('Started')}>
          <When at={startedAt} both />
        </Fact>
        {stoppedAt && (
          <Fact name={t('Stopped')}>
            <When at={stoppedAt} both />{' '}
            {transaction.stopReason && <span class="tag">{transaction.stopReason}</span>}
          </Fact>
        )}
        <Fact name={t('Register')}>
          {meterStop === null
            ? registerOf(meterStart)
            : t('{meterStart} to {meterStop} Wh', { meterStart: registerOf(meterStart), meterStop })}
        </Fact>
        {transaction.reservationId !== null && (
          <Fact name={t('Reservation')}>{transaction.reservationId}</Fact>
        )}
      </dl>
    </header>
  );
}

const NONE: Quantity = { number: '–', unit: '' };

function split(text: string): Quantity {
  const [number = '', ...unit] = text.split(' ');
  return { number, unit: unit.join(' ') };
}

function registerOf(meterStart: number | null): string {
  return meterStart === null ? t('not reported') : t('{meterStart} Wh', { meterStart });
}
