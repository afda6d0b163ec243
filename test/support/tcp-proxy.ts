import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

export interface HeaderParts {
  /** Version and command in one byte. */
  readonly command?: number;
  readonly family?: number;
  /** Instead of the addresses. */
  readonly body?: Buffer;
}

/** A PROXY header of version 2 for a client at an IPv4 address, with changes. */
export function proxyHeader(
  client: string,
  { command = 0x21, family = 0x11, body }: HeaderParts = {},
): Buffer {
  const addresses = Buffer.from([...client.split('.').map(Number), 127, 0, 0, 1, 0x30, 0x39, 0x24, 0x04]);
  const rest = body ?? addresses;
  const head = Buffer.from([command, family, rest.length >> 8, rest.length & 0xff]);
  return Buffer.concat([SIGNATURE, head, rest]);
}

/** A connection from one of this machine's own addresses, and what came back on it. */
export interface Dialled {
  readonly socket: Socket;
  received(): string;
}

export async function dialFrom(localAddress: string, port: number): Promise<Dialled> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket
    .on('error', () => undefined)
    .on('data', (data) => {
      received += data.toString('latin1');
    });
  await once(socket, 'connect');
  return { socket, received: () => received };
}

/** A balancer that hands each connection on behind `header`; answers its port. */
export async function startTcpProxy(target: number, from: string, header: Buffer): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const onward = connect({ port: target, host: '127.0.0.1', localAddress: from });
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        onward.destroy();
      });
    }
    onward.write(header);
    client.pipe(onward).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
