import type { Store } from '../store/store.ts';
import type { Sessions } from './sessions.ts';

const LOOK_EVERY_MS = 1_000;

/** Looked at a second: twenty thousand sockets within forty seconds, for some milliseconds each. */
const LOOKED_AT_ONCE = 500;

/**
 * Closes sockets of charge points that another edge holds by now. It tells the one before; that may be lost
 * between two nodes, and what such a socket says takes effect nowhere.
 */
export class ReplacedSockets {
  private readonly sessions: Pick<Sessions, 'chargePointIds' | 'disconnect'>;
  private readonly store: Pick<Store, 'sessions'>;
  private readonly timer: NodeJS.Timeout;
  /** The rest of the present round. */
  private round: Iterator<string> | undefined;

  constructor(
    sessions: Pick<Sessions, 'chargePointIds' | 'disconnect'>,
    store: Pick<Store, 'sessions'>,
    everyMs = LOOK_EVERY_MS,
  ) {
    this.sessions = sessions;
    this.store = store;
    this.timer = setInterval(() => this.look(), everyMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    this.round ??= this.sessions.chargePointIds();
    for (let looked = 0; looked < LOOKED_AT_ONCE; looked++) {
      const { value: id, done } = this.round.next();
      if (done) {
        this.round = undefined;
        return;
      }
      const record = this.store.sessions.get(id);
      if (record) void this.sessions.disconnect(id, 'replaced by a newer connection', record.epoch);
    }
  }
}
