import { useState } from 'preact/hooks';
import type { CertificateAuthorities, CertificateAuthority } from '../../model.ts';
import { Copyable } from '../../parts/connect-url.tsx';
import { ExpiryOf } from '../../parts/expiry.tsx';
import { Fact } from '../../parts/fact.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { useResource } from '../../resource.ts';
import { may } from '../../session.ts';
import { t } from '../../words/words.ts';
import { NewAuthority } from './new-authority.tsx';

/** Who issues the certificates of charge points. */
export function Authorities() {
  const resource = useResource<CertificateAuthorities>('/certificate-authority', { everyMs: 60_000 });
  const [making, setMaking] = useState(false);
  return (
    <Shown of={resource} what={t('the authority')} lines={6}>
      {({ outside, canSeal, authorities, current }) => (
        <>
          {canSeal && (
            <div class="actions">
              <button type="button" disabled={!may('admin')} onClick={() => setMaking(true)}>
                {t('Make an authority')}
              </button>
            </div>
          )}
          {outside && (
            <p class="note">{t('Requests go to the outside authority of security.signingHook.')}</p>
          )}
          {authorities.length === 0 && !outside && <NoAuthority canSeal={canSeal} />}
          {authorities.map((authority) => (
            <AuthorityPanel key={authority.id} authority={authority} isCurrent={authority.id === current} />
          ))}
          {making && (
            <NewAuthority
              onClose={() => setMaking(false)}
              onMade={() => {
                setMaking(false);
                resource.reload();
              }}
            />
          )}
        </>
      )}
    </Shown>
  );
}

function NoAuthority({ canSeal }: { readonly canSeal: boolean }) {
  return (
    <div class="panel">
      <Empty title={t('Nobody issues certificates')}>
        <p>
          {canSeal
            ? t('Farad can be the authority: make one.')
            : t('Farad can be the authority once security.sealingKeyFile is set.')}{' '}
          {t('Or name an outside one in security.signingHook.')}
        </p>
      </Empty>
    </div>
  );
}

function AuthorityPanel({
  authority: { algorithm, expiresAt, canIssue, fingerprint, rootCertificate, id },
  isCurrent,
}: {
  readonly authority: CertificateAuthority;
  readonly isCurrent: boolean;
}) {
  return (
    <section class="panel" aria-label={t('Authority {id}', { id })}>
      <header>
        <h2>{t('Authority of Farad')}</h2>
        <Status
          status={canIssue ? 'Available' : 'Faulted'}
          word={
            isCurrent
              ? t('issues certificates')
              : canIssue
                ? t('can issue')
                : t('cannot issue: its keys cannot be opened')
          }
        />
        <a
          class="end"
          download={`farad-root-${fingerprint.slice(0, 8)}.pem`}
          href={`data:application/x-pem-file,${encodeURIComponent(rootCertificate)}`}
        >
          {t('Download its root')}
        </a>
      </header>
      <dl class="facts body">
        <Fact name={t('Signs with')}>{algorithm}</Fact>
        <Fact name={t('Issues until')}>
          <ExpiryOf notAfter={expiresAt} />
        </Fact>
        <Fact name={t('SHA-256 of its root')}>
          <Copyable text={fingerprint} />
        </Fact>
      </dl>
    </section>
  );
}
