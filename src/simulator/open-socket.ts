import { connect, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';

/** How a socket speaks TLS (OCPP-J 1.6 §6.2). */
export interface ClientTls {
  readonly context: SecureContext;
  /** The roots are the very certificates of the server, so its name says no more. */
  readonly pinned: boolean;
  /** To be resumed. */
  readonly session: Buffer | undefined;
  /** Called with each session that the server gives; undefined: none is kept. */
  readonly onSession: ((session: Buffer) => void) | undefined;
}

export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string | undefined;
  readonly tls?: ClientTls | undefined;
}

/** Connects; what comes is read into `buffer`, which other sockets share. */
export function openSocket(
  { host, port, localAddress, tls }: SocketTarget,
  buffer: Buffer,
  onBytes: (bytes: Buffer) => void,
): Socket {
  const options = {
    host,
    port,
    ...(localAddress === undefined ? {} : { localAddress }),
    onread: {
      buffer,
      callback: (length: number) => {
        onBytes(buffer.subarray(0, length));
        return true;
      },
    },
  };
  return tls === undefined ? connect({ ...options, noDelay: true }) : openTls(options, tls);
}

function openTls(
  options: { host: string; port: number },
  { context, pinned, session, onSession }: ClientTls,
): TLSSocket {
  const socket = connectTls({
    ...options,
    secureContext: context,
    ...(session === undefined ? {} : { session }),
    ...(pinned ? { checkServerIdentity: () => undefined } : {}),
  });
  // Before the connection there is nothing yet that could be told so.
  socket.once('secureConnect', () => socket.setNoDelay(true));
  if (onSession !== undefined) socket.on('session', onSession);
  return socket;
}
