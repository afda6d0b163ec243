import type { Registry } from '../telemetry/metrics.ts';
import { createLink, type Link, type LinkEnd } from './link.ts';
import type { LinkErrorCode } from './link-error.ts';
import type { AnswerMessage, CallMessage, LinkMessage } from './messages.ts';
import type { ForeignAnswer, ForeignCall } from './methods.ts';
import { processName, readProcessName } from './process-name.ts';

/** Most calls that one process may have to answer at a time, from all callers together. */
export const MAX_CALLS_PER_PROCESS = 4000;

/** How long after its deadline a call is still remembered, ms: the caller gives up by its own clock. */
const FORGET_AFTER_MS = 1000;

/** The process that carries calls to other nodes. */
const CARRIER = 'replica';

/** The switchboard in the supervisor: takes calls from one process to another and their answers back. */
export interface Relay {
  /**
   * Connects a process; from now on it can call, and once `announce`d be called. A name that is taken throws.
   */
  attach(name: string, send: (message: LinkMessage) => void): Port;
  /** A link for the process that the relay runs in; also connects processes in one, for tests. */
  join(name: string): Link;
  /** Names of the processes that can be called. */
  peers(): string[];
}

/** The relay's side of one process. */
export interface Port {
  /** Takes a message that came from the process. */
  receive(message: LinkMessage): void;
  /** The process does its work now: others may call it. */
  announce(): void;
  /** The process is gone: calls to it are `lost`, answers to its own calls are dropped. */
  detach(): void;
}

interface Endpoint {
  readonly name: string;
  readonly send: (message: LinkMessage) => void;
  announced: boolean;
  /** Calls this process has still to answer, by the id that the relay gave them. */
  readonly owed: Map<number, OwedAnswer>;
}

interface OwedAnswer {
  readonly caller: Endpoint;
  /** The caller's own id of the call. */
  readonly id: number;
  readonly forgetAt: number;
  /** It was for a process of another node, whose answer the carrier's is. */
  readonly carried: boolean;
}

export interface RelayOptions {
  readonly maxCallsPerProcess?: number;
  /** Counts calls here when given. */
  readonly metrics?: Registry;
  /** Name of this node in its cluster; absent for a machine that is alone. */
  readonly node?: string;
}

export function createRelay({
  maxCallsPerProcess = MAX_CALLS_PER_PROCESS,
  metrics,
  node,
}: RelayOptions = {}): Relay {
  const endpoints = new Map<string, Endpoint>();
  const calls = metrics?.counter('farad_link_calls_total', 'Calls between processes by outcome.', [
    'method',
    'outcome',
  ]);
  let lastId = 0;

  const names = (): string[] => [...endpoints.values()].filter((end) => end.announced).map((end) => end.name);

  const tellPeers = (): void => {
    const message = { kind: 'peers', names: names() } as const;
    for (const end of endpoints.values()) end.send(message);
  };

  const refuse = (caller: Endpoint, call: CallMessage, code: LinkErrorCode, message: string): void => {
    calls?.with({ method: call.method, outcome: code }).inc();
    caller.send({ kind: 'answer', id: call.id, ok: false, code, message });
  };

  /** What a call is here: as it came, or for the carrier where it is for another node. */
  const addressed = (caller: Endpoint, call: CallMessage): CallMessage & { readonly carried: boolean } => {
    const name = node === undefined ? undefined : readProcessName(call.peer);
    if (node === undefined || name === undefined) return { ...call, carried: false };
    if (name.node === node) return { ...call, peer: name.process, carried: false };
    const { peer: to, method, request, deadlineMs } = call;
    const from = processName({ node, process: caller.name });
    const foreign: ForeignCall = { to, from, method, request, deadlineMs };
    return { ...call, peer: CARRIER, method: 'cluster.call', request: foreign, carried: true };
  };

  const passCall = (caller: Endpoint, given: CallMessage): void => {
    const { carried, ...call } = addressed(caller, given);
    const target = endpoints.get(call.peer);
    if (!target?.announced) {
      refuse(caller, call, 'no_such_process', `${call.peer} is not running`);
      return;
    }
    if (target.owed.size >= maxCallsPerProcess) forgetOverdue(target);
    if (target.owed.size >= maxCallsPerProcess) {
      refuse(caller, call, 'busy', `${call.peer} has ${target.owed.size} calls to answer already`);
      return;
    }
    calls?.with({ method: call.method, outcome: 'passed' }).inc();
    const id = ++lastId;
    const forgetAt = Date.now() + call.deadlineMs + FORGET_AFTER_MS;
    target.owed.set(id, { caller, id: call.id, forgetAt, carried });
    target.send({ ...call, id, peer: caller.name });
  };

  const passAnswer = (from: Endpoint, answer: AnswerMessage): void => {
    const owed = from.owed.get(answer.id);
    if (!owed) return; // forgotten: the caller gave up long ago
    from.owed.delete(answer.id);
    if (endpoints.get(owed.caller.name) !== owed.caller) return;
    const isCarried = owed.carried && answer.ok;
    const own = isCarried ? { kind: 'answer' as const, ...(answer.answer as ForeignAnswer) } : answer;
    owed.caller.send({ ...own, id: owed.id });
  };

  const attach = (name: string, send: (message: LinkMessage) => void): Port => {
    if (endpoints.has(name)) throw new Error(`${name} is connected already`);
    const end: Endpoint = { name, send, announced: false, owed: new Map() };
    endpoints.set(name, end);
    send({ kind: 'peers', names: names() });
    return {
      receive(message) {
        if (message.kind === 'call') passCall(end, message);
        else if (message.kind === 'answer') passAnswer(end, message);
      },
      announce() {
        end.announced = true;
        tellPeers();
      },
      detach() {
        if (endpoints.get(name) !== end) return;
        endpoints.delete(name);
        const lost = {
          kind: 'answer',
          ok: false,
          code: 'lost',
          message: `${name} ended before it answered`,
        } as const;
        for (const { caller, id } of end.owed.values()) {
          if (endpoints.get(caller.name) === caller) caller.send({ ...lost, id });
        }
        tellPeers();
      },
    };
  };

  return {
    attach,
    join(name) {
      const messages: { link?: LinkEnd } = {};
      const port = attach(name, (message) => queueMicrotask(() => messages.link?.receive(message)));
      messages.link = createLink({ name, send: (message) => port.receive(message) });
      port.announce();
      return messages.link;
    },
    peers: names,
  };
}

function forgetOverdue(end: Endpoint): void {
  const now = Date.now();
  for (const [id, owed] of end.owed) if (owed.forgetAt <= now) end.owed.delete(id);
}
