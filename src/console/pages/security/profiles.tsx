import { count } from '../../format.ts';
import type { FleetSecurity } from '../../model.ts';
import { Empty, Shown } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { useResource } from '../../resource.ts';
import { PROFILE_CHOICES, profileInWords } from '../../security.ts';
import { Count } from './count.tsx';

/** How many charge points are on which profile, and what waits to be done. */
export function Profiles() {
  const fleet = useResource<FleetSecurity>('/security', { everyMs: 5000 });
  return (
    <Shown of={fleet} what="the security of the fleet" lines={8}>
      {(security) =>
        security.chargePoints === 0 ? (
          <div class="panel">
            <Empty title="No charge point has come yet" />
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
  const shown = PROFILE_CHOICES.filter(([name]) => profiles[name] > 0);
  return (
    <section class="panel" aria-labelledby="profiles">
      <header>
        <h2 id="profiles">Charge points by security profile</h2>
        <span class="end small soft">
          counted <When at={countedAt} />
        </span>
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
            ? `The minimum profile is ${profileInWords(minProfile)} (security.minProfile).`
            : 'There is no minimum profile (security.minProfile).'}
        </p>
      </div>
    </section>
  );
}

function Numbers({ security: { pending, certificates, requests } }: { readonly security: FleetSecurity }) {
  const { expiring, expired } = certificates;
  return (
    <div class="numbers">
      <Count href="/charge-points?profilePending=true" name="Moving to a higher profile" value={pending} />
      <Count
        href="/security?tab=certificates"
        name="Certificates expire in 30 days"
        value={expiring}
        tone={expiring > 0 ? 'attention' : undefined}
      />
      <Count
        href="/security?tab=certificates&within=0"
        name="Expired certificates"
        value={expired}
        tone={expired > 0 ? 'fault' : undefined}
      />
      <Count
        href="/security?tab=requests"
        name="Failed signings"
        value={requests.failed}
        tone={requests.failed > 0 ? 'fault' : undefined}
        note={`${count(requests.open)} waiting`}
      />
    </div>
  );
}
