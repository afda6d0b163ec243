import cluster from 'node:cluster';
import { metrics } from '../telemetry/metrics.ts';
import { measureProcess } from '../telemetry/process-metrics.ts';
import { createLink, type Link, type LinkEnd } from './link.ts';
import type { FromSupervisor, ListensMessage, ReadyInfo, StartMessage, ToSupervisor } from './messages.ts';

/** Longest life of a process after its supervisor is gone, ms. */
const ORPHAN_GRACE_MS = 250;

export type StopReason = 'asked' | 'supervisor_lost';

/** A process of Farad, as its entry file sees it. */
export interface Child<Config> {
  /** `edge-0`, `control`, `analytics`. */
  readonly name: string;
  readonly config: Config;
  /** False when several edges share the OCPP ports. */
  readonly exclusive: boolean;
  /** Random, and the same for all processes from the start of the supervisor to its end. */
  readonly sharedSecret: Uint8Array;
  readonly link: Link;
  /** Tells the supervisor that this process does its work now; only then do others see it in `peers()`. */
  ready(info: ReadyInfo): void;
  /**
   * Runs when the process is to stop; it exits with 0 once the promise resolves. After `supervisor_lost`
   * there are 250 ms until the end, and nobody left to call. Handlers run in reverse order of registration,
   * one after the other.
   */
  onStop(handler: (reason: StopReason) => void | Promise<void>): void;
  /**
   * Ends the process for a reason that another start would not mend, said in one line; Farad ends with it.
   */
  refuse(reason: string): Promise<never>;
}

/** Exit code of a process that `refuse`d; EX_CONFIG of sysexits. */
export const REFUSED_EXIT_CODE = 78;

/**
 * Waits for the supervisor's first message and binds this process to its life: SIGTERM stops it gracefully,
 * SIGINT is left to the supervisor, and losing the supervisor ends it within 500 ms. Names the process and
 * its metrics, and serves `metrics.read`. Throws when the process was not forked by the supervisor.
 */
export async function joinSupervisor<Config>(): Promise<Child<Config>> {
  if (!process.send) throw new Error('this file is a process of Farad, started by `farad serve`');
  // A process that shares ports is a worker of Node's cluster, which would end it by itself when the
  // supervisor is gone.
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
  process.umask(0o077); // whatever this process writes is for its own user
  const handlers: ((reason: StopReason) => void | Promise<void>)[] = [];
  let stopping = false;

  const stop = async (reason: StopReason): Promise<void> => {
    if (stopping) return;
    stopping = true;
    for (const handler of handlers.reverse()) await handler(reason);
    process.exit(reason === 'asked' ? 0 : 1);
  };

  const joined = firstMessage<Config>();
  process.on('SIGINT', () => undefined);
  // A terminal that closes sends it to everyone; otherwise it is meant for the supervisor.
  process.on('SIGHUP', () => undefined);
  process.on('SIGTERM', () => void stop('asked'));
  process.once('disconnect', () => {
    // Not process.exit: an engine's own exit handlers may hang, and the next start waits for this process to
    // vanish.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), ORPHAN_GRACE_MS);
    void joined.then(({ link }) => link.close());
    void stop('supervisor_lost');
  });

  const { start, link } = await joined;
  process.title = `farad ${start.name}`;
  metrics.process = start.name;
  measureProcess(metrics);
  link.serve('metrics.read', () => metrics.collect());

  return {
    name: start.name,
    config: start.config,
    exclusive: start.exclusive,
    sharedSecret: start.sharedSecret,
    link,
    ready: (info) => tell({ kind: 'ready', info }),
    onStop: (handler) => void handlers.push(handler),
    refuse: (reason) =>
      new Promise(() => {
        process.send?.({ kind: 'refused', reason } satisfies ToSupervisor, () =>
          process.exit(REFUSED_EXIT_CODE),
        );
      }),
  };
}

/** The supervisor's first message, and the link that every later one feeds. */
function firstMessage<Config>(): Promise<{ start: StartMessage<Config>; link: LinkEnd }> {
  return new Promise((resolve) => {
    let link: LinkEnd | undefined;
    process.on('message', (message: FromSupervisor) => {
      if (message.kind !== 'start') {
        link?.receive(message);
        return;
      }
      link = createLink({ name: message.name, send: tell });
      resolve({ start: message as StartMessage<Config>, link });
    });
    if (cluster.worker) tell({ kind: 'listens' });
  });
}

/** Sends to the supervisor; a channel that just closed is dealt with by its 'disconnect' event. */
function tell(message: ToSupervisor | ListensMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}
