import { type ChildProcess, fork } from 'node:child_process';
import cluster from 'node:cluster';
import { setPriority } from 'node:os';
import type {
  FromSupervisor,
  LinkMessage,
  ListensMessage,
  ReadyInfo,
  ToSupervisor,
} from '../link/messages.ts';
import type { Port, Relay } from '../link/relay.ts';
import type { Log } from '../telemetry/log.ts';
import { BackOff, type BackOffSettings } from './back-off.ts';
import { moveToIdleClass } from './idle-class.ts';

/** How long the channel of an ended process may stay open, ms: something it started may hold it. */
const LAST_MESSAGE_WITHIN_MS = 200;

/** A process that the supervisor keeps alive. */
export interface ProcessPlan {
  /** `edge-0`, `control`, `analytics`. */
  readonly name: string;
  /** Path of its entry file. */
  readonly file: string;
  /** 0 is normal, 10 is nice. */
  readonly nice?: number;
  /** Once it is ready it gets only what processor time is left over. */
  readonly idleClass?: boolean;
  /** Arguments of Node, on top of those that the supervisor was started with. */
  readonly nodeFlags?: readonly string[];
  /** Its servers may listen on the same ports as those of others of which this is true. */
  readonly sharesPorts?: boolean;
  /**
   * What its environment has on top of the supervisor's: for what is read before the process itself could set
   * it.
   */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a process has to be told at each of its starts. */
export interface StartInfo {
  readonly config: unknown;
  readonly exclusive: boolean;
  readonly sharedSecret: Uint8Array;
}

export interface ProcessEvents {
  /** Runs right after each fork. */
  started(pid: number): void;
  /** It does its work now, for the first time or again. */
  ready(info: ReadyInfo): void;
  /** It ended unasked. True: start it again. */
  ended(end: ProcessEnd): boolean;
}

export interface ProcessEnd {
  /** `exit code 1`, `signal SIGKILL`, `its start failed: ENOENT`. */
  readonly reason: string;
  /** One line of its own, when it refused to go on. */
  readonly refusal: string | undefined;
  /** Ends in a row without a stable run between them, this one included. */
  readonly failures: number;
}

/** One child through all its lives: fork, first message, link, restart with back-off, stop. */
export class SupervisedProcess {
  readonly plan: ProcessPlan;
  isReady = false;
  wasStarted = false;
  private child: ChildProcess | undefined;
  private port: Port | undefined;
  private restart: NodeJS.Timeout | undefined;
  private stopping = false;
  private refusal: string | undefined;
  private endReason: string | undefined;
  private startedAt = 0;
  private readonly backOff: BackOff;
  private readonly relay: Relay;
  private readonly log: Log;
  private readonly events: ProcessEvents;
  private readonly startInfo: () => StartInfo;

  constructor(
    plan: ProcessPlan,
    context: {
      relay: Relay;
      log: Log;
      backOff: BackOffSettings;
      startInfo: () => StartInfo;
      events: ProcessEvents;
    },
  ) {
    this.plan = plan;
    this.relay = context.relay;
    this.log = context.log;
    this.startInfo = context.startInfo;
    this.events = context.events;
    this.backOff = new BackOff(context.backOff);
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    const { name, file, nice, nodeFlags = [], environment = {}, sharesPorts = false } = this.plan;
    this.wasStarted = true;
    this.startedAt = Date.now();
    this.refusal = undefined;
    this.endReason = undefined;
    const child = launch({ file, nodeFlags, environment, sharesPorts });
    this.child = child;
    // Before the child has threads of its own: they inherit its priority.
    if (nice && child.pid) setPriority(child.pid, nice);
    if (child.pid) this.events.started(child.pid);

    // A worker of the cluster throws away what comes before it listens; what other forks get waits for them.
    const early: FromSupervisor[] = [];
    let listens = !sharesPorts;
    const send = (message: FromSupervisor): void => {
      if (!listens) early.push(message);
      else tell(message);
    };
    const tell = (message: FromSupervisor): void => {
      // A channel that breaks here belongs to a process whose end is about to be seen.
      if (child.connected) child.send(message, () => undefined);
    };
    send({ kind: 'start', name, ...this.startInfo() });
    const port = this.relay.attach(name, send);
    this.port = port;
    child.on('message', (message: ToSupervisor | ListensMessage) => {
      if (message.kind !== 'listens') return this.receive(message, port);
      listens = true;
      for (const waiting of early.splice(0)) tell(waiting);
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) this.hasEnded(`its start failed: ${error.code ?? error.message}`);
    });
    child.once('exit', (code, signal) => {
      const reason = this.endReason ?? (signal ? `signal ${signal}` : `exit code ${code}`);
      // Its last words may still be on their way through the channel.
      afterLastMessage(child, () => this.hasEnded(reason));
    });
  }

  /**
   * Asks it to end and resolves when it has; after `graceMs` it is killed. Resolves to false when it had to
   * be.
   */
  async stop(graceMs: number): Promise<boolean> {
    this.stopping = true;
    clearTimeout(this.restart);
    const { child } = this;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return true;
    let asked = true;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const timer = setTimeout(() => {
      asked = false;
      this.log.warn({ afterMs: graceMs }, `${this.plan.name} did not stop in time and is killed`);
      child.kill('SIGKILL');
    }, graceMs);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
    return asked;
  }

  /** Ends it now, for a reason that goes to the log, so that it is started again. */
  replace(reason: string): void {
    this.endReason = reason;
    this.kill();
  }

  /** Ends it now. */
  kill(): void {
    this.child?.kill('SIGKILL');
  }

  private receive(message: ToSupervisor, port: Port): void {
    if (message.kind === 'ready') {
      this.isReady = true;
      if (this.plan.idleClass) void this.yieldCores();
      port.announce();
      this.events.ready(message.info);
    } else if (message.kind === 'refused') {
      this.refusal = message.reason;
    } else {
      port.receive(message satisfies LinkMessage);
    }
  }

  private async yieldCores(): Promise<void> {
    if (this.pid === undefined) return;
    try {
      await moveToIdleClass(this.pid);
    } catch (error) {
      this.log.warn(
        { err: error },
        `${this.plan.name} cannot be moved to the idle class and competes for the cores`,
      );
    }
  }

  private hasEnded(reason: string): void {
    this.port?.detach();
    this.child = undefined;
    this.port = undefined;
    this.isReady = false;
    if (this.stopping) return;
    const ranForMs = Date.now() - this.startedAt;
    const delayMs = this.backOff.next(ranForMs);
    const end = { reason, refusal: this.refusal, failures: this.backOff.failures };
    if (!this.events.ended(end)) return;
    this.log.error(
      { reason, ...(this.refusal && { refusal: this.refusal }), ranForMs, restartInMs: delayMs },
      `${this.plan.name} ended and is started again`,
    );
    this.restart = setTimeout(() => this.start(), delayMs);
  }
}

/**
 * Forks it; where ports are shared, as a worker of Node's cluster: that binds a port once and hands it to
 * all.
 */
function launch({
  file,
  nodeFlags,
  environment,
  sharesPorts,
}: Required<Pick<ProcessPlan, 'file' | 'nodeFlags' | 'environment' | 'sharesPorts'>>): ChildProcess {
  const serialization = 'advanced';
  const stdio: ['ignore', 'inherit', 'inherit', 'ipc'] = ['ignore', 'inherit', 'inherit', 'ipc'];
  const execArgv = [...process.execArgv, ...nodeFlags];
  if (!sharesPorts) {
    return fork(file, [], { serialization, stdio, execArgv, env: { ...process.env, ...environment } });
  }
  // The kernel shares connections out: the supervisor accepts none.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: file, args: [], serialization, stdio, execArgv });
  return cluster.fork(environment).process;
}

/** Runs `then` once everything that the ended process sent has been received. */
function afterLastMessage(child: ChildProcess, then: () => void): void {
  if (!child.connected) {
    then();
    return;
  }
  const finish = (): void => {
    clearTimeout(timer);
    child.off('disconnect', finish);
    then();
  };
  const timer = setTimeout(finish, LAST_MESSAGE_WITHIN_MS);
  child.once('disconnect', finish);
}
