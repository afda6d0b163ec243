import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
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

/** What OpenSSL's client prints of a handshake and of what follows on `input`, and whether it was content. */
export async function sClient(
  port: number,
  flags: readonly string[],
  input = 'Q\n',
): Promise<{ text: string; ok: boolean }> {
  const to = ['-connect', `127.0.0.1:${port}`, '-servername', 'localhost'];
  const client = spawn('openssl', ['s_client', ...to, ...flags]);
  const deadline = setTimeout(() => client.kill(), 10_000);
  let text = '';
  for (const output of [client.stdout, client.stderr]) output.on('data', (data) => (text += data));
  client.stdin.on('error', () => undefined).write(input);
  const [status] = (await once(client, 'close')) as [number | null];
  clearTimeout(deadline);
  return { text, ok: status === 0 };
}
