import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import { ClientCertificates } from '../../load/security/client-certificates.ts';
import type { TlsOrder } from './client-messages.ts';

/**
 * Opens a socket for charge point `index`; `opened` is called once data can be sent, after the handshake over
 * TLS.
 */
export type OpenSocket = (index: number, target: NetConnectOpts, opened: () => void) => Socket;

export function socketsFor(tls: TlsOrder | undefined): OpenSocket {
  if (tls === undefined) {
    return (_index, target, opened) => {
      const socket = connect({ ...target, noDelay: true });
      socket.once('connect', opened);
      return socket;
    };
  }
  const contextOf = contextsFor(tls);
  return (index, target, opened) => {
    const socket = connectTls({ ...target, secureContext: contextOf(index) });
    socket.once('secureConnect', () => {
      socket.setNoDelay(true);
      opened();
    });
    return socket;
  };
}

/** Those that show no certificate share a context. */
export function contextsFor({ roots, mold }: TlsOrder): (index: number) => SecureContext {
  const ca = [...roots];
  if (mold === undefined) {
    const shared = createSecureContext({ ca });
    return () => shared;
  }
  const certificates = new ClientCertificates(mold);
  return (index) => {
    const { certificate, key } = certificates.make(index);
    return createSecureContext({ ca, cert: certificate, key });
  };
}
