import { PROFILES } from '../../commands.ts';
import type { ChargePoint } from '../../model.ts';
import type { Action } from '../../ocpp-schema.ts';
import { useInSight } from '../../parts/in-sight.ts';
import { Refused, Skeleton } from '../../parts/states.tsx';
import { startingPayload } from '../../payload.ts';
import { place, setQuery } from '../../router.ts';
import { t } from '../../words/words.ts';
import { CommandForm } from './command-form.tsx';
import { useActions } from './use-actions.ts';

/** Everything that OCPP 1.6 lets a Central System send, with forms made from its schemas. */
export function Commands({ chargePoint }: { readonly chargePoint: ChargePoint }) {
  const name = place.value.query.get('action') ?? 'TriggerMessage';
  const { known, failure } = useActions();
  if (failure) return <Refused failure={failure} />;
  if (!known) return <Skeleton lines={8} what={t('the commands')} />;
  const action = known.get(name);
  return (
    <div class="commands">
      <nav class="panel actions-list" aria-label={t('Commands')}>
        {PROFILES.map(([profile, names]) => (
          <div key={profile}>
            <h3 class="small soft">{t(profile)}</h3>
            <ul>
              {names
                .filter((candidate) => known.has(candidate))
                .map((candidate) => (
                  <li key={candidate}>
                    <button
                      type="button"
                      class="plain"
                      aria-current={candidate === name ? 'true' : undefined}
                      onClick={() => setQuery({ action: candidate })}
                    >
                      {candidate}
                    </button>
                  </li>
                ))}
            </ul>
          </div>
        ))}
      </nav>
      {action ? (
        <Command key={action.name} action={action} chargePoint={chargePoint} />
      ) : (
        <p class="soft">{t('There is no command {name}.', { name })}</p>
      )}
    </div>
  );
}

function Command({ action, chargePoint }: { readonly action: Action; readonly chargePoint: ChargePoint }) {
  const shown = useInSight<HTMLElement>();
  const plug = chargePoint.connectors.find(({ connectorId }) => connectorId > 0)?.connectorId;
  return (
    <section ref={shown} class="panel command" aria-labelledby="command">
      <header>
        <h2 id="command">{action.name}</h2>
        {!chargePoint.connected && (
          <span class="tone-attention">{t('Not connected: it cannot be sent now.')}</span>
        )}
      </header>
      <CommandForm action={action} id={chargePoint.id} start={() => startingPayload(action, plug)} />
    </section>
  );
}
