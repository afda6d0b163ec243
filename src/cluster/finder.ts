import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Link } from '../link/link.ts';
import { LinkError } from '../link/link-error.ts';
import { processName } from '../link/process-name.ts';
import { type Found, pack, type Question, unpack } from './wire.ts';

/** How long the other nodes may take to say that they hold a charge point, ms. */
export const FIND_WITHIN_MS = 200;

/** How long an edge of this node may take to say so, ms. */
const EDGE_WITHIN_MS = 150;

/** Most questions of other nodes that are under way here; further ones are left unanswered. */
const MAX_QUESTIONS = 200;

const SUBJECT = 'farad.find';

/**
 * Asks all nodes who holds the socket of a charge point, and answers where an edge of this one does. Who does
 * not hold it says nothing.
 */
export class Finder {
  private readonly connection: NatsConnection;
  private readonly link: Pick<Link, 'call' | 'peers'>;
  private readonly node: string;
  private readonly subscription: Subscription;
  private questions = 0;
  private stopped = false;

  constructor(connection: NatsConnection, link: Pick<Link, 'call' | 'peers'>, node: string) {
    this.connection = connection;
    this.link = link;
    this.node = node;
    this.subscription = connection.subscribe(SUBJECT, {
      callback: (error, message) => {
        if (error === null) void this.take(message);
      },
    });
  }

  /** `node/process` of another node that holds it; null where none says so in time. */
  async find(chargePointId: string): Promise<string | null> {
    try {
      const question = pack({ chargePointId, from: this.node });
      const { data } = await this.connection.request(SUBJECT, question, { timeout: FIND_WITHIN_MS });
      return unpack<Found>(data).process;
    } catch {
      return null; // nobody, not in time, or nothing that can be read: it comes to the same
    }
  }

  stop(): void {
    this.stopped = true;
    this.subscription.unsubscribe();
  }

  private async take(message: Msg): Promise<void> {
    if (this.questions >= MAX_QUESTIONS) return;
    this.questions++;
    try {
      const { chargePointId, from } = unpack<Question>(message.data);
      if (from === this.node) return; // control has asked its own edges before
      const process = await this.holderHere(chargePointId);
      if (process !== undefined && !this.stopped)
        message.respond(pack({ process: processName({ node: this.node, process }) }));
    } catch (error) {
      // A question that cannot be read is another release's; who asked hears nothing from here.
      if (!(error instanceof TypeError)) throw error;
    } finally {
      this.questions--;
    }
  }

  private async holderHere(chargePointId: string): Promise<string | undefined> {
    const edges = this.link.peers().filter((name) => name.startsWith('edge-'));
    const answers = await Promise.all(
      edges.map(async (edge) => {
        try {
          const options = { deadlineMs: EDGE_WITHIN_MS };
          const { lastSeenAt } = await this.link.call(edge, 'edge.seen', { chargePointId }, options);
          return lastSeenAt === null ? undefined : edge;
        } catch (error) {
          if (error instanceof LinkError) return undefined;
          throw error;
        }
      }),
    );
    return answers.find((edge) => edge !== undefined);
  }
}
