import type { Config } from '../config/schema.ts';
import { healthOf } from '../link/health.ts';
import type { Link } from '../link/link.ts';
import type { Degradation, Health } from '../link/methods.ts';
import { watchman } from '../telemetry/watchman.ts';
import { PeerHealth } from './peer-health.ts';

/** Charge points do without them: whatever is wrong there, Farad is ready. */
const SPARED: readonly string[] = ['analytics', 'replica'];

const AWAY: Health = { ready: false, problems: ['does not answer'] };

/** Something that cannot work, and where it is. */
export interface DegradedPart extends Degradation {
  readonly process: string;
}

export interface ReadinessNow {
  readonly degraded: readonly DegradedPart[];
  readonly processes: ReadonlyMap<string, Health>;
  /** Processes that cannot do what charge points need. */
  readonly failing: readonly (readonly [name: string, health: Health])[];
}

/** Whether Farad does all that charge points need, and what else cannot work. */
export class Readiness {
  private readonly link: Link;
  private readonly peers: PeerHealth;
  private readonly ownDegraded: () => readonly Degradation[];
  /** When one of `SPARED` was first found not to be well, epoch ms. */
  private readonly unwellSince = new Map<string, number>();

  /** `ownDegraded`: what is wrong in this process and harms no charge point. */
  constructor(
    link: Link,
    config: Pick<Config, 'edge' | 'cluster'>,
    ownDegraded: () => readonly Degradation[],
  ) {
    this.link = link;
    this.peers = new PeerHealth(link, config);
    this.ownDegraded = ownDegraded;
  }

  /** Resolves within a second. */
  async read(): Promise<ReadinessNow> {
    const healths = new Map<string, Health>();
    for (const [name, health] of await this.peers.read()) healths.set(name, health ?? AWAY);
    healths.set(this.link.name, healthOf({ degraded: this.ownDegraded() }, watchman.standing()));
    for (const name of SPARED) {
      const isUnwell = healths.get(name)?.ready === false;
      if (!isUnwell) this.unwellSince.delete(name);
      else if (!this.unwellSince.has(name)) this.unwellSince.set(name, Date.now());
    }
    const failing = [...healths].filter(([name, health]) => !health.ready && !SPARED.includes(name));
    return { degraded: this.degradedOf(healths), processes: healths, failing };
  }

  private degradedOf(healths: ReadonlyMap<string, Health>): DegradedPart[] {
    return [...healths].flatMap(([process, { degraded = [], problems }]) => {
      const since = this.unwellSince.get(process);
      const whole = since === undefined ? [] : [{ name: 'process', since, cause: problems.join(', ') }];
      return [...whole, ...degraded].map((part) => ({ process, ...part }));
    });
  }
}
