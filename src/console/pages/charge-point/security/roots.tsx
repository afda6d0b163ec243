import { Empty } from '../../../parts/states.tsx';
import { When } from '../../../parts/when.tsx';
import type { InstalledRoots } from '../../../security.ts';

/** What the roots of a type are for. */
export const ROOT_TYPES: Readonly<Record<string, string>> = {
  CentralSystemRootCertificate: 'Central System',
  ManufacturerRootCertificate: 'manufacturer',
};

/** The roots that a charge point trusts, as it told them. */
export function Roots({ items }: { readonly items: readonly InstalledRoots[] }) {
  const told = items.flatMap(({ certificateType, certificates, toldAt }) =>
    (certificates ?? []).map((root) => ({ ...root, certificateType, toldAt })),
  );
  return (
    <section class="panel" aria-labelledby="roots">
      <header>
        <h2 id="roots">Roots that it trusts</h2>
      </header>
      {told.length === 0 ? (
        <Empty
          title={items.some(({ toldAt }) => toldAt !== null) ? 'It told of none' : 'Nobody has asked it'}
        >
          <p>It tells its roots by GetInstalledCertificateIds.</p>
        </Empty>
      ) : (
        <div class="scroll">
          <table class="table cards">
            <thead>
              <tr>
                <th scope="col">Serial number</th>
                <th scope="col">For TLS of the</th>
                <th scope="col">Subject</th>
                <th scope="col">Told</th>
              </tr>
            </thead>
            <tbody>
              {told.map(({ hashData, subject, certificateType, toldAt }) => (
                <tr key={JSON.stringify(hashData)}>
                  <td class="id">
                    <code>{hashData.serialNumber}</code>
                  </td>
                  <td data-label="For TLS of the">{ROOT_TYPES[certificateType] ?? certificateType}</td>
                  <td data-label="Subject">{subject ?? <span class="soft">unknown to Farad</span>}</td>
                  <td data-label="Told">
                    <When at={toldAt} />
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
