import type { ConnectionOptions } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { OcppClient } from '../support/ocpp-client.ts';
import { createTestAuthority, type TestCertificate } from '../support/test-certificates.ts';
import { shakeHands } from '../support/tls-clients.ts';
import { startTlsPort, type TlsPort, type TlsPortOptions } from '../support/tls-port.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

async function start(options: TlsPortOptions): Promise<TlsPort> {
  const port = await startTlsPort(options);
  onTestFinished(() => port.close());
  return port;
}

/** Connects as a charge point; returns what the port told of it. */
async function show(port: TlsPort, pair?: TestCertificate, more: ConnectionOptions = {}) {
  const shown = pair && { cert: pair.certificate, key: pair.key };
  const client = await OcppClient.connect(port.port, 'CP-1', {
    tls: { ca: port.authority.certificate, ...shown, ...more },
  });
  await client.close();
  return port.heads.at(-1);
}

test('a certificate is asked for, not demanded, and told with what is wrong with it', async () => {
  const [ours, foreign] = [await createTestAuthority('Ours'), await createTestAuthority('Foreign')];
  const port = await start({ clientCas: [ours.certificate] });
  const good = await ours.issue({ commonName: 'SN-1' });
  const told = await show(port, good);
  expect(told).toMatchObject({ secure: true, peerCertificate: { problem: undefined } });
  expect(told?.peerCertificate?.raw).toEqual(good.raw);
  expect(await show(port)).toMatchObject({ secure: true, peerCertificate: undefined });

  const past = new Date(Date.now() - DAY_MS / 2);
  const future = new Date(Date.now() + DAY_MS);
  const problems = [
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', await foreign.issue()],
    ['CERT_HAS_EXPIRED', await ours.issue({ notAfter: past })],
    ['CERT_NOT_YET_VALID', await ours.issue({ notBefore: future })],
    // Of an authority, which is nobody's to show.
    ['INVALID_PURPOSE', foreign],
  ] as const;
  for (const [problem, pair] of problems) {
    const { peerCertificate } = (await show(port, pair)) ?? {};
    expect(peerCertificate).toMatchObject({ problem });
    expect(peerCertificate?.raw).toEqual(pair.raw);
  }
});

test('where no client CA is known nobody is asked; once one is, everybody is, without a new start', async () => {
  const ours = await createTestAuthority('Ours');
  const port = await start({});
  const pair = await ours.issue();
  expect(await show(port, pair)).toMatchObject({ peerCertificate: undefined });
  const before = await shakeHands(port.port, { ca: port.authority.certificate });
  port.credentials.trust([ours.certificate]);
  expect(await show(port, pair)).toMatchObject({ peerCertificate: { problem: undefined } });
  expect(before.destroyed).toBe(false);
  before.destroy();
  port.credentials.trust([]);
  expect(await show(port, pair)).toMatchObject({ peerCertificate: undefined });
});

test('a port that is to ask nobody does not, whatever CAs are known', async () => {
  const ours = await createTestAuthority('Ours');
  const port = await start({ clientCas: [ours.certificate], clientCertificate: 'none' });
  expect(await show(port, await ours.issue())).toMatchObject({ peerCertificate: undefined });
});

test('no session is resumed that was begun when other client CAs were trusted', async () => {
  const [ours, others] = [await createTestAuthority('Ours'), await createTestAuthority('Others')];
  const port = await start({ clientCas: [others.certificate], clientCertificate: 'ask' });
  port.credentials.trust([ours.certificate]);
  const { certificate: cert, key } = await ours.issue();
  const as = { ca: port.authority.certificate, cert, key, maxVersion: 'TLSv1.2' } as const;
  const first = await shakeHands(port.port, as);
  const session = first.getSession() as Buffer;
  first.destroy();
  const again = await shakeHands(port.port, { ...as, session });
  expect(again.isSessionReused()).toBe(true);
  again.destroy();
  expect(
    await show(port, { certificate: cert, key, raw: Buffer.of() }, { session, maxVersion: 'TLSv1.2' }),
  ).toMatchObject({
    peerCertificate: { problem: undefined },
  });

  port.credentials.trust([]);
  const last = await shakeHands(port.port, { ...as, session });
  expect(last.isSessionReused()).toBe(false);
  last.destroy();
  expect(
    await show(port, { certificate: cert, key, raw: Buffer.of() }, { session, maxVersion: 'TLSv1.2' }),
  ).toMatchObject({
    peerCertificate: { problem: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
  });
});

test('without session tickets every handshake is a full one', async () => {
  const port = await start({ sessionTickets: false });
  const as = { ca: port.authority.certificate };
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const first = await shakeHands(port.port, { ...as, maxVersion });
    const told = new Promise<Buffer | undefined>((resolve) => {
      first.once('session', resolve);
      first.once('data', () => setImmediate(() => resolve(undefined)));
    });
    first.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const session = await told;
    first.destroy();
    const second = await shakeHands(port.port, { ...as, maxVersion, ...(session && { session }) });
    expect(second.isSessionReused()).toBe(false);
    second.destroy();
  }
});
