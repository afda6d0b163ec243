import 'reflect-metadata';
import { X509CertificateGenerator } from '@peculiar/x509';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Certificate,
  readCertificate,
  readCertificates,
} from '../../../src/certificates/certificate.ts';
import { holdsPrivateKey, writePem } from '../../../src/certificates/pem.ts';
import { createTestAuthority } from '../../support/test-certificates.ts';

/** UTCTime, and the object identifier of public keys on elliptic curves, in DER. */
const UTC_TIME = Buffer.from('170d', 'hex');
const EC_PUBLIC_KEY = Buffer.from('06072a8648ce3d0201', 'hex');

const { certificate, key, raw } = await createTestAuthority();

/** The same certificate with other bytes from `offset` after the first `where` on. */
function changed(where: Buffer, offset: number, bytes: string, from = 0): Buffer {
  const der = Buffer.from(raw);
  const at = der.indexOf(where, from);
  expect(at).toBeGreaterThan(0);
  der.write(bytes, at + offset, 'latin1');
  return der;
}

test('a certificate whose times cannot be read is none: it would be good for ever', () => {
  const first = Buffer.from(raw).indexOf(UTC_TIME);
  // Months, of notBefore and of notAfter.
  for (const from of [first, first + 1]) {
    const der = changed(UTC_TIME, 4, '99', from);
    expect(readCertificate(der)).toBeUndefined();
    expect(readCertificates(certificate + writePem('CERTIFICATE', der))).toBeUndefined();
  }
});

test('a certificate with a key of an unknown kind is none', () => {
  expect(readCertificate(changed(EC_PUBLIC_KEY, 8, '\u007f'))).toBeUndefined();
});

test('of bytes that were changed or cut nothing throws', () => {
  const der = Buffer.from(raw);
  for (let at = 0; at < der.length; at++) {
    const broken = Buffer.from(der);
    broken[at] = (broken[at] ?? 0) ^ 0xff;
    expect(() => readCertificate(broken)).not.toThrow();
    expect(() => readCertificate(der.subarray(0, at))).not.toThrow();
  }
});

test('a private key is seen in any text, and a certificate is none', () => {
  expect(holdsPrivateKey(certificate)).toBe(false);
  expect(holdsPrivateKey(certificate + key)).toBe(true);
  expect(holdsPrivateKey(key.replaceAll('\n', '\\n').slice(0, 40))).toBe(true);
});

test('a certificate without any names is read', async () => {
  const nameless = await createTestAuthority('', { names: '' });
  expect(readCertificate(nameless.raw)).toMatchObject({
    owner: '',
    issuer: '',
    subject: { commonName: '', organizations: [] },
    isSelfSigned: true,
  });
});

test('names are read as Node reads them, whatever letters they are written in', async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const value = fc.oneof(
    fc.constantFrom('SN-1', 'Acme, Inc.', 'a+b', '20#', ' x ', 'CN=SN-2', 'x\nCN=SN-2', 'Grün', 'a/b', '"'),
    fc.string({ unit: 'binary', maxLength: 20 }).map((text) => `x${text}`),
  );
  await fc.assert(
    fc.asyncProperty(value, value, value, fc.boolean(), async (one, other, organization, isOneName) => {
      const name = isOneName
        ? [{ CN: [one], O: [organization] }, { CN: [other] }]
        : [{ CN: [one] }, { O: [organization] }, { CN: [other] }];
      const made = await X509CertificateGenerator.createSelfSigned({
        name,
        keys,
        signingAlgorithm: algorithm,
      });
      const read = readCertificate(new Uint8Array(made.rawData)) as Certificate;
      const { subject } = read.x509.toLegacyObject() as unknown as { subject: Record<string, unknown> };
      const { commonNames, subject: names } = read;
      expect({ CN: commonNames, O: names.organizations }).toEqual({ CN: subject.CN, O: [subject.O] });
    }),
    { numRuns: 100 },
  );
});

test('names that Node has to take apart leave TLS as it is', async () => {
  expect((await import('node:tls')).createSecureContext).toBeTypeOf('function');
});
