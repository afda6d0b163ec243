import { isClustered } from '../config/cluster-check.ts';
import type { Config } from '../config/schema.ts';
import type { Link } from '../link/link.ts';
import { LinkError } from '../link/link-error.ts';
import type { CallOutcome, ChargePointCall, Disconnect, TransactionEnd } from '../link/methods.ts';
import type { Store } from '../store/store.ts';
import { apiError } from './errors.ts';
import { Holders } from './holders.ts';

/** Beyond what the edge itself may take, ms: its own limits decide, not the link's. */
const DEADLINE_MARGIN_MS = 5000;

/** How long a look at a charge point waits for its edge, ms: what the store has does as well. */
const LOOK_DEADLINE_MS = 500;

/** What became of a call; `messageId` is unknown where the whole edge was lost with it. */
export type SentCall =
  | CallOutcome
  | { readonly outcome: 'connection_lost' | 'timeout'; readonly messageId?: never; readonly sent?: never };

/** What the replica may take beyond what it gives the other nodes to answer in, ms. */
const FIND_WITHIN_MS = 500;

/**
 * The edges, as control uses them: each charge point is on at most one of them, of this node or of another.
 */
export class Edges {
  private readonly link: Link;
  private readonly holders: Holders;
  private readonly deadlineMs: number;
  private readonly isClustered: boolean;

  constructor(link: Link, store: Pick<Store, 'sessions'>, config: Pick<Config, 'ocpp' | 'cluster'>) {
    const { callTimeout, callQueue } = config.ocpp;
    this.link = link;
    this.isClustered = isClustered(config);
    this.holders = new Holders(link, store.sessions, this.isClustered ? config.cluster.node : undefined);
    this.deadlineMs = callTimeout * (callQueue + 1) + DEADLINE_MARGIN_MS;
  }

  /**
   * The edge that holds the charge point's socket, if it is alive: of this node (`edge-0`), or of another
   * (`b/edge-0`).
   */
  holder(chargePointId: string): string | undefined {
    return this.holders.of(chargePointId);
  }

  /** Changes whenever other edges than before can be reached. */
  mark(): string {
    return this.holders.mark();
  }

  /** Asks nobody any more which nodes are there. */
  stop(): void {
    this.holders.stop();
  }

  /**
   * When anything was last heard of a connected charge point, epoch ms; undefined where no edge says so. The
   * store learns it only now and then.
   */
  async lastSeen(chargePointId: string): Promise<number | undefined> {
    const edge = this.holder(chargePointId);
    if (edge === undefined) return undefined;
    try {
      const options = { deadlineMs: LOOK_DEADLINE_MS };
      const { lastSeenAt } = await this.link.call(edge, 'edge.seen', { chargePointId }, options);
      // 0: connected, and nothing said yet.
      return lastSeenAt || undefined;
    } catch (error) {
      if (error instanceof LinkError) return undefined;
      throw error;
    }
  }

  /** Sends a CALL at once and at most once: tries the next edge only if this one does not hold the socket. */
  async call(call: ChargePointCall): Promise<SentCall> {
    const asked = this.candidates(call.chargePointId);
    for (const edge of asked) {
      const outcome = await this.callThrough(edge, call);
      if (outcome.outcome !== 'not_connected') return outcome;
    }
    // It may have gone to another node a moment ago.
    const found = await this.findAbroad(call.chargePointId);
    if (found === undefined || asked.includes(found)) return { outcome: 'not_connected' };
    return this.callThrough(found, call);
  }

  /** Closes the charge point's socket wherever it is. */
  async disconnect(chargePointId: string, reason: string): Promise<void> {
    const request = { chargePointId, reason, forget: false };
    const asked = this.candidates(chargePointId);
    for (const edge of asked) {
      if ((await this.ask(edge, request)).closed) return;
    }
    await this.askAbroad(asked, request);
  }

  /**
   * Ends an open transaction of the charge point; false where it is not open. Throws `process_unavailable`
   * when no edge does it: then it may have been done all the same.
   */
  async closeTransaction(chargePointId: string, end: TransactionEnd): Promise<boolean> {
    const [edge] = this.candidates(chargePointId);
    if (edge === undefined) throw apiError('process_unavailable', { process: 'edge' });
    try {
      return (await this.link.call(edge, 'edge.closeTransaction', end)).closed;
    } catch (error) {
      if (!(error instanceof LinkError) || error.code === 'failed') throw error;
      throw apiError('process_unavailable', { process: edge });
    }
  }

  /**
   * Has a refused signing request written down as a security event. Rejects with LinkError where no edge has
   * done it.
   */
  async noteRefusedSigning(chargePointId: string, problem: string): Promise<void> {
    const [edge = 'edge-0'] = this.candidates(chargePointId);
    await this.link.call(edge, 'edge.signingRefused', { chargePointId, problem });
  }

  /**
   * Closes the charge point's socket, ends its open transactions, and has the edges drop what the protocol
   * learned about it. `by` names the API key of who wants it. Throws `process_unavailable` when no edge is
   * there to do it.
   */
  async forget(chargePointId: string, reason: string, by: string): Promise<void> {
    const edges = this.candidates(chargePointId);
    if (edges.length === 0) throw apiError('process_unavailable', { process: 'edge' });
    const request = { chargePointId, reason, forget: true, by };
    let isClosed = false;
    for (const edge of edges) isClosed = (await this.ask(edge, request)).closed || isClosed;
    if (!isClosed) await this.askAbroad(edges, request);
  }

  /**
   * `node/process`; undefined where no other node says that it holds the charge point, or none can be asked.
   */
  private async findAbroad(chargePointId: string): Promise<string | undefined> {
    if (!this.isClustered) return undefined;
    try {
      const options = { deadlineMs: FIND_WITHIN_MS };
      return (
        (await this.link.call('replica', 'cluster.find', { chargePointId }, options)).process ?? undefined
      );
    } catch (error) {
      if (error instanceof LinkError) return undefined;
      throw error;
    }
  }

  /** The holder first; the others too, because a charge point may have moved a moment ago. */
  private candidates(chargePointId: string): string[] {
    const holder = this.holder(chargePointId);
    const others = this.link.peers().filter((peer) => peer.startsWith('edge-') && peer !== holder);
    return holder === undefined ? others : [holder, ...others];
  }

  private async callThrough(edge: string, call: ChargePointCall): Promise<SentCall> {
    try {
      return await this.link.call(edge, 'edge.call', call, { deadlineMs: this.deadlineMs });
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      if (error.code === 'no_such_process') return { outcome: 'not_connected' };
      if (error.code === 'lost') return { outcome: 'connection_lost' };
      if (error.code === 'timeout') return { outcome: 'timeout' };
      if (error.code === 'busy') throw apiError('busy', { what: 'calls to charge points' });
      throw error;
    }
  }

  /** Asks the edge of another node that the charge point has gone to a moment ago, if it has. */
  private async askAbroad(asked: readonly string[], request: Disconnect): Promise<void> {
    const found = await this.findAbroad(request.chargePointId);
    if (found !== undefined && !asked.includes(found)) await this.ask(found, request);
  }

  private async ask(edge: string, request: Disconnect): Promise<{ closed: boolean }> {
    try {
      return await this.link.call(edge, 'edge.disconnect', request);
    } catch (error) {
      if (!(error instanceof LinkError) || error.code === 'failed') throw error;
      if (error.code === 'no_such_process' || error.code === 'lost') {
        // Its sockets ended with it, but nobody dropped the records.
        if (!request.forget) return { closed: false };
      }
      throw apiError('process_unavailable', { process: edge });
    }
  }
}
