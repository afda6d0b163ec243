import type { ChargePointSecurity } from '../../../model.ts';
import { ExpiryOf } from '../../../parts/expiry.tsx';
import { Empty } from '../../../parts/states.tsx';
import { Status } from '../../../parts/status.tsx';

const WORDS: Readonly<Record<string, readonly [status: string, word: string]>> = {
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
        <h2 id="own-certificates">Its certificates</h2>
      </header>
      {certificates.length === 0 ? (
        <Empty title="No certificate was issued to it">
          <p>It gets one when it sends SignCertificate, by itself or because it is asked to.</p>
        </Empty>
      ) : (
        <div class="scroll">
          <table class="table cards">
            <thead>
              <tr>
                <th scope="col">Serial number</th>
                <th scope="col">For</th>
                <th scope="col">Issued by</th>
                <th scope="col">Valid until</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {certificates.map(({ sha256, serial, commonName, issuer, notAfter, state }) => (
                <tr key={sha256}>
                  <td class="id">
                    <code>{serial}</code>
                  </td>
                  <td data-label="For">{commonName}</td>
                  <td data-label="Issued by">{issuer}</td>
                  <td data-label="Valid until">
                    <ExpiryOf notAfter={notAfter} />
                  </td>
                  <td data-label="State">
                    <Status status={WORDS[state]?.[0] ?? state} word={WORDS[state]?.[1] ?? state} />
                    {connection?.certificate === sha256 && <span class="soft"> in use</span>}
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
