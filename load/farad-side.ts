import { importTokens } from '../src/simulator/provisioning.ts';
import type { Confirmed } from './ledger.ts';
import type { LoadOptions } from './options.ts';
import type { SecurityOrder } from './security/fleet-security.ts';
import { provisionChargePoints } from './security/provision-charge-points.ts';
import { ShiftingLimits } from './site/shifting-limits.ts';
import { askApi, StoredTotals } from './stored-totals.ts';
import { apiOf, type Target } from './target.ts';
import { auditDoubles, type Mismatch, type Verdict, verify } from './verify.ts';

/** What a run does through Farad's API; with servers of other makes there is nothing of it. */
export class FaradSide {
  readonly limits: ShiftingLimits;
  /** Doubles that were seen in the middle of the run. */
  readonly audited: Mismatch[] = [];
  verdict: Verdict | undefined;
  /** Why there is no verdict. */
  verificationError: string | undefined;
  readonly #target: Target;
  readonly #options: LoadOptions;
  readonly #identityPrefix: string;
  readonly #totals: StoredTotals;

  constructor(target: Target, options: LoadOptions, identityPrefix: string) {
    this.#target = target;
    this.#options = options;
    this.#identityPrefix = identityPrefix;
    this.#totals = new StoredTotals(askApi(target));
    this.limits = new ShiftingLimits(target, { ...options, identityPrefix });
  }

  /** Makes cards and charge points known. @throws Error where the API refuses. */
  async prepare(idTags: readonly string[], security: SecurityOrder): Promise<void> {
    const api = apiOf(this.#target);
    await importTokens(
      api,
      idTags.map((idTag) => ({ idTag, status: 'Accepted' })),
    );
    await provisionChargePoints(
      api,
      security,
      this.#options.chargePoints,
      (index) => `${this.#identityPrefix}${index}`,
    );
  }

  /** Notes what is there more often than it was sent. */
  async audit(confirmedLater: () => Promise<readonly Confirmed[]>): Promise<void> {
    this.audited.push(...(await auditDoubles(this.#totals, this.#identityPrefix, confirmedLater)));
  }

  /** Waits until ClickHouse has what was confirmed, and keeps the verdict, or why there is none. */
  async verify(confirmed: readonly Confirmed[]): Promise<void> {
    const { drainTimeoutMs, verify: aspect } = this.#options;
    try {
      this.verdict = await verify(confirmed, this.#totals, this.#identityPrefix, drainTimeoutMs, aspect);
    } catch (error) {
      this.verificationError = error instanceof Error ? error.message : String(error);
    }
  }
}
