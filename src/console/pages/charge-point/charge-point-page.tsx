import { queryOf } from '../../api.ts';
import { useLive } from '../../live/live.ts';
import type { ChargePoint } from '../../model.ts';
import { Fact } from '../../parts/fact.tsx';
import { Shown } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { currentTab, Tabs } from '../../parts/tabs.tsx';
import { When } from '../../parts/when.tsx';
import { useResource } from '../../resource.ts';
import { urlOf } from '../../router.ts';
import { rich, t } from '../../words/words.ts';
import { Reservations } from '../reservations.tsx';
import { TransactionList } from '../transactions.tsx';
import { Commands } from './commands.tsx';
import { Configuration } from './configuration.tsx';
import { Connectors } from './connectors.tsx';
import { Maintenance } from './maintenance.tsx';
import { OpenAlarms, useOpenAlarms } from './open-alarms.tsx';
import { Security } from './security/security.tsx';
import { Settings } from './settings.tsx';
import { SmartCharging } from './smart-charging.tsx';
import { Timeline } from './timeline.tsx';

const TABS = [
  ['', 'Timeline'],
  ['commands', 'Commands'],
  ['configuration', 'Configuration'],
  ['charging', 'Smart charging'],
  ['maintenance', 'Lists and firmware'],
  ['security', 'Security'],
  ['reservations', 'Reservations'],
  ['transactions', 'Transactions'],
  ['settings', 'Settings'],
] as const;

/** One charge point: its present above, its story below. */
export function ChargePointPage({ id }: { readonly id: string }) {
  const resource = useResource<ChargePoint>(`/charge-points/${encodeURIComponent(id)}`, { everyMs: 10_000 });
  useLive({ chargePointId: id }, resource.reload);
  const alarms = useOpenAlarms(id);
  // Both at once: alarms stand above what would move down.
  const isKnown = alarms.data !== undefined || alarms.failure !== undefined;
  const tab = currentTab(TABS);

  return (
    <Shown of={isKnown ? resource : { ...resource, data: undefined }} what={id} lines={10}>
      {(chargePoint) => (
        <>
          <Head chargePoint={chargePoint} />
          {chargePoint.connected && chargePoint.registration === null && <NeverBooted id={id} />}
          {alarms.data && <OpenAlarms chargePointId={id} alarms={alarms.data} />}
          <Connectors chargePoint={chargePoint} />
          <Tabs label={t('About this charge point')} root={urlOf.chargePoint(id)} tabs={TABS} />
          {tab === '' && <Timeline id={id} />}
          {tab === 'commands' && <Commands chargePoint={chargePoint} />}
          {tab === 'configuration' && <Configuration chargePoint={chargePoint} />}
          {tab === 'charging' && <SmartCharging chargePoint={chargePoint} />}
          {tab === 'maintenance' && <Maintenance chargePoint={chargePoint} />}
          {tab === 'security' && <Security chargePoint={chargePoint} />}
          {tab === 'reservations' && <Reservations chargePointId={id} />}
          {tab === 'transactions' && <TransactionList chargePointId={id} />}
          {tab === 'settings' && <Settings chargePoint={chargePoint} onSaved={resource.reload} />}
        </>
      )}
    </Shown>
  );
}

function NeverBooted({ id }: { readonly id: string }) {
  return (
    <p class="note failure" role="status">
      {rich(
        'It never sent a BootNotification, so whatever else it says is answered SecurityError and not processed. Restart it, or {link} with TriggerMessage.',
        { link: <a href={`${urlOf.chargePoint(id)}/commands?action=TriggerMessage`}>{t('ask for it')}</a> },
      )}
    </p>
  );
}

function Head({ chargePoint }: { readonly chargePoint: ChargePoint }) {
  const { id, connected, connection, boot, registration, lastSeenAt, lastAnsweredAt, settings } = chargePoint;
  const { displayName, place, tags = [] } = settings ?? {};
  return (
    <header class="head">
      <div class="row">
        <h1>{displayName ?? id}</h1>
        <Status status={connected ? 'connected' : 'offline'} />
        {registration !== 'Accepted' && <Status status={registration ?? 'not booted'} />}
        {settings?.group && <span class="tag">{settings.group}</span>}
        {tags.map((tag) => (
          <a key={tag} class="tag" href={`/charge-points?tag=${encodeURIComponent(tag)}`}>
            {tag}
          </a>
        ))}
      </div>
      <dl class="facts">
        {displayName && <Fact name={t('Identity')}>{id}</Fact>}
        {place?.bay && <Fact name={t('Bay')}>{place.bay}</Fact>}
        {place?.address && <Fact name={t('Address')}>{place.address}</Fact>}
        {place?.coordinates && (
          <Fact name={t('Coordinates')}>
            <a
              href={`/charge-points${queryOf({ view: 'map', at: `${place.coordinates.latitude},${place.coordinates.longitude}`, zoom: 15 })}`}
            >
              {place.coordinates.latitude}, {place.coordinates.longitude}
            </a>
          </Fact>
        )}
        <Fact name={t('Vendor and model')}>
          {boot ? `${boot.vendor} ${boot.model}` : t('not reported yet')}
        </Fact>
        {boot?.firmwareVersion && <Fact name={t('Firmware')}>{boot.firmwareVersion}</Fact>}
        {boot?.serialNumber && <Fact name={t('Serial number')}>{boot.serialNumber}</Fact>}
        <Fact name={t('Last seen')}>
          <When at={lastSeenAt} />
        </Fact>
        <Fact name={t('Last answered a command')}>
          <When at={lastAnsweredAt} />
        </Fact>
        {connection && (
          <Fact name={t('Connected')}>
            <span class="soft">
              {t('from {remoteAddress},', { remoteAddress: connection.remoteAddress })}
            </span>{' '}
            <When at={connection.connectedAt} />
          </Fact>
        )}
      </dl>
    </header>
  );
}
