import { LinkError } from './link-error.ts';
import type { AnswerMessage, CallMessage, LinkMessage } from './messages.ts';
import type { Method, Methods } from './methods.ts';

export interface CallOptions {
  /** How long to wait for the answer, ms; 10 s if absent. */
  readonly deadlineMs?: number;
}

export interface CallContext {
  /** Name of the calling process. */
  readonly from: string;
  /** How long the caller waits, ms, from when the call was sent. */
  readonly deadlineMs: number;
}

export type Handler<M extends Method> = (
  request: Methods[M]['request'],
  context: CallContext,
) => Methods[M]['answer'] | Promise<Methods[M]['answer']>;

/** Typed calls between this process and the others. Bounded, with deadlines; never a stream. */
export interface Link {
  /** Name of this process: `edge-0`, `control`, `analytics`, `supervisor`. */
  readonly name: string;
  /** Calls a method of the process `to`. Rejects with LinkError. */
  call<M extends Method>(
    to: string,
    method: M,
    request: Methods[M]['request'],
    options?: CallOptions,
  ): Promise<Methods[M]['answer']>;
  /**
   * Answers calls to `method` from now on; one handler per method. What it throws reaches the caller as
   * `failed`.
   */
  serve<M extends Method>(method: M, handler: Handler<M>): void;
  /** Names of the other processes that are up and ready now. */
  peers(): readonly string[];
}

/** A link together with the side that its channel feeds. */
export interface LinkEnd extends Link {
  /** Takes a message that came from the relay. */
  receive(message: LinkMessage): void;
  /** The channel is gone: every call in flight is `lost`. */
  close(): void;
}

export interface LinkOptions {
  readonly name: string;
  /** Hands a message to the relay. */
  readonly send: (message: LinkMessage) => void;
  /** Most calls that wait for an answer at a time; a further one is `busy`. */
  readonly maxInFlight?: number;
}

export const DEFAULT_DEADLINE_MS = 10_000;

/** Most calls in flight of one process. */
export const MAX_IN_FLIGHT = 1000;

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: LinkError) => void;
  readonly timer: NodeJS.Timeout;
}

/** The end of the link in one process, over any channel that keeps order. */
export function createLink({ name, send, maxInFlight = MAX_IN_FLIGHT }: LinkOptions): LinkEnd {
  const waiting = new Map<number, Waiting>();
  const handlers = new Map<string, (request: never, context: CallContext) => unknown>();
  let peers: readonly string[] = [];
  let lastId = 0;
  let closed = false;

  const settle = (message: AnswerMessage): void => {
    const call = waiting.get(message.id);
    if (!call) return; // answered after its deadline
    waiting.delete(message.id);
    clearTimeout(call.timer);
    if (message.ok) call.resolve(message.answer as never);
    else call.reject(new LinkError(message.code, message.message));
  };

  const answer = async (call: CallMessage): Promise<void> => {
    let reply: AnswerMessage;
    try {
      const handler = handlers.get(call.method);
      if (!handler) throw new Error(`${name} does not serve ${call.method}`);
      const context = { from: call.peer, deadlineMs: call.deadlineMs };
      reply = {
        kind: 'answer',
        id: call.id,
        ok: true,
        answer: await handler(call.request as never, context),
      };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      reply = { kind: 'answer', id: call.id, ok: false, code: 'failed', message };
    }
    if (!closed) send(reply);
  };

  return {
    name,
    call(to, method, request, { deadlineMs = DEFAULT_DEADLINE_MS } = {}) {
      if (closed) return Promise.reject(new LinkError('lost', `${name} has lost the supervisor`));
      if (waiting.size >= maxInFlight) {
        return Promise.reject(new LinkError('busy', `${name} has ${waiting.size} calls in flight already`));
      }
      return new Promise((resolve, reject) => {
        const id = ++lastId;
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new LinkError('timeout', `${to} did not answer ${method} within ${deadlineMs} ms`));
        }, deadlineMs);
        waiting.set(id, { resolve, reject, timer });
        send({ kind: 'call', id, peer: to, method, request, deadlineMs });
      });
    },
    serve(method, handler) {
      if (handlers.has(method)) throw new TypeError(`${name} serves ${method} already`);
      handlers.set(method, handler as (request: never, context: CallContext) => unknown);
    },
    peers: () => peers,
    receive(message) {
      if (message.kind === 'peers') peers = message.names.filter((peer) => peer !== name);
      else if (message.kind === 'answer') settle(message);
      else void answer(message);
    },
    close() {
      closed = true;
      peers = [];
      for (const id of waiting.keys()) {
        settle({ kind: 'answer', id, ok: false, code: 'lost', message: `${name} has lost the supervisor` });
      }
    },
  };
}
