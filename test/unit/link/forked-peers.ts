import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ToSupervisor } from '../../../src/link/messages.ts';
import type { Relay } from '../../../src/link/relay.ts';

const file = fileURLToPath(new URL('../../fixtures/link/process.mjs', import.meta.url));

/** Forks test/fixtures/link/process.mjs as `name`; resolves when it can be called. */
export function forkPeer(relay: Relay, name: string): Promise<ChildProcess> {
  const child = fork(file, [], { serialization: 'advanced' });
  child.send({ kind: 'start', name, config: {}, exclusive: true, sharedSecret: new Uint8Array(32) });
  const port = relay.attach(name, (message) => {
    if (child.connected) child.send(message, () => undefined);
  });
  child.once('exit', () => port.detach());
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${name} ended before it was ready`)));
    child.on('message', (message: ToSupervisor) => {
      if (message.kind === 'ready') {
        port.announce();
        resolve(child);
      } else if (message.kind !== 'refused') {
        port.receive(message);
      }
    });
  });
}
