import { setTimeout as wait } from 'node:timers/promises';
import { ChargePoint } from '../charge-point.ts';
import { Mismatch } from '../mismatch.ts';
import type { Operator } from '../operator.ts';
import { brief, memberAt } from '../payload.ts';

export interface AuthorizePlan {
  readonly ocppUrl: string;
  /** Of the charge points that ask, without their numbers. */
  readonly prefix: string;
  readonly chargePoints: number;
  /** Authorize requests per second of each of them. */
  readonly perSecond: number;
  readonly idTag: string;
  /** Ends a measurement by throwing its reason. */
  readonly signal: AbortSignal;
}

/** Charge points that present a tag again and again, at a fixed pace. */
export class AuthorizeProbe {
  readonly #plan: AuthorizePlan;
  readonly #chargePoints: ChargePoint[] = [];

  constructor(plan: AuthorizePlan) {
    this.#plan = plan;
  }

  /** Connects and boots all charge points. */
  async open(operator: Operator): Promise<void> {
    const { ocppUrl, prefix, chargePoints } = this.#plan;
    for (let index = 0; index < chargePoints; index++) {
      const identity = `${prefix}${index + 1}`;
      await operator.provision(identity);
      const chargePoint = new ChargePoint({ identity, callIds: new Set(), timeoutMs: 30_000 });
      await chargePoint.connect({ url: ocppUrl });
      this.#chargePoints.push(chargePoint);
      await chargePoint.call('BootNotification', { chargePointVendor: 'Farad', chargePointModel: 'Certify' });
    }
  }

  /**
   * Measures for `ms`; resolves with the time of every Authorize, ms, as the charge point sees it, its own
   * work included. A request that could not leave on time because the one before was still unanswered counts
   * from when it should have left: a stall is never measured as one slow answer only. Throws a Mismatch when
   * any answer is not Accepted.
   */
  async measure(ms: number): Promise<number[]> {
    const endAt = performance.now() + ms;
    const gapMs = 1000 / this.#plan.perSecond;
    const times = await Promise.all(
      this.#chargePoints.map((chargePoint, index) => {
        const firstAt = performance.now() + (gapMs * index) / this.#chargePoints.length;
        return this.#ask(chargePoint, { firstAt, gapMs, endAt });
      }),
    );
    return times.flat();
  }

  async close(): Promise<void> {
    for (const chargePoint of this.#chargePoints) await chargePoint.disconnect();
  }

  async #ask(
    chargePoint: ChargePoint,
    { firstAt, gapMs, endAt }: { firstAt: number; gapMs: number; endAt: number },
  ): Promise<number[]> {
    const { idTag, signal } = this.#plan;
    const times: number[] = [];
    let answeredAt = 0;
    for (let dueAt = firstAt; dueAt < endAt; dueAt += gapMs) {
      signal.throwIfAborted();
      if (dueAt > performance.now()) await wait(dueAt - performance.now());
      // A timer that is late is our own fault; an answer that is late is not.
      const startedAt = answeredAt > dueAt ? dueAt : performance.now();
      const answer = await chargePoint.call('Authorize', { idTag });
      answeredAt = performance.now();
      times.push(answeredAt - startedAt);
      if (memberAt(answer, 'idTagInfo.status') !== 'Accepted')
        throw new Mismatch('Authorize.conf with idTagInfo.status Accepted', brief(answer));
    }
    return times;
  }
}
