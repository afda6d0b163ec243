import { describe, expect, onTestFinished, test } from 'vitest';
import { TLS_ENGINES } from '../support/engines.ts';
import { createTestAuthority } from '../support/test-certificates.ts';
import { shakeHands } from '../support/tls-clients.ts';
import { startTlsPort, type TlsPort, type TlsPortOptions } from '../support/tls-port.ts';

async function start(options: TlsPortOptions): Promise<TlsPort> {
  const port = await startTlsPort(options);
  onTestFinished(() => port.close());
  return port;
}

describe.each(TLS_ENGINES)('TLS on %s', (transport) => {
  test.each([
    ['ec', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
    ['ec', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
    ['rsa', 'AES128-GCM-SHA256'],
    ['rsa', 'AES256-GCM-SHA384'],
  ] as const)('L13: with an %s certificate the suite %s is spoken', async (algorithm, ciphers) => {
    const port = await start({ transport, algorithm });
    const ca = port.authority.certificate;
    const socket = await shakeHands(port.port, { ca, ciphers, maxVersion: 'TLSv1.2' });
    expect(socket.getCipher().name).toBe(ciphers);
    socket.destroy();
  });

  test('L12: neither TLS 1.1 nor a weak suite nor a new negotiation is taken', async () => {
    const port = await start({ transport, algorithm: 'rsa' });
    const ca = port.authority.certificate;
    const old = { ca, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    await expect(shakeHands(port.port, old)).rejects.toMatchObject({
      code: expect.stringMatching(/PROTOCOL_VERSION/),
    });
    const weak = { ca, maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:@SECLEVEL=0' } as const;
    await expect(shakeHands(port.port, weak)).rejects.toMatchObject({
      code: expect.stringMatching(/ALERT_HANDSHAKE_FAILURE/),
    });
    const socket = await shakeHands(port.port, { ca, maxVersion: 'TLSv1.2' });
    const refused = await new Promise((resolve) => {
      socket.once('error', resolve);
      socket.renegotiate({}, resolve);
    });
    socket.destroy();
    expect(refused).toMatchObject({ code: expect.stringMatching(/NO_RENEGOTIATION/) });
  });
});

describe.runIf(TLS_ENGINES.includes('uws'))('what uWebSockets.js cannot do', () => {
  test('auto takes it where it can do all that the port is to do', async () => {
    const port = await start({ transport: 'auto' });
    expect(port.engine.kind).toBe('uws');
    expect(port.lines).toEqual([]);
  });

  test.each<[string, TlsPortOptions]>([
    ['client certificates are asked for', { clientCertificate: 'ask' }],
    ['always speaks TLS 1.2', { minVersion: 'TLSv1.3' }],
    ['always gives session tickets', { sessionTickets: false }],
    ['neither rations nor counts its handshakes, as ocpp.tls.handshakeTimeout', { handshakeTimeout: 5000 }],
    ['neither rations nor counts its handshakes, as ocpp.tls.maxHandshakes', { maxHandshakes: 500 }],
    [
      'neither rations nor counts its handshakes, as ocpp.tls.handshakesPerSecond',
      { handshakesPerSecond: 20 },
    ],
  ])('%s: auto takes ws and says so, uws refuses to start', async (reason, options) => {
    const port = await start({ ...options, transport: 'auto' });
    expect(port.engine.kind).toBe('ws');
    expect(port.lines).toEqual([
      expect.objectContaining({
        level: 'info',
        reason: expect.stringContaining(reason),
        msg: 'a TLS port runs on ws: uWebSockets.js cannot do all of it',
      }),
    ]);
    await expect(startTlsPort({ ...options, transport: 'uws' })).rejects.toThrow(reason);
  });

  test('a client CA that appears later is told to hold from the next start on', async () => {
    const port = await start({ transport: 'auto' });
    port.credentials.trust([(await createTestAuthority()).certificate]);
    expect(port.lines).toEqual([
      expect.objectContaining({ level: 'warn', msg: 'a TLS port does so from the next start on' }),
    ]);
  });
});
