import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { ClientCertificates } from '../../../load/security/client-certificates.ts';
import { makeTestAuthority, moldOf } from '../../../load/security/test-authority.ts';
import { readCertificates } from '../../../src/certificates/certificate.ts';

test('certificates from one mold are signed, name their charge point, and differ in their serial numbers', async () => {
  const authority = await makeTestAuthority();
  const issuer = new X509Certificate(authority.certificate);
  for (const mold of [await authority.mold(), await moldOf(authority)]) {
    const certificates = new ClientCertificates(mold);
    const made = [0, 7, 14_999].map((index) => certificates.make(index));
    const read = made.map(({ certificate }) => readCertificates(certificate)?.[0]);
    expect(read.map((one) => one?.subject.commonName)).toEqual(['SN00000000', 'SN00000007', 'SN00014999']);
    expect(new Set(read.map((one) => one?.serial)).size).toBe(made.length);
    for (const one of read) expect(one?.x509.verify(issuer.publicKey)).toBe(true);
  }
});
