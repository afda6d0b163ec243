import { count, power, type Quantity } from '../../format.ts';
import type { Overview } from '../../model.ts';
import { ConnectUrl } from '../../parts/connect-url.tsx';
import { Empty } from '../../parts/states.tsx';
import { Status, toneOf } from '../../parts/status.tsx';
import { plural, rich, t } from '../../words/words.ts';
import { Big, type PartProps } from './big.tsx';

/** Whether the fleet is all right. */
export function Fleet({ now, history }: PartProps) {
  if (now.chargePoints === 0) {
    return (
      <div class="panel">
        <Empty title={t('No charge point has come yet')}>
          <p>{t('Point one at this address, with its identity at the end:')}</p>
          <ConnectUrl />
        </Empty>
      </div>
    );
  }
  const offline = now.chargePoints - now.sockets;
  return (
    <>
      <div class="numbers">
        <Big
          href="/charge-points?connected=true"
          name={t('Connected')}
          value={{
            number: count(now.sockets),
            unit: t('of {chargePoints}', { chargePoints: count(now.chargePoints) }),
          }}
          line="sockets"
          history={history}
          note={offline > 0 ? t('{offline} offline', { offline: count(offline) }) : t('all of them')}
        />
        <Big
          href="/charge-points?status=Charging"
          name={t('Charging now')}
          value={{ number: count(now.charging), unit: plural(now.charging, 'connector', 'connectors') }}
          tone="charging"
          line="charging"
          history={history}
        />
        <Big
          href="/charge-points?status=Faulted"
          name={t('Faulted')}
          value={{ number: count(now.faulted), unit: plural(now.faulted, 'connector', 'connectors') }}
          tone={now.faulted > 0 ? 'fault' : 'none'}
          line="faulted"
          history={history}
        />
        <Big
          href="/transactions?state=open"
          name={t('Power')}
          value={now.powerW === null ? untold() : power(now.powerW)}
          tone="charging"
          line="powerW"
          history={history}
        />
      </div>
      {now.neverBooted > 0 && (
        <p class="note failure" role="status">
          {rich('{link} never sent a BootNotification: whatever they say is refused.', {
            link: (
              <a href="/charge-points?connected=true&registration=Unknown">
                {plural(now.neverBooted, '{n} connected charge point', '{n} connected charge points')}
              </a>
            ),
          })}
        </p>
      )}
      <Connectors now={now} />
    </>
  );
}

/** Power is measured of the whole fleet. */
function untold(): Quantity {
  return { number: '–', unit: t('of all only') };
}

/** All connectors by their status, as one bar with its words. */
function Connectors({ now }: { readonly now: Overview }) {
  const order = [
    'Charging',
    'Available',
    'Preparing',
    'SuspendedEV',
    'SuspendedEVSE',
    'Finishing',
    'Reserved',
    'Unavailable',
    'Faulted',
  ];
  const known = Object.entries(now.connectors).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  const all = known.reduce((sum, [, number]) => sum + number, 0) + now.offlineConnectors;
  if (all === 0) return null;
  return (
    <div class="connectors-bar">
      <div class="bar-of" aria-hidden="true">
        {known.map(([status, number]) => (
          <span key={status} class={`fill-${toneOf(status)}`} style={{ flexGrow: number }} />
        ))}
        {now.offlineConnectors > 0 && (
          <span class="fill-offline" style={{ flexGrow: now.offlineConnectors }} />
        )}
      </div>
      <ul class="row small">
        {known.map(([status, number]) => (
          <li key={status}>
            <a href={`/charge-points?status=${status}`}>
              <Status status={status} /> <b>{count(number)}</b>
            </a>
          </li>
        ))}
        {now.offlineConnectors > 0 && (
          <li>
            <a href="/charge-points?connected=false">
              <span class="status tone-none">{t('offline')}</span> <b>{count(now.offlineConnectors)}</b>
            </a>
          </li>
        )}
      </ul>
    </div>
  );
}
