import { dialectOfChargePoint } from '../../store/sessions.ts';
import type { SiteRecord } from '../../store/site-record.ts';
import type { ThrottledLog } from '../../telemetry/log.ts';
import type { ConnectorState } from './connector-state.ts';
import type { Sending, SendingContext } from './sending.ts';

/** In units of `settle`: over the limit for so long, and between two stops. */
const LAST_RESORT_SETTLES = 6;

/** Ends a transaction that does not obey where what cannot be steered alone exceeds a limit for long. */
export class LastResort {
  private readonly context: SendingContext;
  private readonly log: ThrottledLog;
  private overloadedSince: number | undefined;
  private stoppedAt = 0;

  constructor(context: SendingContext, log: ThrottledLog) {
    this.context = context;
    this.log = log;
  }

  /** A limit is exceeded, as far as the last round knew. */
  get isNear(): boolean {
    return this.overloadedSince !== undefined;
  }

  /** `overloaded`: the groups whose limit is exceeded by what cannot be steered. */
  sendings(
    site: SiteRecord,
    members: readonly ConnectorState[],
    overloaded: readonly string[],
    now: number,
  ): Sending[] {
    if (overloaded.length === 0) {
      this.overloadedSince = undefined;
      return [];
    }
    this.overloadedSince ??= now;
    const patience = LAST_RESORT_SETTLES * this.context.settings.settle;
    this.log.warn(
      { site: site.id, groups: overloaded },
      'what cannot be steered exceeds the limit of a site',
    );
    if (!site.remoteStop || now - Math.max(this.overloadedSince, this.stoppedAt) < patience) return [];
    const culprit = members
      .filter(
        ({ plan, transaction, isOnline, isBusy, member }) =>
          plan.refused !== null &&
          transaction !== undefined &&
          isOnline &&
          !isBusy &&
          pathOf(site, member.group).some((group) => overloaded.includes(group)),
      )
      .sort((a, b) => b.ceiling(now) - a.ceiling(now))[0];
    const transactionId = culprit?.transaction?.transactionId;
    if (culprit === undefined || transactionId === undefined || !this.context.budget.take(now)) return [];
    this.stoppedAt = now;
    culprit.isBusy = true;
    const { orders } = dialectOfChargePoint(this.context.store, culprit.member.chargePointId);
    return [{ state: culprit, order: orders.stopTransaction(transactionId), done: () => undefined }];
  }
}

function pathOf({ groups }: SiteRecord, group: string): string[] {
  const path: string[] = [];
  for (let id: string | null = group; id !== null && !path.includes(id); ) {
    path.push(id);
    id = groups.find((one) => one.id === id)?.parent ?? null;
  }
  return path;
}
