import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openFilesLimit } from '../../src/edge/open-files.ts';
import { TLS_ENGINES } from '../support/engines.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { OPENSSL, sClient } from '../support/tls-clients.ts';
import { startTlsPort, type TlsPort } from '../support/tls-port.ts';
import { until } from '../support/until.ts';

/**
 * Clients that begin a handshake and leave it at that; a third each says nothing, half of its first record,
 * all of it. Fewer where this process may not open two files for each.
 */
const HALF_OPEN = Math.min(5000, Math.floor(((openFilesLimit() ?? 12_000) - 2000) / 2));
/** So many at a time: what waits to be accepted is bounded, and what is beyond comes a second later. */
const WAVE = 250;

const NO_STRENGTH = ':@SECLEVEL=0';
const WEAK = ['AES128-SHA', 'AES256-SHA256', 'DHE-RSA-AES128-GCM-SHA256', 'aNULL', 'eNULL', 'LOW', '3DES'];

/** The first record of a client, as Node's own sends it. */
async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connectTls({ port: (server.address() as { port: number }).port, host: '127.0.0.1' });
  client.on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return hello;
}

describe.each(TLS_ENGINES)('hostile clients of TLS on %s', (transport) => {
  let port: TlsPort;
  let witness: OcppClient;
  beforeEach(async () => {
    port = await startTlsPort({ transport, algorithm: 'rsa' });
    witness = await OcppClient.connect(port.port, 'CP-1', { tls: { ca: port.authority.certificate } });
  });
  afterEach(async () => {
    // Whoever was connected all the time has noticed nothing.
    witness.send([2, 'witness', 'Heartbeat', {}]);
    expect(await witness.next()).toEqual([2, 'witness', 'Heartbeat', {}]);
    await witness.close();
    port.close();
  });

  describe.runIf(OPENSSL)("with OpenSSL's own client", () => {
    test.each(['-tls1', '-tls1_1'])('L12: %s is refused', async (version) => {
      const { text, ok } = await sClient(port.port, [version, '-cipher', `ALL${NO_STRENGTH}`]);
      expect(ok).toBe(false);
      expect(text).toMatch(/alert protocol version|alert handshake failure|no protocols available/);
      expect(text).not.toMatch(/Cipher is (?!\(NONE\))/);
    });

    test.each(WEAK)('L12: the suites %s of TLS 1.2 are refused', async (suites) => {
      const { text, ok } = await sClient(port.port, ['-tls1_2', '-cipher', `${suites}${NO_STRENGTH}`]);
      expect(ok).toBe(false);
      expect(text).not.toMatch(/Cipher is (?!\(NONE\))/);
    });

    test('L12: compression is not spoken, and the suites of today are', async () => {
      const { text } = await sClient(port.port, ['-tls1_2', '-comp']);
      expect(text).toContain('Compression: NONE');
      expect(text).toMatch(/Cipher is ECDHE-RSA-AES(128|256)-GCM-SHA(256|384)/);
    });

    test('L12: a new negotiation within a connection ends it', async () => {
      const { text, ok } = await sClient(port.port, ['-tls1_2'], 'R\n');
      expect(text).toContain('RENEGOTIATING');
      expect(ok).toBe(false);
      expect(text).toMatch(/no renegotiation|unexpected message|alert|closed|errno/i);
    });
  });

  test(`L12: ${HALF_OPEN} half-open handshakes cost those who are connected nothing, and lock nobody out`, async () => {
    const hello = await clientHello();
    const begun = [Buffer.alloc(0), hello.subarray(0, 60), hello];
    const peers: Socket[] = [];
    while (peers.length < HALF_OPEN) {
      const wave = Array.from({ length: Math.min(WAVE, HALF_OPEN - peers.length) }, (_, index) => {
        const socket = connect(port.port, '127.0.0.1');
        socket.on('error', () => undefined).resume();
        socket.once('connect', () => socket.write(begun[index % 3] as Buffer));
        return socket;
      });
      await until('all have begun', () => wave.every(({ connecting }) => !connecting));
      peers.push(...wave);
    }
    const startedAt = performance.now();
    witness.send([2, 'a', 'Heartbeat', {}]);
    expect(await witness.next()).toEqual([2, 'a', 'Heartbeat', {}]);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    const late = await OcppClient.connect(port.port, 'CP-2', { tls: { ca: port.authority.certificate } });
    await late.close();
    for (const peer of peers) peer.destroy();
    if (transport === 'ws') await until('they are forgotten', () => port.inFlight() === 0);
  });
});
