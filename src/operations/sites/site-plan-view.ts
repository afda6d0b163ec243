import { writeTimestamp } from '../../protocol/timestamp.ts';
import { SiteLoad } from '../../smart-charging/site-load.ts';
import type { SiteRecord } from '../../store/site-record.ts';
import type { ConnectorState } from './connector-state.ts';
import { groupsNow, phasesOf } from './plan-input.ts';
import type { PlannerSettings } from './settings.ts';

export type SitePlanView = {
  readonly siteId: string;
  readonly at: string;
  readonly groups: readonly Readonly<Record<string, unknown>>[];
  readonly connectors: readonly Readonly<Record<string, unknown>>[];
};

/** The plan of a site at `now` (epoch ms) as people look at it. */
export function viewSitePlan(
  site: SiteRecord,
  members: readonly ConnectorState[],
  settings: PlannerSettings,
  now: number,
): SitePlanView {
  const groups = groupsNow(site, settings, now);
  const [reserved, shared, measured] = [new SiteLoad(groups), new SiteLoad(groups), new SiteLoad(groups)];
  const connectors = members.map((state) => {
    const { member, transaction, reading } = state;
    const phases = phasesOf(member);
    const isSteered = transaction !== undefined && state.takesPart(now, settings.settle);
    if (isSteered) shared.add(member.group, phases, state.share);
    else reserved.add(member.group, phases, state.ceiling(now));
    if (transaction !== undefined) measured.add(member.group, phases, reading?.current ?? 0);
    return viewConnector(state, now, isSteered);
  });
  const amps = (tenths: readonly number[]): (number | null)[] =>
    tenths.map((value) => (Number.isFinite(value) ? value / 10 : null));
  return {
    siteId: site.id,
    at: writeTimestamp(now),
    groups: groups.map(({ id, limit }) => ({
      id,
      limit: amps(limit),
      shared: amps(shared.sumOf(id)),
      reserved: amps(reserved.sumOf(id)),
      measured: amps(measured.sumOf(id)),
    })),
    connectors,
  };
}

function viewConnector(state: ConnectorState, now: number, isSteered: boolean) {
  const { member, plan, transaction, reading } = state;
  const mode =
    transaction === undefined
      ? 'free'
      : !isSteered
        ? 'reserved'
        : plan.share === null
          ? 'waiting'
          : plan.share === 0
            ? 'paused'
            : 'charging';
  return {
    chargePointId: member.chargePointId,
    connectorId: member.connectorId,
    group: member.group,
    connected: state.isOnline,
    transactionId: transaction?.transactionId ?? null,
    state: mode,
    share: transaction === undefined || plan.share === null ? null : plan.share / 10,
    ceiling: state.ceiling(now) / 10,
    measured: transaction === undefined || reading === undefined ? null : reading.current / 10,
    fallback: plan.fallback === null ? null : plan.fallback / 10,
    since: writeTimestamp(plan.since),
    refused: plan.refused?.reason ?? null,
  };
}
