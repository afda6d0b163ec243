import { useState } from 'preact/hooks';
import { queryOf } from '../../api.ts';
import { now } from '../../clock.ts';
import { duration, energy, power, quantity } from '../../format.ts';
import { type Latest, latestByConnector } from '../../meter.ts';
import type { ChargePoint, Connector, MeterSample, Page, Rows, Transaction } from '../../model.ts';
import { Status } from '../../parts/status.tsx';
import { When } from '../../parts/when.tsx';
import { IN_SESSION } from '../../quick-actions.ts';
import { useResource } from '../../resource.ts';
import { urlOf } from '../../router.ts';
import { t } from '../../words/words.ts';
import { type Chosen, QuickActions, QuickDialog } from './quick-actions.tsx';

const EVERY_MS = 4000;

/** The connectors as they are now, a card each. */
export function Connectors({ chargePoint }: { readonly chargePoint: ChargePoint }) {
  const { id, connectors } = chargePoint;
  const open = useResource<Page<Transaction>>(
    `/transactions${queryOf({ chargePointId: id, state: 'open', limit: 20 })}`,
    {
      everyMs: EVERY_MS,
    },
  );
  const samples = useResource<Rows<MeterSample>>(
    `/analytics/meter-samples${queryOf({ chargePointId: id, order: 'desc', limit: 200 })}`,
    { everyMs: EVERY_MS },
  );
  const [chosen, choose] = useState<Chosen | undefined>();
  if (connectors.length === 0) return <p class="soft">{t('It has not reported any connector yet.')}</p>;
  // Connector 0 is the charge point itself: worth a card only when something is the matter with it.
  const shown = connectors.filter(
    ({ connectorId, status, errorCode }) =>
      connectorId > 0 || status !== 'Available' || errorCode !== 'NoError',
  );
  const latest = latestByConnector(samples.data?.rows ?? []);
  return (
    <>
      <ul class="connector-cards">
        {shown.map((connector) => (
          <Card
            key={connector.connectorId}
            connector={connector}
            chargePoint={chargePoint}
            onChosen={choose}
            transaction={open.data?.items.find(({ connectorId }) => connectorId === connector.connectorId)}
            latest={latest.get(connector.connectorId)}
          />
        ))}
      </ul>
      {/* Outside of the cards: these come and go with what the command brings about. */}
      {chosen && <QuickDialog id={id} chosen={chosen} onClose={() => choose(undefined)} />}
    </>
  );
}

interface CardProps {
  readonly connector: Connector;
  readonly chargePoint: ChargePoint;
  readonly onChosen: (chosen: Chosen) => void;
  readonly transaction: Transaction | undefined;
  readonly latest: Latest | undefined;
}

function Card({ connector, chargePoint, onChosen, transaction, latest }: CardProps) {
  const { connectorId, status, errorCode, info, vendorErrorCode, since, mayBeOutdated } = connector;
  const offline = !chargePoint.connected;
  const known = transaction ? latest?.powerW : undefined;
  const { number, unit } = known === undefined ? { number: '–', unit: 'kW' } : power(known);
  const used = transaction?.energyWh ?? undefined;
  return (
    <li class={`panel connector ${offline ? 'stale' : ''}`}>
      <div class="row">
        <h2>{connectorId === 0 ? t('Charge point') : t('Connector {connectorId}', { connectorId })}</h2>
        <span class="end">
          <Status status={status} />
        </span>
      </div>
      {(transaction || IN_SESSION.has(status)) && (
        <p class="value tone-charging">
          <b>{number}</b> <span class="unit">{unit}</span>
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>{offline ? t('Last known since') : t('Since')}</dt>
          <dd>
            <time dateTime={since} title={since}>
              {duration(now.value - Date.parse(since))}
            </time>
            {mayBeOutdated && (
              <span
                class="soft"
                title={t('Farad was ended without a stop; the connector has not reported since.')}
              >
                {' '}
                {t('may be outdated')}
              </span>
            )}
          </dd>
        </div>
        {transaction && used !== undefined && used >= 0 && (
          <div>
            <dt>{t('Session energy')}</dt>
            <dd>{quantity(energy(used))}</dd>
          </div>
        )}
        {transaction && latest?.soc !== undefined && (
          <div>
            <dt>{t('State of charge')}</dt>
            <dd>{latest.soc} %</dd>
          </div>
        )}
        {transaction && (
          <div>
            <dt>{t('Transaction')}</dt>
            <dd>
              <a href={urlOf.transaction(transaction.transactionId)}>{transaction.transactionId}</a>{' '}
              <span class="soft">
                {transaction.idTag}, <When at={transaction.startedAt} />
              </span>
            </dd>
          </div>
        )}
        {errorCode !== 'NoError' && (
          <div>
            <dt>{t('Error')}</dt>
            <dd class="tone-fault">{[errorCode, vendorErrorCode, info].filter(Boolean).join(' · ')}</dd>
          </div>
        )}
      </dl>
      <QuickActions
        chargePoint={chargePoint}
        connector={connector}
        transactionId={transaction?.transactionId}
        onChosen={onChosen}
      />
    </li>
  );
}
