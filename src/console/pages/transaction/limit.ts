import { useMemo } from 'preact/hooks';
import { queryOf } from '../../api.ts';
import type { InstalledProfile } from '../../charging-profile.ts';
import { heldProfiles } from '../../held-profiles.ts';
import type { Message, Page, Rows, Transaction } from '../../model.ts';
import { useResource } from '../../resource.ts';
import { type LimitStep, limitSteps } from '../../session-limit.ts';

const EVERY_MS = 15_000;
const DAY_MS = 86_400_000;
/** Profiles that were set before so long, and are gone since, are not looked for, ms. */
const LOOK_BACK_MS = 7 * DAY_MS;
const MOST = 1000;

export interface SessionLimit {
  readonly steps: readonly LimitStep[];
  /** V between phase and neutral that A are turned into W with. */
  readonly voltage: number;
}

/**
 * What charging profiles allowed a transaction, as far as it is known; undefined where no profile concerned
 * it.
 */
export function useSessionLimit(transaction: Transaction, until: number): SessionLimit | undefined {
  const { transactionId, chargePointId, connectorId, startedAt, stoppedAt } = transaction;
  const start = Date.parse(startedAt);
  const path = `/charge-points/${encodeURIComponent(chargePointId)}`;
  const running = stoppedAt === null ? { everyMs: EVERY_MS } : {};
  const installed = useResource<Page<InstalledProfile>>(`${path}/charging-profiles`, running);
  const logOf = (action: string) =>
    `/analytics/messages${queryOf({
      chargePointId,
      action,
      from: new Date(start - LOOK_BACK_MS).toISOString(),
      to: stoppedAt ?? undefined,
      limit: MOST,
    })}`;
  const sets = useResource<Rows<Message>>(logOf('SetChargingProfile'), running);
  const clears = useResource<Rows<Message>>(logOf('ClearChargingProfile'), running);
  const held = useMemo(() => {
    const messages = [...(sets.data?.rows ?? []), ...(clears.data?.rows ?? [])];
    messages.sort((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1));
    return heldProfiles(installed.data?.items ?? [], messages);
  }, [installed.data, sets.data, clears.data]);
  // Of how many volts the plan thinks; what it plans from now on is no matter here.
  const plan = useResource<{ readonly voltage: number }>(
    held.length === 0
      ? undefined
      : `${path}/composite-schedule${queryOf({ connectorId, duration: 0, report: 'none' })}`,
  );
  const voltage = plan.data?.voltage;
  const to = Math.max(until, start + 1);
  return useMemo(() => {
    if (voltage === undefined) return undefined;
    const session = { transactionId, connectorId, startedAt: start };
    const steps = limitSteps(held, session, { from: start, to, voltage });
    return steps.some(({ limit }) => limit) ? { steps, voltage } : undefined;
  }, [held, voltage, to]);
}
