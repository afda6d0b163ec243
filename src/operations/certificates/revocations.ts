import type { Store } from '../../store/store.ts';
import type { ThrottledLog } from '../../telemetry/log.ts';
import { watchman } from '../../telemetry/watchman.ts';
import { ALONE, type Lead } from '../leadership.ts';

export interface RevocationsOptions {
  readonly store: Pick<Store, 'certificates' | 'sessions'>;
  /** Closes the charge point's socket wherever it is; rejects where that is not certain. */
  readonly disconnect: (chargePointId: string, reason: string) => Promise<void>;
  readonly log: ThrottledLog;
  /** Default: this process leads always. */
  readonly lead?: Lead;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly stepEveryMs?: number;
}

const STEP_EVERY_MS = 1_000;
const FORGET_EVERY_MS = 3_600_000;
/** Certificates are told of so long after they have expired, ms. */
const KEPT_MS = 365 * 24 * 3_600_000;

const inHand = watchman.workOf({ name: 'revoked certificates', limit: 5 * 60_000 });

/**
 * Closes the sessions of charge points whose certificate was revoked: at once, and again until it is certain,
 * whichever process died meanwhile. Those that began with another certificate, or with a password, stay.
 * Forgets certificates that expired long ago.
 */
export class Revocations {
  private readonly options: RevocationsOptions;
  private timer: NodeJS.Timeout | undefined;
  private enforcing: Promise<void> | undefined;
  private forgottenAt = 0;
  private isStopped = false;

  constructor(options: RevocationsOptions) {
    this.options = options;
  }

  start(): void {
    const { lead = ALONE, stepEveryMs = STEP_EVERY_MS } = this.options;
    this.timer = setInterval(() => {
      if (lead.term() !== undefined) void this.step();
    }, stepEveryMs).unref();
  }

  /** Nothing touches the store once this has resolved. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.enforcing;
  }

  /**
   * Resolves when the sessions of what is revoked by now are closed, or it is known that they cannot be yet:
   * also where another process leads, since somebody waits for it.
   */
  async enforce(): Promise<void> {
    // A look under way may have begun before the revocation.
    await this.enforcing;
    await this.step();
  }

  private step(): Promise<void> {
    this.enforcing ??= inHand
      .during(async () => {
        await this.closeAll();
        await this.forget();
      })
      .catch((error: unknown) =>
        this.options.log.warn({ err: error }, 'revoked certificates stay in use for now'),
      )
      .finally(() => {
        this.enforcing = undefined;
      });
    return this.enforcing;
  }

  private async closeAll(): Promise<void> {
    const { store, disconnect } = this.options;
    for (const { sha256, serial, chargePointId } of store.certificates.closing()) {
      if (this.isStopped) return;
      if (this.mayUse(chargePointId, sha256))
        await disconnect(chargePointId, `the certificate ${serial} is revoked`);
      await store.certificates.change(sha256, (known) => ({ ...known, closing: false }));
    }
  }

  /** Whether the charge point is connected with the certificate, as far as that is known. */
  private mayUse(chargePointId: string, sha256: string): boolean {
    // An edge that records a session after this look sees the revocation itself.
    const session = this.options.store.sessions.latest(chargePointId);
    // What an older Farad has written does not say by what it began.
    return session?.securityProfile === undefined || session.certificate === sha256;
  }

  private async forget(): Promise<void> {
    const { store, clock } = this.options;
    const now = clock();
    if (now - this.forgottenAt < FORGET_EVERY_MS) return;
    this.forgottenAt = now;
    while (!this.isStopped && (await store.certificates.forgetExpired(now - KEPT_MS)) > 0);
  }
}
