import type { ChargePointSecurity } from '../../../model.ts';
import { ExpiryOf } from '../../../parts/expiry.tsx';
import { Empty } from '../../../parts/states.tsx';
import { Status } from '../../../parts/status.tsx';
import { type Plain, t } from '../../../words/words.ts';

const WORDS: Readonly<
  Record<ChargePointSecurity['certificates'][number]['state'], readonly [status: string, word: Plain]>
> = {
  issued: ['Pending', 'issued, not known to be there'],
  installed: ['Available', 'installed'],
  rejected: ['Rejected', 'not taken'],
  revoked: ['Blocked', 'revoked'],
};

/** The client certificates that were issued to a charge point. */
export function Certificates({
  security: { certificates, connection },
}: {
  readonly security: ChargePointSecurity;
}) {
  return (
    <section class="panel" aria-labelledby="own-certificates">
      <header>
        <h2 id="own-certificates">{t('Its certificates')}</h2>
      </header>
      {certificates.length === 0 ? (
        <Empty title={t('No certificate was issued to it')}>
          <p>{t('It gets one when it sends SignCertificate, by itself or because it is asked to.')}</p>
        </Empty>
      ) : (
        <div class="scroll">
          <table class="table cards">
            <thead>
              <tr>
                <th scope="col">{t('Serial number')}</th>
                <th scope="col">{t('For')}</th>
                <th scope="col">{t('Issued by')}</th>
                <th scope="col">{t('Valid until')}</th>
                <th scope="col">{t('State')}</th>
              </tr>
            </thead>
            <tbody>
              {certificates.map(({ sha256, serial, commonName, issuer, notAfter, state }) => (
                <tr key={sha256}>
                  <td class="id">
                    <code>{serial}</code>
                  </td>
                  <td data-label={t('For')}>{commonName}</td>
                  <td data-label={t('Issued by')}>{issuer}</td>
                  <td data-label={t('Valid until')}>
                    <ExpiryOf notAfter={notAfter} />
                  </td>
                  <td data-label={t('State')}>
                    <Status status={WORDS[state][0]} word={t(WORDS[state][1])} />
                    {connection?.certificate === sha256 && <span class="soft"> {t('in use')}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
