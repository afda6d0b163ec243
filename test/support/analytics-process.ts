import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Config } from '../../src/config/schema.ts';
import type { Link } from '../../src/link/link.ts';
import type { FromSupervisor, ToSupervisor } from '../../src/link/messages.ts';
import { createRelay } from '../../src/link/relay.ts';

const entry = fileURLToPath(new URL('../../dist/analytics/process.js', import.meta.url));

/** Analytics as a process of its own, under a supervisor that the test plays. */
export interface AnalyticsProcess {
  readonly child: ChildProcess;
  /** The end of the link that control would have. */
  readonly control: Link;
  /** Resolves when it is ready, or with the reason why it refused to start. */
  readonly started: Promise<'ready' | { readonly refused: string }>;
  /** Resolves with the exit code or the signal that ended it. */
  readonly ended: Promise<number | string>;
  log(): string;
}

/** Starts it; it does not outlive the test. */
export function startAnalytics(config: Config): AnalyticsProcess {
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const relay = createRelay();
  const tell = (message: FromSupervisor): void => {
    if (child.connected) child.send(message);
  };
  tell({ kind: 'start', name: 'analytics', config, exclusive: true, sharedSecret: new Uint8Array(32) });
  const port = relay.attach('analytics', tell);
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  const started = new Promise<'ready' | { refused: string }>((resolve, reject) => {
    child.on('message', (message: ToSupervisor) => {
      if (message.kind === 'ready') {
        port.announce();
        resolve('ready');
      } else if (message.kind === 'refused') {
        resolve({ refused: message.reason });
      } else {
        port.receive(message);
      }
    });
    child.once('exit', (code) => reject(new Error(`analytics ended with ${code}: ${log}`)));
  });
  started.catch(() => undefined);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, control: relay.join('control'), started, ended, log: () => log };
}
