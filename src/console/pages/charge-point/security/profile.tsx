import type { ComponentChildren } from 'preact';
import type { ChargePointSecurity } from '../../../model.ts';
import { Fact } from '../../../parts/fact.tsx';
import { When } from '../../../parts/when.tsx';
import { profileInWords } from '../../../security.ts';

/**
 * The security profile: what holds, what is to come, by what it is connected now, and how old its password
 * is.
 */
export function Profile({
  security,
  children,
}: {
  readonly security: ChargePointSecurity;
  readonly children: ComponentChildren;
}) {
  const { pending, minProfile, serialNumber } = security;
  return (
    <section class="panel" aria-labelledby="security-profile">
      <header>
        <h2 id="security-profile">Security profile</h2>
        {children}
      </header>
      <dl class="facts body">
        <Fact name="Has to use">
          <Fixed security={security} />
        </Fact>
        <Fact name="Pending">
          {pending.length === 0 && <span class="soft">none</span>}
          {pending.map(({ profile, since, accepted }) => (
            <div key={`${profile} ${since}`} class="tone-attention">
              {profileInWords(profile)}, {accepted ? 'accepted' : 'no answer'} <When at={since} />
            </div>
          ))}
        </Fact>
        <Fact name="Connected by">
          <Connection security={security} />
        </Fact>
        <Fact name="Password">
          <Password security={security} />
        </Fact>
        <Fact name="Serial number of its certificate">
          {serialNumber ?? <span class="soft">not reported yet</span>}
        </Fact>
        {minProfile > 0 && <Fact name="Least for all">{profileInWords(minProfile)}</Fact>}
      </dl>
    </section>
  );
}

function Fixed({
  security: { profile, profileFrom, reachedAt },
}: {
  readonly security: ChargePointSecurity;
}) {
  if (profile === null) return <span class="soft">any that it authenticates by</span>;
  return (
    <>
      {profileInWords(profile)}{' '}
      <span class="soft">{profileFrom === 'operator' ? 'set by an operator' : <When at={reachedAt} />}</span>
    </>
  );
}

function Connection({ security: { connection } }: { readonly security: ChargePointSecurity }) {
  if (connection === null) return <span class="soft">not connected</span>;
  const { profile, connectedAt, tls } = connection;
  return (
    <>
      {profile === null ? 'unknown' : profileInWords(profile)}{' '}
      <span class="soft">
        <When at={connectedAt} />
      </span>
      {tls && (
        <div class="small soft">
          {tls.protocol.replace('v', ' ')}, {tls.cipher}
        </div>
      )}
    </>
  );
}

function Password({ security: { password } }: { readonly security: ChargePointSecurity }) {
  const { state, setAt, setBy } = password;
  if (state === 'none' && setAt === null) return <span class="soft">none</span>;
  return (
    <>
      {state === 'changing' && <span class="tone-attention">changing, </span>}
      {setAt === null ? 'age unknown' : <When at={setAt} />}
      {setBy !== null && <span class="soft"> {setBy === 'ocpp' ? 'over OCPP' : 'by an operator'}</span>}
    </>
  );
}
