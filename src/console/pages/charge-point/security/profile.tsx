import type { ComponentChildren } from 'preact';
import type { ChargePointSecurity } from '../../../model.ts';
import { Fact } from '../../../parts/fact.tsx';
import { When } from '../../../parts/when.tsx';
import { profileInWords } from '../../../security.ts';
import { t } from '../../../words/words.ts';

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
        <h2 id="security-profile">{t('Security profile')}</h2>
        {children}
      </header>
      <dl class="facts body">
        <Fact name={t('Has to use')}>
          <Fixed security={security} />
        </Fact>
        <Fact name={t('Pending')}>
          {pending.length === 0 && <span class="soft">{t('none')}</span>}
          {pending.map(({ profile, since, accepted }) => (
            <div key={`${profile} ${since}`} class="tone-attention">
              {profileInWords(profile)}, {accepted ? t('accepted') : t('no answer')} <When at={since} />
            </div>
          ))}
        </Fact>
        <Fact name={t('Connected by')}>
          <Connection security={security} />
        </Fact>
        <Fact name={t('Password')}>
          <Password security={security} />
        </Fact>
        <Fact name={t('Serial number of its certificate')}>
          {serialNumber ?? <span class="soft">{t('not reported yet')}</span>}
        </Fact>
        {minProfile > 0 && <Fact name={t('Least for all')}>{profileInWords(minProfile)}</Fact>}
      </dl>
    </section>
  );
}

function Fixed({
  security: { profile, profileFrom, reachedAt },
}: {
  readonly security: ChargePointSecurity;
}) {
  if (profile === null) return <span class="soft">{t('any that it authenticates by')}</span>;
  return (
    <>
      {profileInWords(profile)}{' '}
      <span class="soft">
        {profileFrom === 'operator' ? t('set by an operator') : <When at={reachedAt} />}
      </span>
    </>
  );
}

function Connection({ security: { connection } }: { readonly security: ChargePointSecurity }) {
  if (connection === null) return <span class="soft">{t('not connected')}</span>;
  const { profile, connectedAt, tls } = connection;
  return (
    <>
      {profile === null ? t('unknown') : profileInWords(profile)}{' '}
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
  if (state === 'none' && setAt === null) return <span class="soft">{t('none')}</span>;
  return (
    <>
      {state === 'changing' && <span class="tone-attention">{t('changing,')} </span>}
      {setAt === null ? t('age unknown') : <When at={setAt} />}
      {setBy !== null && <span class="soft"> {setBy === 'ocpp' ? t('over OCPP') : t('by an operator')}</span>}
    </>
  );
}
