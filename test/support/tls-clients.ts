import { spawnSync } from 'node:child_process';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

/** A finished handshake of Node's own client. Rejects with what the client makes of a refusal. */
export function shakeHands(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ...options });
    socket.once('secureConnect', () => resolve(socket));
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
}

/** The version of OpenSSL's own client, where it is here; without it tests rely on Node's alone. */
export const OPENSSL: string | undefined = ((): string | undefined => {
  const { status, stdout } = spawnSync('openssl', ['version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
})();

/** What OpenSSL's client prints of a handshake, and whether it was content. */
export function sClient(port: number, flags: readonly string[], input = ''): { text: string; ok: boolean } {
  const { status, stdout, stderr } = spawnSync(
    'openssl',
    ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', ...flags],
    { encoding: 'utf8', input, timeout: 10_000 },
  );
  return { text: `${stdout}${stderr}`, ok: status === 0 };
}
