import { describe, expect, it } from 'vitest';
import { readPem, writePem } from '../../../src/certificates/pem.ts';
import {
  looksLikeSigningRequest,
  problemsOf,
  readSigningRequest,
  type SigningRequest,
} from '../../../src/certificates/signing-request.ts';
import { makeSigningRequest, type RequestKey } from '../../support/signing-requests.ts';

const UNCHECKED = { commonName: undefined, organization: undefined };

async function read(csr: string): Promise<SigningRequest> {
  const request = await readSigningRequest(csr);
  if (request === undefined) throw new TypeError('the signing request could not be read');
  return request;
}

describe('a signing request', () => {
  it.each<RequestKey>(['ec', 'rsa', 'rsa-pss'])('L21: with a good %s key is found good', async (key) => {
    const { csr, key: own } = await makeSigningRequest(key);
    const request = await read(csr);
    expect(problemsOf(request, { commonName: 'SN-1', organization: 'Acme Charging' })).toEqual([]);
    expect(request.subject).toEqual({ commonName: 'SN-1', organizations: ['Acme Charging'] });
    expect(own.equals(own) && request.publicKey.asymmetricKeyType).toBe(key === 'ec' ? 'ec' : 'rsa');
  });

  it('L21: that another key has signed is told', async () => {
    const { csr } = await makeSigningRequest('ec');
    const { csr: other } = await makeSigningRequest('ec');
    const [der] = readPem(csr, 'CERTIFICATE REQUEST');
    const [otherDer] = readPem(other, 'CERTIFICATE REQUEST');
    if (der === undefined || otherDer === undefined) throw new TypeError('no request');
    const signed = Buffer.from(der);
    // The last bytes are the signature's.
    signed.set(otherDer.subarray(-8), signed.length - 8);
    const request = await read(writePem('CERTIFICATE REQUEST', signed));
    expect(problemsOf(request, UNCHECKED)).toEqual(['it is not signed with its own key']);
  });

  it('L21: with a key that is too short is told', async () => {
    const { csr } = await makeSigningRequest('weak-rsa');
    expect(problemsOf(await read(csr), UNCHECKED)).toEqual([
      'its key has 1024 bits instead of at least 2048',
    ]);
  });

  it('L21: for another charge point or operator is told, unless nobody looks', async () => {
    const { csr } = await makeSigningRequest('ec', [{ O: ['Elsewhere'] }, { CN: ['SN-2'] }]);
    const request = await read(csr);
    expect(problemsOf(request, { commonName: 'SN-1', organization: 'Acme' })).toEqual([
      'its CN is "SN-2" and the serial number of the charge point "SN-1"',
      'its O is "Elsewhere" and the operator\'s name "Acme"',
    ]);
    expect(problemsOf(request, UNCHECKED)).toEqual([]);
  });

  it('is read whatever its line ends are', async () => {
    const { csr } = await makeSigningRequest('ec');
    const { pem } = await read(csr);
    const spellings = [
      csr.replaceAll('\n', '\r\n'),
      csr.replaceAll('\n', '\\n'),
      csr.replaceAll('\n', '\\r\\n'),
      `  ${csr}\r\n\r\n`,
      csr.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'),
    ];
    for (const spelling of spellings) expect((await read(spelling)).pem).toBe(pem);
    expect(pem).not.toMatch(/\r/);
  });

  it('is told from what is none', async () => {
    const { csr } = await makeSigningRequest('ec');
    const [der] = readPem(csr, 'CERTIFICATE REQUEST');
    const nonsense = [
      '',
      'MIIB',
      csr.replaceAll('REQUEST', ''),
      csr + csr,
      writePem('CERTIFICATE REQUEST', (der ?? Buffer.of()).subarray(0, -1)),
      writePem('CERTIFICATE REQUEST', Buffer.from('3009300030003000ff', 'hex')),
    ];
    expect(looksLikeSigningRequest(csr)).toBe(true);
    for (const text of nonsense) {
      expect(looksLikeSigningRequest(text)).toBe(false);
      expect(await readSigningRequest(text)).toBeUndefined();
    }
    // It looks like one, but what is in it makes no sense.
    const hollow = writePem('CERTIFICATE REQUEST', Buffer.from('3006300030000300', 'hex'));
    expect(await readSigningRequest(hollow)).toBeUndefined();
  });
});
