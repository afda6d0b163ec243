import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { RequestError, TimeoutError } from '@nats-io/transport-node';
import type { Link } from '../link/link.ts';
import { LinkError, type LinkErrorCode } from '../link/link-error.ts';
import type { ForeignAnswer, ForeignCall, Method } from '../link/methods.ts';
import { readProcessName } from '../link/process-name.ts';
import type { Registry } from '../telemetry/metrics.ts';
import { pack, unpack } from './wire.ts';

/** What processes of other nodes may ask of those of this one. Everything else stays within a node. */
const ABROAD: ReadonlySet<string> = new Set<Method>([
  'edge.call',
  'edge.closeTransaction',
  'edge.disconnect',
  'edge.meters',
  'edge.seen',
  'edge.signingRefused',
  'cluster.offerCopy',
]);

/** Most calls of other nodes that are under way here; further ones are answered `busy`. */
const MAX_FROM_OTHERS = 1000;

export interface CallsOptions {
  readonly connection: NatsConnection;
  /** To the processes of this node. */
  readonly link: Pick<Link, 'call'>;
  /** Name of this node. */
  readonly node: string;
  readonly registry: Registry;
  readonly maxFromOthers?: number;
}

/**
 * Calls between nodes: one subject per node, `farad.call.<node>.<process>`, and an answer to each request.
 * Nothing is sent twice.
 */
export class Calls {
  private readonly connection: NatsConnection;
  private readonly link: Pick<Link, 'call'>;
  private readonly maxFromOthers: number;
  private readonly count: (direction: 'out' | 'in', outcome: LinkErrorCode | 'answered') => void;
  private readonly subscription: Subscription;
  private fromOthers = 0;
  private stopped = false;

  constructor({ connection, link, node, registry, maxFromOthers = MAX_FROM_OTHERS }: CallsOptions) {
    this.connection = connection;
    this.link = link;
    this.maxFromOthers = maxFromOthers;
    const calls = registry.counter('farad_cluster_calls_total', 'Calls between nodes by outcome.', [
      'direction',
      'outcome',
    ]);
    this.count = (direction, outcome) => calls.with({ direction, outcome }).inc();
    this.subscription = connection.subscribe(`farad.call.${node}.*`, {
      callback: (error, message) => {
        if (error === null) void this.take(message);
      },
    });
  }

  /** Calls a process of another node. What was not sent at all is `no_such_process` or `busy`. */
  async call(call: ForeignCall): Promise<ForeignAnswer> {
    const answer = await this.send(call);
    this.count('out', answer.ok ? 'answered' : answer.code);
    return answer;
  }

  /** What is answered after this goes nowhere. */
  stop(): void {
    this.stopped = true;
    this.subscription.unsubscribe();
  }

  private async send({ to, ...call }: ForeignCall): Promise<ForeignAnswer> {
    const name = readProcessName(to);
    if (!name) return refusal('no_such_process', `${to} is no process of another node`);
    const payload = pack(call);
    const most = this.connection.info?.max_payload ?? 0;
    if (payload.length > most) {
      return refusal('failed', `${call.method} to ${to} has ${payload.length} bytes, and NATS takes ${most}`);
    }
    try {
      const subject = `farad.call.${name.node}.${name.process}`;
      const { data } = await this.connection.request(subject, payload, { timeout: call.deadlineMs });
      return unpack<ForeignAnswer>(data);
    } catch (error) {
      if (error instanceof RequestError && error.isNoResponders())
        return refusal('no_such_process', `${name.node} is not there`);
      if (error instanceof TimeoutError)
        return refusal('timeout', `${to} did not answer ${call.method} within ${call.deadlineMs} ms`);
      return refusal('lost', `the call to ${to} was lost: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Hands a call of another node to the process that it is for, and answers. */
  private async take(message: Msg): Promise<void> {
    let answer: ForeignAnswer;
    if (this.fromOthers >= this.maxFromOthers) {
      answer = refusal('busy', `${this.fromOthers} calls of other nodes are under way here already`);
    } else {
      this.fromOthers++;
      answer = await this.answerTo(message);
      this.fromOthers--;
    }
    this.count('in', answer.ok ? 'answered' : answer.code);
    if (this.stopped) return;
    const bytes = pack(answer);
    const most = this.connection.info?.max_payload ?? 0;
    const fits = bytes.length <= most;
    message.respond(
      fits ? bytes : pack(refusal('failed', `the answer has more bytes than NATS takes (${most})`)),
    );
  }

  private async answerTo({ subject, data }: Msg): Promise<ForeignAnswer> {
    const process = subject.slice(subject.lastIndexOf('.') + 1);
    try {
      const { method, request, deadlineMs } = unpack<Omit<ForeignCall, 'to'>>(data);
      if (!ABROAD.has(method)) return refusal('failed', `${method} is not for other nodes`);
      const answer = await this.link.call(process, method as Method, request as never, { deadlineMs });
      return { ok: true, answer };
    } catch (error) {
      if (error instanceof LinkError) return refusal(error.code, error.message);
      return refusal('failed', error instanceof Error ? error.message : String(error));
    }
  }
}

function refusal(code: LinkErrorCode, message: string): ForeignAnswer & { readonly ok: false } {
  return { ok: false, code, message };
}
