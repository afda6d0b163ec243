import { useLive } from '../../live.ts';
import type { ChargePoint } from '../../model.ts';
import { Shown } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { When } from '../../parts/when.tsx';
import { useResource } from '../../resource.ts';
import { place, urlOf } from '../../router.ts';
import { Commands } from './commands.tsx';
import { Connectors } from './connectors.tsx';
import { Timeline } from './timeline.tsx';

const TABS = [
  ['', 'Timeline'],
  ['commands', 'Commands'],
] as const;

/** One charge point: its present above, its story below. */
export function ChargePointPage({ id }: { readonly id: string }) {
  const resource = useResource<ChargePoint>(`/charge-points/${encodeURIComponent(id)}`, { everyMs: 10_000 });
  useLive({ chargePointId: id }, resource.reload);
  const tab = place.value.query.get('tab') ?? '';

  return (
    <Shown of={resource} what={id} lines={10}>
      {(chargePoint) => (
        <>
          <Head chargePoint={chargePoint} />
          <Connectors chargePoint={chargePoint} />
          <nav class="tabs" aria-label="About this charge point">
            {TABS.map(([name, word]) => (
              <a
                key={name}
                href={`${urlOf.chargePoint(id)}${name && `?tab=${name}`}`}
                aria-current={tab === name ? 'page' : undefined}
              >
                {word}
              </a>
            ))}
          </nav>
          {tab === '' && <Timeline id={id} />}
          {tab === 'commands' && <Commands chargePoint={chargePoint} />}
        </>
      )}
    </Shown>
  );
}

function Head({ chargePoint }: { readonly chargePoint: ChargePoint }) {
  const { id, connected, connection, boot, registration, lastSeenAt, lastAnsweredAt, settings } = chargePoint;
  return (
    <header class="head">
      <div class="row">
        <h1>{id}</h1>
        <Status status={connected ? 'connected' : 'offline'} />
        {registration !== 'Accepted' && <Status status={registration ?? 'not booted'} />}
        {settings?.group && <span class="tag">{settings.group}</span>}
      </div>
      <dl class="facts">
        <Fact name="Vendor and model">{boot ? `${boot.vendor} ${boot.model}` : 'not told yet'}</Fact>
        {boot?.firmwareVersion && <Fact name="Firmware">{boot.firmwareVersion}</Fact>}
        {boot?.serialNumber && <Fact name="Serial number">{boot.serialNumber}</Fact>}
        <Fact name="Last seen">
          <When at={lastSeenAt} />
        </Fact>
        <Fact name="Last answered a command">
          <When at={lastAnsweredAt} />
        </Fact>
        {connection && (
          <Fact name="Connected">
            <When at={connection.connectedAt} /> <span class="soft">from {connection.remoteAddress}</span>
          </Fact>
        )}
      </dl>
    </header>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
