import type { CentralSystem } from '../central-system/central-system.ts';
import type { ClockGuard } from '../store/clock-guard.ts';
import type { ThrottledLog } from '../telemetry/log.ts';
import { watchman } from '../telemetry/watchman.ts';

export interface RoundsOptions {
  readonly centralSystem: Pick<CentralSystem, 'saveLastSeen' | 'saveLeft' | 'expireReservations'>;
  readonly machineClock: Pick<ClockGuard, 'doubt'>;
  /** What is written goes to every node of a cluster. */
  readonly isClustered: boolean;
  readonly log: ThrottledLog;
}

/** How often signs of life go to the store, ms: rarely where that means a change on each node. */
const SAVE_LAST_SEEN_MS = 120_000;
const SAVE_LAST_SEEN_CLUSTERED_MS = 600_000;
/** Those that have left are not waited for so long: only the store knows of them. */
const SAVE_LEFT_MS = 250;

/** How often reservations are looked at whose expiry date may be over, ms. */
const EXPIRE_RESERVATIONS_MS = 2_000;

const signsOfLife = watchman.workOf({ name: 'signs of life', serves: 'operators', limit: SAVE_LAST_SEEN_MS });
const expiries = watchman.workOf({ name: 'expiry of reservations', serves: 'operators' });

/** Does what an edge has to do every now and then; no failure ends it. */
export class Rounds {
  private readonly options: RoundsOptions;
  private readonly timers: readonly NodeJS.Timeout[];

  constructor(options: RoundsOptions) {
    this.options = options;
    const { centralSystem, isClustered } = options;
    const every = (ms: number, work: () => Promise<void>): NodeJS.Timeout =>
      setInterval(() => void work(), ms).unref();
    this.timers = [
      every(isClustered ? SAVE_LAST_SEEN_CLUSTERED_MS : SAVE_LAST_SEEN_MS, () =>
        this.save(() => centralSystem.saveLastSeen({ gently: true })),
      ),
      every(SAVE_LEFT_MS, () => this.save(() => centralSystem.saveLeft())),
      every(EXPIRE_RESERVATIONS_MS, () => this.expireReservations()),
    ];
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  /** Saves all signs of life at once. */
  saveLastSeen(): Promise<void> {
    return this.save(() => this.options.centralSystem.saveLastSeen());
  }

  private async save(save: () => Promise<unknown>): Promise<void> {
    try {
      await signsOfLife.during(save);
    } catch (error) {
      this.options.log.error({ err: error }, 'signs of life could not be stored');
    }
  }

  private async expireReservations(): Promise<void> {
    const { centralSystem, machineClock, log } = this.options;
    try {
      if (machineClock.doubt() !== undefined) return;
      await expiries.during(() => centralSystem.expireReservations());
    } catch (error) {
      log.error({ err: error }, 'expired reservations could not be ended');
    }
  }
}
