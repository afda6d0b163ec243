import { once } from 'node:events';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import { contextsFor } from '../frames/client-socket.ts';
import type { HandshakeOrder, HandshakeReport } from './handshake-messages.ts';

/** A process that shakes hands over and over, so many times at once, and says how many it got through. */

/** Closed sockets keep their ports for a minute. */
const SOCKETS_PER_ADDRESS = 4_000;
const ADDRESSES = 10;
const PATIENCE_MS = 10_000;

process.once('message', (order: HandshakeOrder) => {
  run(order).then(tell, (error: unknown) => tell({ type: 'failed', reason: String(error) }));
});
process.once('disconnect', () => process.exit());

async function run(order: HandshakeOrder): Promise<HandshakeReport> {
  const contextOf = contextsFor(order.tls);
  const address = new URL(order.url);
  let next = 0;
  const open = (index: number, session: Buffer | undefined): TLSSocket => {
    const place = Math.floor(next++ / SOCKETS_PER_ADDRESS) % ADDRESSES;
    const target = {
      host: address.hostname,
      port: Number(address.port),
      localAddress: `127.0.0.${2 + place}`,
    };
    const secureContext = contexts[index] as SecureContext;
    return connect({ ...target, secureContext, ...(session !== undefined && { session }) });
  };
  // Certificates of their own, made before the run; sessions of the first handshakes are resumed by all that
  // follow.
  const contexts = Array.from({ length: order.atATime }, (_, index) => contextOf(index));
  const sessions = order.resume
    ? await Promise.all(contexts.map((_, index) => sessionOf(open(index, undefined))))
    : [];
  tell({ type: 'ready' });
  await once(process, 'message');
  const deadline = performance.now() + order.ms;
  const began = performance.now();
  let handshakes = 0;
  let resumed = 0;
  await Promise.all(
    contexts.map(async (_, index) => {
      while (performance.now() < deadline) {
        const socket = open(index, sessions[index]);
        await once(socket, 'secureConnect');
        handshakes++;
        if (socket.isSessionReused()) resumed++;
        socket.destroy();
      }
    }),
  );
  return { type: 'measured', handshakes, resumed, seconds: (performance.now() - began) / 1000 };
}

/** Some engines give a session with their first answer, and not before. */
async function sessionOf(socket: TLSSocket): Promise<Buffer> {
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [session] = (await once(socket, 'session', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [Buffer];
  socket.destroy();
  return session;
}

function tell(report: HandshakeReport): void {
  process.send?.(report);
}
