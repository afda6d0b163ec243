import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCertificates } from '../../src/certificates/certificate.ts';
import { dataDirectory, type Gateway, startGateway } from '../support/gateway.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { makeSigningRequest } from '../support/signing-requests.ts';
import { until } from '../support/until.ts';

interface Request {
  readonly id: string;
  readonly state: string;
  readonly sendings: number;
}
interface Certificate {
  readonly serial: string;
  readonly state: string;
}

const of = (path: string): string => `/api/v1/${path}?chargePointId=CP-1`;

/** As soon as control is back: refused connections while it starts are none of its answers. */
async function items<Item>(gateway: Gateway, path: string): Promise<Item[]> {
  return until('control answers', async () => {
    try {
      return (await gateway.request<{ items: Item[] }>('GET', of(path))).items;
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  });
}

async function connect(gateway: Gateway): Promise<OcppClient> {
  return until('the edge is back', async () => {
    try {
      return await OcppClient.connect(Number(new URL(gateway.ocpp).port), 'CP-1');
    } catch {
      return undefined;
    }
  });
}

/** The next CALL of Farad; it must be CertificateSigned. Answers its id and the certificates. */
async function signed(client: OcppClient) {
  const [, id, action, payload] = (await client.next()) as [2, string, string, { certificateChain: string }];
  expect(action).toBe('CertificateSigned');
  return { id, chain: readCertificates(payload.certificateChain) ?? [] };
}

it('L20, L24: a certificate comes once, whichever process is killed at whichever step', async () => {
  const sealingKey = join(dataDirectory(), 'key');
  writeFileSync(sealingKey, 'thirty-two bytes are the least of it');
  const flags = ['--security-sealing-key-file', sealingKey, '--ocpp-call-timeout', '2s'];
  const gateway = await startGateway(flags);
  await gateway.request('POST', '/api/v1/certificate-authority', { algorithm: 'ecdsa-p256' });
  let client = await connect(gateway);
  await client.request('BootNotification', {
    chargePointVendor: 'Acme',
    chargePointModel: 'One',
    chargePointSerialNumber: 'SN-1',
  });
  const ask = async (): Promise<string> => {
    const { csr } = await makeSigningRequest('ec');
    expect(await client.request('SignCertificate', { csr })).toEqual({ status: 'Accepted' });
    return csr;
  };
  const settled = (count: number) =>
    until('the request has ended', async () => {
      const found = await items<Request>(gateway, 'certificate-requests');
      return found.length === count && found.every(({ state }) => state === 'installed') && found;
    });

  // Control is killed once the request is answered: it is on the disk.
  await ask();
  gateway.kill('control');
  const first = await signed(client);
  client.send([3, first.id, { status: 'Accepted' }]);
  await settled(1);

  // It is killed while the charge point takes its time to answer.
  await ask();
  const second = await signed(client);
  gateway.kill('control');
  client.send([3, second.id, { status: 'Accepted' }]);
  await settled(2);

  // The edge is killed, and nobody knows whether the charge point got it: it does, again.
  await ask();
  const third = await signed(client);
  gateway.kill('edge-0');
  await client.closed;
  client = await connect(gateway);
  const state = async () => (await items<Request>(gateway, 'certificate-requests'))[0]?.state;
  await until('that is noticed', async () => (await state()) === 'signed');
  expect(client.received).toEqual([]);

  const serials = [first, second, third].map(({ chain: [leaf] }) => leaf?.serial);
  const certificates = await items<Certificate>(gateway, 'certificates');
  expect(certificates.map(({ serial }) => serial).sort()).toEqual(serials.sort());
  expect(certificates.map((one) => one.state).sort()).toEqual(['installed', 'installed', 'issued']);
}, 180_000);
