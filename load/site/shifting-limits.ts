import type { Target } from '../target.ts';
import { type SiteApi, siteApi } from './site-api.ts';

export interface ShiftingLimitsOptions {
  readonly sites: number;
  readonly chargePoints: number;
  readonly identityPrefix: string;
}

/** How often every limit changes. */
const EVERY_MS = 5_000;
/** A per charge point and phase, in turns. */
const LIMITS = { low: 8, high: 16 } as const;

interface Plan {
  readonly connectors: readonly { readonly state: string }[];
}

/**
 * The charge points of a load shared out over sites whose limits change all the time, so that everything is
 * planned anew again and again.
 */
export class ShiftingLimits {
  readonly #api: SiteApi;
  readonly #sites: readonly { readonly path: string; readonly chargePoints: readonly string[] }[];
  #running: Promise<void> | undefined;
  #failure: unknown;
  #isStopped = false;
  /** Limits that were changed. */
  changes = 0;

  constructor(target: Target, { sites, chargePoints, identityPrefix }: ShiftingLimitsOptions) {
    this.#api = siteApi(target);
    this.#sites = Array.from({ length: sites }, (_, place) => ({
      path: `/${identityPrefix}${place}`,
      chargePoints: Array.from(
        { length: Math.ceil((chargePoints - place) / sites) },
        (_, index) => `${identityPrefix}${place + index * sites}`,
      ),
    }));
  }

  /** Creates the sites. */
  async create(): Promise<void> {
    for (const { path, chargePoints } of this.#sites) {
      await this.#api('PUT', path, {
        groups: [{ ...groupOf(chargePoints, LIMITS.high), parent: null }],
        members: chargePoints.map((chargePointId) => ({
          chargePointId,
          connectorId: 1,
          group: 'site',
          phases: ['L1', 'L2', 'L3'],
          rating: 32,
        })),
      });
    }
  }

  /** Whether every running transaction has a share. */
  async arePlanned(): Promise<boolean> {
    for (const { path } of this.#sites) {
      const { connectors } = (await this.#api('GET', `${path}/plan`)) as Plan;
      if (
        connectors.filter(({ state }) => state === 'waiting' || state === 'reserved').length >
        connectors.length / 20
      )
        return false;
    }
    return true;
  }

  start(): void {
    this.#running = this.#shift().catch((error: unknown) => {
      this.#failure = error;
    });
  }

  /** @throws what went wrong meanwhile. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Changes the limits of all sites, one after the other: low or high, A per charge point and phase. */
  async set(level: 'low' | 'high'): Promise<void> {
    for (const { path, chargePoints } of this.#sites) {
      if (this.#isStopped) return;
      await this.#api('PATCH', path, { groups: [groupOf(chargePoints, LIMITS[level])] });
      this.changes++;
    }
  }

  async #shift(): Promise<void> {
    for (let round = 1; !this.#isStopped; round++) {
      const began = performance.now();
      await this.set(round % 2 === 1 ? 'low' : 'high');
      while (!this.#isStopped && performance.now() - began < EVERY_MS) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
}

function groupOf(chargePoints: readonly string[], perChargePoint: number) {
  return { id: 'site', limit: { unit: 'A', perPhase: perChargePoint * chargePoints.length } };
}
