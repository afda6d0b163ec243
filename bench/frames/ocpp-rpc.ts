import type { AddressInfo } from 'node:net';
import { RPCServer } from 'ocpp-rpc';
import { type BenchAction, CONSTANT_ANSWERS } from './messages.ts';

/**
 * `ocpp-rpc`, an OCPP-J library for Node, in strict mode: it validates both ways, and its handlers do
 * nothing.
 */

const server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true });
server.auth((accept) => accept({}));
server.on('client', (client: { handle(action: string, handler: () => object): void }) => {
  for (const action of Object.keys(CONSTANT_ANSWERS)) {
    client.handle(action, () => ({ ...CONSTANT_ANSWERS[action as BenchAction] }));
  }
});
const http = await server.listen(0, '127.0.0.1');
process.send?.({ port: (http.address() as AddressInfo).port });
process.once('disconnect', () => process.exit());
