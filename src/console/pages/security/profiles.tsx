import { count } from '../../format.ts';
import type { FleetSecurity } from '../../model.ts';
import { Empty, Shown } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { useResource } from '../../resource.ts';
import { profileChoices, profileInWords } from '../../security.ts';
import { rich, t } from '../../words/words.ts';
import { Count } from './count.tsx';

/** How many charge points are on which profile, and what waits to be done. */
export function Profiles() {
  const fleet = useResource<FleetSecurity>('/security', { everyMs: 5000 });
  return (
    <Shown of={fleet} what={t('the security of the fleet')} lines={8}>
      {(security) =>
        security.chargePoints === 0 ? (
          <div class="panel">
            <Empty title={t('No charge point has come yet')} />
          </div>
        ) : (
          <>
            <Bar security={security} />
            <Numbers security={security} />
          </>
        )
      }
    </Shown>
  );
}

/** Charge points by profile, the best one first, as one bar with its words. */
function Bar({ security: { profiles, countedAt, minProfile } }: { readonly security: FleetSecurity }) {
  const shown = profileChoices().filter(([name]) => profiles[name] > 0);
  return (
    <section class="panel" aria-labelledby="profiles">
      <header>
        <h2 id="profiles">{t('Charge points by security profile')}</h2>
        <span class="end small soft">{rich('counted {when}', { when: <When at={countedAt} /> })}</span>
      </header>
      <div class="body connectors-bar profiles-bar">
        <div class="bar-of" aria-hidden="true">
          {shown.map(([name]) => (
            <span key={name} class={`profile-${name}`} style={{ flexGrow: profiles[name] }} />
          ))}
        </div>
        <ul class="row">
          {shown.map(([name, words]) => (
            <li key={name}>
              <a href={`/charge-points?securityProfile=${name}`}>
                <i class={`swatch profile-${name}`} aria-hidden="true" /> {words}{' '}
                <b>{count(profiles[name])}</b>
              </a>
            </li>
          ))}
        </ul>
        <p class="small soft">
          {minProfile > 0
            ? t('The minimum profile is {minProfile} (security.minProfile).', {
                minProfile: profileInWords(minProfile),
              })
            : t('There is no minimum profile (security.minProfile).')}
        </p>
      </div>
    </section>
  );
}

function Numbers({ security: { pending, certificates, requests } }: { readonly security: FleetSecurity }) {
  const { expiring, expired } = certificates;
  return (
    <div class="numbers">
      <Count
        href="/charge-points?profilePending=true"
        name={t('Moving to a higher profile')}
        value={pending}
      />
      <Count
        href="/security?tab=certificates"
        name={t('Certificates expire in 30 days')}
        value={expiring}
        tone={expiring > 0 ? 'attention' : undefined}
      />
      <Count
        href="/security?tab=certificates&within=0"
        name={t('Expired certificates')}
        value={expired}
        tone={expired > 0 ? 'fault' : undefined}
      />
      <Count
        href="/security?tab=requests"
        name={t('Failed signings')}
        value={requests.failed}
        tone={requests.failed > 0 ? 'fault' : undefined}
        note={t('{open} waiting', { open: count(requests.open) })}
      />
    </div>
  );
}
