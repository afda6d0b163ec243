import { describe, expect, test } from 'vitest';
import { type FirmwareSigning, signingWarnings } from '../../../src/control/firmware-check.ts';
import type { ManufacturerRoot } from '../../../src/store/manufacturer-roots.ts';
import type { Store } from '../../../src/store/store.ts';
import { ANONYMOUS, ELLIPTIC, RSA, WEAK } from '../../support/firmware-signers.ts';
import {
  type CertificateWishes,
  CODE_SIGNING,
  createTestAuthority,
  KeyUsageFlags,
  type TestAuthority,
} from '../../support/test-certificates.ts';

const NOW = Date.UTC(2027, 0, 1);
const UNCHECKED =
  'no root of a manufacturer is known, so nobody looked at who issued the signing certificate';

/** A store that knows these roots, PEM. */
function rootsOf(...pems: readonly string[]) {
  const all = pems.map((pem, index): ManufacturerRoot => {
    return { sha256: `${index}`, pem, note: null, addedAt: index, version: 1 };
  });
  return { manufacturerRoots: { all: () => all } as Store['manufacturerRoots'] };
}
const warningsOf = (signing: FirmwareSigning, now = NOW) =>
  signingWarnings(signing, rootsOf(), now).filter(({ message }) => message !== UNCHECKED);
const messages = (signing: FirmwareSigning, now = NOW): string[] =>
  warningsOf(signing, now).map(({ message }) => message);

test('K11: a certificate and a signature that a charge point can use are no reason to say anything', () => {
  expect(messages(RSA)).toEqual([]);
  expect(messages(ELLIPTIC)).toEqual([]);
  expect(messages({ ...ELLIPTIC, signature: Buffer.alloc(64, 1).toString('base64') })).toEqual([]);
  expect(messages({ ...RSA, signature: RSA.signature.replace(/.{64}/g, '$&\n') })).toEqual([]);
});

test.each([
  ['no PEM', 'PEM'],
  ['base64 without its frame', RSA.signingCertificate.split('\n').slice(1, -1).join('\n')],
  ['a PEM of nothing', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
  ['a PEM that was cut', RSA.signingCertificate.slice(0, 400)],
])('K11: %s is no certificate', (_what, signingCertificate) => {
  expect(messages({ ...RSA, signingCertificate })).toEqual(['the signing certificate is no X.509 in PEM']);
});

test('K11: a certificate has to be valid now, and its key long enough', () => {
  expect(messages(RSA, Date.UTC(2019, 0, 1))).toEqual([
    expect.stringMatching(/^the signing certificate is not valid before 2020-01-01T/),
  ]);
  expect(messages(RSA, Date.UTC(2200, 0, 1))).toEqual([
    expect.stringMatching(/^the signing certificate was valid until 2120-01-01T/),
  ]);
  expect(messages(WEAK)).toEqual([
    'the key of the signing certificate has 1024 bits instead of at least 2048',
  ]);
});

test('K11: a certificate without an organization is worth a word, and no refusal', () => {
  expect(warningsOf(ANONYMOUS)).toEqual([
    { code: 'certificate', message: 'the signing certificate names no organization', refusal: false },
  ]);
});

test.each([
  ['what is no base64', RSA, 'not+base64!', 'is not base64'],
  ['base64 that was cut', RSA, RSA.signature.slice(0, -1), 'is not base64'],
  ['a signature of another length', RSA, 'c2ln', 'has 3 bytes, of this certificate it has 256'],
  ['a signature of another kind of key', ELLIPTIC, RSA.signature, 'is none that an elliptic curve key makes'],
  [
    'DER that was cut',
    ELLIPTIC,
    Buffer.from(ELLIPTIC.signature, 'base64').subarray(0, 40).toString('base64'),
    'is none',
  ],
])('K11: %s is no signature of this certificate', (_what, signing, signature, problem) => {
  expect(warningsOf({ ...signing, signature })).toEqual([
    { code: 'signature', message: expect.stringContaining(`the signature ${problem}`), refusal: true },
  ]);
});

test('K11: without any root of a manufacturer it is said that nobody looked at who issued the certificate', () => {
  expect(signingWarnings(ELLIPTIC, rootsOf(), NOW)).toEqual([
    { code: 'certificate', message: UNCHECKED, refusal: false },
  ]);
});

describe('K11: with a root of a manufacturer', () => {
  const DAY_MS = 24 * 3_600_000;
  const { signature } = ELLIPTIC;
  const day = (days: number) => new Date(Date.now() + days * DAY_MS);
  const issue = async (by: TestAuthority, wishes: CertificateWishes = {}) => {
    const { certificate } = await by.issue({
      purposes: [CODE_SIGNING],
      usage: KeyUsageFlags.digitalSignature,
      ...wishes,
    });
    return certificate;
  };
  const refusals = (signingCertificate: string, ...roots: readonly string[]) =>
    signingWarnings({ signingCertificate, signature }, rootsOf(...roots), Date.now())
      .filter(({ refusal }) => refusal)
      .map(({ message }) => message);

  test('K11: a signer that it has issued, itself or through an authority below it, is taken', async () => {
    const root = await createTestAuthority('Volt Works');
    const between = await root.below('Volt Works Firmware');
    const signer = await issue(between);
    expect(refusals(await issue(root), root.certificate)).toEqual([]);
    expect(refusals(signer + between.certificate, root.certificate)).toEqual([]);
    expect(refusals(signer, root.certificate, between.certificate)).toEqual([]);
    expect(refusals(signer, between.certificate)).toEqual([]);
    expect(refusals(await issue(root, { purposes: [] }), root.certificate)).toEqual([]);
    expect(refusals(await issue(root, { purposes: ['2.5.29.37.0'] }), root.certificate)).toEqual([]);
  });

  test('K11: where an expired root and its successor have the same name and key, the one that holds counts', async () => {
    const root = await createTestAuthority('Volt Works');
    const old = await root.again({ notAfter: day(-0.5) });
    expect(refusals(await issue(root), old.certificate, root.certificate)).toEqual([]);
  });

  test('K11: authorities that have all issued one another take no longer for it', async () => {
    const root = await createTestAuthority('Loop');
    const others = await Promise.all(Array.from({ length: 10 }, () => root.again()));
    const shown = (await issue(root)) + others.map(({ certificate }) => certificate).join('');
    const { certificate: another } = await createTestAuthority('Loop');
    expect(refusals(shown, another)).toHaveLength(1);
    expect(refusals(shown, root.certificate)).toEqual([]);
  });

  const wrong: readonly [
    what: string,
    make: (root: TestAuthority) => Promise<readonly [signer: string, ...roots: string[]]>,
    words: RegExp,
  ][] = [
    [
      'one of a foreign authority',
      async (root) => [await issue(await createTestAuthority('Foreign')), root.certificate],
      /not of a known manufacturer: no authority that is trusted here stands above it: .*Foreign/,
    ],
    [
      'one of a foreign authority that bears the name of the root',
      async (root) => [await issue(await createTestAuthority('Volt Works')), root.certificate],
      /not of a known manufacturer/,
    ],
    [
      'one that brings its own root along',
      async (root) => {
        const other = await createTestAuthority('Foreign');
        return [(await issue(other)) + other.certificate, root.certificate];
      },
      /not of a known manufacturer/,
    ],
    ['one that has signed itself', async (root) => [ELLIPTIC.signingCertificate, root.certificate], /not of/],
    [
      'an expired one',
      async (root) => [await issue(root, { notAfter: day(-0.1) }), root.certificate],
      /^the signing certificate was valid until/,
    ],
    [
      'one that is not valid yet',
      async (root) => [await issue(root, { notBefore: day(1) }), root.certificate],
      /^the signing certificate is not valid before/,
    ],
    [
      'one of an expired root',
      async () => {
        const old = await createTestAuthority('Old', { notAfter: day(-0.1) });
        return [await issue(old), old.certificate];
      },
      /not of a known manufacturer: its authority \(.*CN=Old.*\) was valid until/,
    ],
    [
      'one below an authority that has expired',
      async (root) => {
        const between = await root.below('Between', { notAfter: day(-0.1) });
        return [(await issue(between)) + between.certificate, root.certificate];
      },
      /its authority \(.*CN=Between.*\) was valid until/,
    ],
    [
      'one below an authority with a weak key',
      async (root) => {
        const between = await root.below('Between', { bits: 1024 });
        return [(await issue(between)) + between.certificate, root.certificate];
      },
      /the key of its authority \(.*CN=Between.*\) has 1024 bits/,
    ],
    [
      'one below an authority that may have none below it',
      async () => {
        const root = await createTestAuthority('Strict', { pathLength: 0 });
        const between = await root.below('Between');
        return [(await issue(between)) + between.certificate, root.certificate];
      },
      /its authority \(.*CN=Strict.*\) may have no other authority below it/,
    ],
    [
      'one below a certificate that is no authority',
      async (root) => {
        const between = await root.below('Signer', { mayIssue: false });
        return [(await issue(between)) + between.certificate, root.certificate];
      },
      /not of a known manufacturer/,
    ],
    [
      'one with a weak key',
      async (root) => [await issue(root, { algorithm: 'rsa', bits: 1024 }), root.certificate],
      /^the key of the signing certificate has 1024 bits/,
    ],
    [
      'the certificate of a TLS client',
      async (root) => [(await root.issue()).certificate, root.certificate],
      /^the signing certificate is not meant for code/,
    ],
    [
      'one whose key may only agree on keys',
      async (root) => [await issue(root, { usage: KeyUsageFlags.keyAgreement }), root.certificate],
      /^the key of the signing certificate may sign no data/,
    ],
  ];
  test.each(wrong)('K11: %s is refused, in words', async (_what, make, words) => {
    const [signer, ...roots] = await make(await createTestAuthority('Volt Works'));
    expect(refusals(signer, ...roots)).toContainEqual(expect.stringMatching(words));
  });
});
