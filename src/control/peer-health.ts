import type { Config } from '../config/schema.ts';
import type { Link } from '../link/link.ts';
import { LinkError } from '../link/link-error.ts';
import type { Health } from '../link/methods.ts';
import { expectedPeers } from './peers.ts';

/** Longest wait for the answers, ms: a prober that gives up after a second has its answer by then. */
const WAIT_MS = 800;

/** A process that is busy now counts as it answered within this time, ms. */
const STILL_GOOD_MS = 10_000;

interface Known {
  /** Resolves when the question under way has been settled. */
  asking: Promise<void> | undefined;
  health: Health | undefined;
  /** Monotonic, ms. */
  answeredAt: number;
}

/**
 * Health of the other processes: asked for one question at a time each, so that many who ask cost no more
 * than one, and nobody waits for one that hangs.
 */
export class PeerHealth {
  private readonly known = new Map<string, Known>();
  private readonly link: Pick<Link, 'call' | 'peers'>;
  private readonly config: Pick<Config, 'edge' | 'cluster'>;

  constructor(link: Pick<Link, 'call' | 'peers'>, config: Pick<Config, 'edge' | 'cluster'>) {
    this.link = link;
    this.config = config;
  }

  /** Health by process; undefined for those that are not there or do not answer. Resolves within a second. */
  async read(): Promise<Map<string, Health | undefined>> {
    const live = new Set(this.link.peers());
    for (const name of this.known.keys()) if (!live.has(name)) this.known.delete(name);
    const asked = [...live].map((name) => this.ask(name));
    await atMost(WAIT_MS, Promise.all(asked));
    const names = new Set([...expectedPeers(this.config), ...live]);
    return new Map([...names].map((name) => [name, this.last(name)] as const));
  }

  private last(name: string): Health | undefined {
    const known = this.known.get(name);
    const isGood = known !== undefined && performance.now() - known.answeredAt <= STILL_GOOD_MS;
    return isGood ? known.health : undefined;
  }

  private ask(name: string): Promise<void> {
    const known = this.known.get(name) ?? { asking: undefined, health: undefined, answeredAt: 0 };
    this.known.set(name, known);
    known.asking ??= this.question(name, known).finally(() => {
      known.asking = undefined;
    });
    return known.asking;
  }

  private async question(name: string, known: Known): Promise<void> {
    try {
      known.health = await this.link.call(name, 'health.read', {}, { deadlineMs: STILL_GOOD_MS });
      known.answeredAt = performance.now();
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      known.health = undefined; // whatever the reason, it counts as away
    }
  }
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
