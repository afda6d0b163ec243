import { expect, test } from 'vitest';
import { signingWarnings } from '../../../src/control/firmware-check.ts';
import { ANONYMOUS, ELLIPTIC, RSA, WEAK } from '../../support/firmware-signers.ts';

const NOW = Date.UTC(2027, 0, 1);
const messages = (signing: Parameters<typeof signingWarnings>[0], now = NOW): string[] =>
  signingWarnings(signing, now).map(({ message }) => message);

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
  expect(signingWarnings(ANONYMOUS, NOW)).toEqual([
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
  expect(signingWarnings({ ...signing, signature }, NOW)).toEqual([
    { code: 'signature', message: expect.stringContaining(`the signature ${problem}`), refusal: true },
  ]);
});
