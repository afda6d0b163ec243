import { useLive } from '../../../live/live.ts';
import type { ChargePoint, ChargePointSecurity } from '../../../model.ts';
import { Shown } from '../../../parts/states.tsx';
import { useResource } from '../../../resource.ts';
import type { InstalledRoots } from '../../../security.ts';
import { t } from '../../../words/words.ts';
import { SecurityEvents } from '../../security/security-events.tsx';
import { Certificates } from './certificates.tsx';
import { Profile } from './profile.tsx';
import { Roots } from './roots.tsx';
import { SecurityActions } from './security-actions.tsx';

/** By what a charge point is recognised, its certificates, and what happened to its security. */
export function Security({ chargePoint }: { readonly chargePoint: ChargePoint }) {
  const { id } = chargePoint;
  const path = `/charge-points/${encodeURIComponent(id)}`;
  const security = useResource<ChargePointSecurity>(`${path}/security`, { everyMs: 10_000 });
  const rootsPath = `${path}/installed-certificates`;
  const roots = useResource<{ readonly items: readonly InstalledRoots[] }>(rootsPath, {
    everyMs: 15_000,
  });
  useLive({ topics: ['security', 'connections'], chargePointId: id }, security.reload);
  return (
    <Shown of={security} what={t('its security')} lines={8}>
      {(state) => (
        <Shown of={roots} what={t('its roots')} lines={8}>
          {({ items }) => (
            <>
              <Profile security={state}>
                <SecurityActions
                  id={id}
                  connected={chargePoint.connected}
                  security={state}
                  onChanged={security.reload}
                />
              </Profile>
              <Certificates security={state} />
              <Roots chargePoint={chargePoint} path={rootsPath} items={items} onChanged={roots.reload} />
              <SecurityEvents chargePointId={id} />
            </>
          )}
        </Shown>
      )}
    </Shown>
  );
}
