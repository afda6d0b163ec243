import type { Group, Phases } from '../../smart-charging/load-sharing.ts';
import { lowestLimit } from '../../smart-charging/site-limits.ts';
import type { PlanInput, PlannedConnector } from '../../smart-charging/site-plan.ts';
import type { SiteMember, SiteRecord } from '../../store/site-record.ts';
import type { Store } from '../../store/store.ts';
import type { ConnectorState } from './connector-state.ts';
import type { Meters } from './meters.ts';
import type { PlannerSettings } from './settings.ts';
import { weightOf } from './wish-weight.ts';

export interface PlanInputContext {
  readonly store: Pick<Store, 'chargingWishes'>;
  readonly settings: PlannerSettings;
  readonly meters: Meters;
}

/** Smaller changes of a share are not worth a message: half an ampere. */
const STEP = 5;
/**
 * A StartTransaction that is in the store for so long has been answered (field quirk: a TxProfile that comes
 * before is refused).
 */
const ANSWERED_MS = 500;
/** In units of `settle`: offered power for so long and taking none. */
const IDLE_SETTLES = 12;

/** A site as its planning needs it, at `now` (epoch ms). */
export function planInput(
  context: PlanInputContext,
  site: SiteRecord,
  members: readonly ConnectorState[],
  now: number,
): PlanInput {
  const { turnWithin, settle, interval } = context.settings;
  return {
    now,
    groups: groupsNow(site, context.settings, now),
    connectors: members.map((state) => planned(context, site, state, now)),
    turns: { turnWithin, handover: settle + interval },
    step: STEP,
  };
}

/** A falling limit counts as soon as vehicles must begin to follow. */
export function groupsNow(
  { groups, voltage }: Pick<SiteRecord, 'groups' | 'voltage'>,
  { settle, interval }: Pick<PlannerSettings, 'settle' | 'interval'>,
  now: number,
): Group[] {
  return groups.map(({ id, parent, limit }) => ({
    id,
    parent,
    limit:
      limit === null
        ? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
        : lowestLimit(limit, now, now + settle + 2 * interval, voltage),
  }));
}

function planned(
  { store, meters, settings: { settle } }: PlanInputContext,
  site: SiteRecord,
  state: ConnectorState,
  now: number,
): PlannedConnector {
  const { member, transaction } = state;
  const connector: PlannedConnector = {
    id: state.key,
    group: member.group,
    phases: phasesOf(member),
    ceiling: state.ceiling(now),
  };
  if (transaction === undefined || !state.takesPart(now, settle)) return connector;
  if (now - transaction.receivedAt < ANSWERED_MS) return connector;
  const minimum = Math.round(site.minimumCurrent * 10);
  const wish = site.sharing === 'wishes' ? store.chargingWishes.get(transaction.transactionId) : undefined;
  const registers = meters.registers(member.chargePointId, member.connectorId);
  return {
    ...connector,
    steering: {
      share: state.isBusy ? (state.plan.shareSent ?? state.share) : state.share,
      since: state.plan.since,
      minimum,
      maximum: state.maximum,
      weight: weightOf(wish, {
        now,
        // Nothing weighs against a wish while it is not known.
        deliveredWh: (wish && registers?.deliveredWh(transaction, transaction.receivedAt)) ?? 0,
        voltage: site.voltage,
        phases: member.phases.length,
        minimumCurrent: site.minimumCurrent,
      }),
      priority: wish?.priority ?? 0,
      idle: state.isIdle(minimum, now, IDLE_SETTLES * settle),
      busy: state.isBusy,
      unsure: state.plan.shareSent !== null && !state.isBusy,
    },
  };
}

/** The phases of the site that a connector loads. */
export function phasesOf({ phases }: Pick<SiteMember, 'phases'>): Phases {
  return [phases.includes('L1'), phases.includes('L2'), phases.includes('L3')];
}
