import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../src/config/schema.ts';
import type { FromSupervisor, ReadyInfo, ToSupervisor } from '../../src/link/messages.ts';
import type { Port, Relay } from '../../src/link/relay.ts';

const entry = fileURLToPath(new URL('../../dist/control/process.js', import.meta.url));

/** Control as a process of its own, under a supervisor that the test plays. */
export interface ControlProcess {
  readonly child: ChildProcess;
  /** What it was ready with, or the reason why it refused to start. */
  readonly started: Promise<ReadyInfo | { readonly refused: string }>;
  /** Resolves with the exit code or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Lines of its log. */
  readonly log: string[];
}

export function startControlProcess(relay: Relay, config: Config): ControlProcess {
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const log: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => log.push(text));
  const tell = (message: FromSupervisor): void => {
    if (child.connected) child.send(message);
  };
  let port: Port | undefined;
  const started = new Promise<ReadyInfo | { refused: string }>((resolve, reject) => {
    child.on('message', (message: ToSupervisor) => {
      if (message.kind === 'ready') {
        port?.announce();
        resolve(message.info);
      } else if (message.kind === 'refused') {
        resolve({ refused: message.reason });
      } else {
        port?.receive(message);
      }
    });
    child.once('exit', (code) => reject(new Error(`control ended with ${code}: ${log.join('')}`)));
  });
  // Whoever only waits for the end does not ask how it started.
  started.catch(() => undefined);
  const ended = once(child, 'exit').then(([code, signal]) => {
    port?.detach();
    return (code ?? signal) as number | string;
  });
  tell({ kind: 'start', name: 'control', config, exclusive: true, sharedSecret: new Uint8Array(32) });
  port = relay.attach('control', tell);
  return { child, started, ended, log };
}
