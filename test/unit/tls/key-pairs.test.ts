import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writePem as pemOf } from '../../../src/certificates/pem.ts';
import { readAuthorities, readKeyPairs } from '../../../src/tls/key-pairs.ts';
import { createTestAuthority, type TestCertificate, writePem } from '../../support/test-certificates.ts';

const directory = mkdtempSync(join(tmpdir(), 'farad-pairs-'));
const at = (name: string): string => join(directory, name);
let ec: TestCertificate;

beforeAll(async () => {
  const authority = await createTestAuthority();
  ec = await authority.issue({ commonName: 'charge.example' });
  const pairs = {
    ec,
    ec2: await authority.issue(),
    nameless: await authority.issue({ names: '' }),
    rsa: await authority.issue({ algorithm: 'rsa' }),
    long: await authority.issue({ algorithm: 'rsa', bits: 3072 }),
    weak: await authority.issue({ algorithm: 'rsa', bits: 1024 }),
  };
  for (const [name, pair] of Object.entries(pairs)) {
    writePem(directory, `${name}.pem`, pair.certificate, authority.certificate);
    writePem(directory, `${name}.key`, pair.key);
  }
  const sealed = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  });
  writePem(directory, 'sealed.key', sealed.privateKey);
  writePem(directory, 'text.pem', 'a letter');
  // Its notAfter has a month 99.
  const untimed = Buffer.from(ec.raw);
  const UTC_TIME = Buffer.from('170d', 'hex');
  untimed.write('99', untimed.indexOf(UTC_TIME, untimed.indexOf(UTC_TIME) + 1) + 4);
  writeFileSync(at('untimed.pem'), pemOf('CERTIFICATE', untimed));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const read = (certificates: string[], keys: string[]) =>
  readKeyPairs('ocpp.tls', {
    certificates: certificates.map((name) => at(`${name}.pem`)),
    keys: keys.map((name) => at(`${name}.key`)),
  });

test('L13: an RSA and an ECDSA pair are read together, each with the dates of its certificate', () => {
  const [first, second] = read(['ec', 'rsa'], ['ec', 'rsa']);
  expect(first).toMatchObject({ file: at('ec.pem'), key: `${ec.key}\n` });
  expect(first?.subject).toContain('CN=charge.example');
  expect(first?.certificate.match(/BEGIN/g)).toHaveLength(2);
  expect(second?.notAfter).toBeGreaterThan(Date.now());
  expect(second?.notBefore).toBeLessThan(Date.now());
});

test('L33: an RSA key may be longer than OCPP-J recommends', () => {
  expect(read(['long'], ['long'])).toHaveLength(1);
});

test('a certificate without names is shown: its host may stand in an extension alone', () => {
  expect(read(['nameless'], ['nameless'])).toMatchObject([{ subject: '' }]);
});

test.each([
  [
    'a certificate without a time that can be read',
    ['untimed'],
    ['ec'],
    'ocpp.tls.certificates: %D/untimed.pem has a time that cannot be read',
  ],
  [
    'a weak key',
    ['weak'],
    ['weak'],
    'ocpp.tls.certificates: %D/weak.pem has an RSA key of 1024 bits; at least 2048 are needed',
  ],
  [
    'a key of another certificate',
    ['ec'],
    ['ec2'],
    'ocpp.tls.keys: %D/ec2.key does not belong to the certificate %D/ec.pem',
  ],
  ['a file that is not there', ['none'], ['ec'], 'ocpp.tls.certificates: cannot read %D/none.pem: ENOENT'],
  ['a missing key', ['ec'], ['none'], 'ocpp.tls.keys: cannot read %D/none.key: ENOENT'],
  ['a key that is sealed', ['ec'], ['sealed'], 'ocpp.tls.keys: %D/sealed.key is an encrypted key'],
  ['something else', ['text'], ['ec'], 'ocpp.tls.certificates: %D/text.pem is no certificate in PEM'],
  [
    'fewer keys',
    ['ec', 'rsa'],
    ['ec'],
    'ocpp.tls.keys must name a file for each of ocpp.tls.certificates: 1 for 2',
  ],
  [
    'two of a kind',
    ['ec', 'ec2'],
    ['ec', 'ec2'],
    'ocpp.tls.certificates: %D/ec.pem and %D/ec2.pem are both for ec keys; a port shows one of each kind',
  ],
])('L14: %s is refused with its setting and path', (_what, certificates, keys, message) => {
  expect(() => read(certificates, keys)).toThrow(message.replaceAll('%D', directory));
});

test('authorities are read one by one out of bundles', () => {
  expect(readAuthorities('ocpp.tls.clientCas', [at('ec.pem'), at('rsa.pem')])).toHaveLength(4);
  expect(() => readAuthorities('ocpp.tls.clientCas', [at('text.pem')])).toThrow(
    `ocpp.tls.clientCas: ${at('text.pem')} holds no certificate in PEM`,
  );
});
