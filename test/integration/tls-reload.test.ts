import { expect, onTestFinished, test } from 'vitest';
import { TLS_ENGINES } from '../support/engines.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { shakeHands } from '../support/tls-clients.ts';
import { startTlsPort, type TlsPort } from '../support/tls-port.ts';
import { until } from '../support/until.ts';

async function shown(port: TlsPort): Promise<unknown> {
  const socket = await shakeHands(port.port, { ca: port.authority.certificate });
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

/** uWebSockets.js may reset who comes in the very moment of a change. */
async function shows(port: TlsPort, name: string): Promise<boolean> {
  return (await shown(port).catch(() => undefined)) === name;
}

test.each(TLS_ENGINES)('%s takes a pair that was written over, and drops no socket', async (transport) => {
  const port = await startTlsPort({ transport });
  onTestFinished(() => port.close());
  const tls = { ca: port.authority.certificate };
  const before = await OcppClient.connect(port.port, 'CP-1', { tls });
  port.replace(await port.authority.issue({ commonName: 'second.example' }));
  await until('the next handshake shows it', () => shows(port, 'second.example'));
  before.send([2, '1', 'Heartbeat', {}]);
  expect(await before.next()).toEqual([2, '1', 'Heartbeat', {}]);
  await before.close();
  expect(port.lines.map(({ msg }) => msg)).toContain('ocpp.tls was read again');
});

test.each(TLS_ENGINES)(
  '%s keeps the pair of before, with a warning, while another does not fit',
  async (transport) => {
    const port = await startTlsPort({ transport });
    onTestFinished(() => port.close());
    const [one, other] = [
      await port.authority.issue(),
      await port.authority.issue({ commonName: 'third.example' }),
    ];
    port.replace({ ...one, key: other.key });
    const problem = port.credentials.reload();
    expect(problem).toMatch(/^ocpp\.tls\.keys: .*port\.key does not belong to the certificate .*port\.pem$/);
    expect(await shown(port)).toBe('localhost');
    expect(port.credentials.problems()).toEqual([{ since: expect.any(Number), text: problem }]);
    expect(port.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        reason: problem,
        msg: expect.stringContaining('what was read before holds'),
      }),
    );
    port.replace(other);
    expect(port.credentials.reload()).toBeUndefined();
    await until('the mended one is shown', () => shows(port, 'third.example'));
    expect(port.credentials.problems()).toEqual([]);
  },
);
