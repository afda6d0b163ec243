import { type Charger, type Group, type Phases, type Reservation, shareLoad } from './load-sharing.ts';
import { SiteLoad } from './site-load.ts';
import { rankForTurns, type TurnRules } from './turns.ts';

/**
 * A connector of a site as the planner sees it at one moment. All currents are whole tenths of an ampere per
 * phase, times epoch ms.
 */
export interface PlannedConnector {
  readonly id: string;
  readonly group: string;
  readonly phases: Phases;
  /** The most that it may be taking now, whatever was last sent to it. */
  readonly ceiling: number;
  /** How a new share can be given to it; absent where it cannot: then its ceiling stays reserved. */
  readonly steering?: Steering;
}

/** A running transaction that obeys. */
export interface Steering {
  /** What it was last told to take at most; 0 = paused. */
  readonly share: number;
  /** Since when it has been charging or paused. */
  readonly since: number;
  readonly minimum: number;
  /** Most that it can make use of. */
  readonly maximum: number;
  /** Share above the minimum in relation to the others. */
  readonly weight: number;
  /** Higher is served earlier. */
  readonly priority: number;
  /** It was offered power and takes none. */
  readonly idle: boolean;
  /** A new share was sent and is not answered yet: it is not to get another one now. */
  readonly busy: boolean;
  /** The last share that was sent may or may not have arrived: it is sent again, whatever it is. */
  readonly unsure: boolean;
}

export interface PlanInput {
  readonly now: number;
  /** With the limits that hold now. */
  readonly groups: readonly Group[];
  readonly connectors: readonly PlannedConnector[];
  readonly turns: TurnRules;
  /** Smaller changes of a share are left alone unless somebody waits for them. */
  readonly step: number;
}

export interface SitePlan {
  /** By connector, steered ones only: what it is to have in the end. */
  readonly targets: readonly (readonly [id: string, current: number])[];
  /**
   * Shares to send now, reductions first. Even if all of them take effect at once and no reduction does, no
   * limit is exceeded.
   */
  readonly changes: readonly ShareChange[];
  /** Groups whose reserved power alone exceeds their limit. */
  readonly overloaded: readonly string[];
}

export interface ShareChange {
  readonly id: string;
  readonly current: number;
}

/** Unused room above this part of the tightest limit is handed out in steps of any size. */
const SLACK = 0.03;

/**
 * Plans a site. Targets are what the site would give to everybody at once; the changes are what may be sent
 * now, because power that one connector gives up is not another's before it is known to be free. Pure: the
 * same input gives the same plan. Throws RangeError for a group that is unknown or its own ancestor.
 */
export function planSite({ now, groups, connectors, turns, step }: PlanInput): SitePlan {
  const steered = connectors.filter((one): one is Steered => one.steering !== undefined);
  const ranks = rankForTurns(steered, groups, now, turns);
  const chargers = steered.map(({ id, group, phases, steering }): Charger => {
    const { minimum, maximum, weight } = steering;
    return { id, group, phases, minimum, maximum, weight, rank: ranks.get(id) ?? 0 };
  });
  const reserved = connectors
    .filter(({ steering }) => steering === undefined)
    .map(({ group, phases, ceiling }): Reservation => ({ group, phases, current: ceiling }));
  const targets = shareLoad({ groups, chargers, reserved });

  const fixed = new SiteLoad(groups);
  for (const { group, phases, current } of reserved) fixed.add(group, phases, current);
  return {
    targets: [...targets],
    changes: changesTowards(targets, { groups, connectors, steered, ranks, step }),
    overloaded: fixed.overloaded(),
  };
}

type Steered = PlannedConnector & { readonly steering: Steering };

interface Situation {
  readonly groups: readonly Group[];
  readonly connectors: readonly PlannedConnector[];
  readonly steered: readonly Steered[];
  readonly ranks: ReadonlyMap<string, number>;
  readonly step: number;
}

/**
 * Reductions first. Small ones only where somebody could not get a share otherwise, so that a site in
 * balance is left in peace; increases only as far as there is room beside everything that may still be taken
 * now.
 */
function changesTowards(targets: ReadonlyMap<string, number>, situation: Situation): ShareChange[] {
  const { groups, connectors, steered, ranks, step } = situation;
  const free = steered.filter(({ steering }) => !steering.busy);
  const targetOf = ({ id }: Steered): number => targets.get(id) ?? 0;
  const isLarge = (one: Steered): boolean =>
    one.steering.share - targetOf(one) >= step || targetOf(one) === 0 || one.steering.unsure;

  const reductions = free
    .filter(
      (one) => targetOf(one) < one.steering.share || (one.steering.unsure && targetOf(one) <= one.ceiling),
    )
    .sort((a, b) => b.steering.share - targetOf(b) - (a.steering.share - targetOf(a)));
  const wanting = free
    .filter((one) => targetOf(one) > one.steering.share)
    .sort((a, b) => (ranks.get(a.id) ?? 0) - (ranks.get(b.id) ?? 0));
  const isWorthIt = ({ group, phases, steering }: Steered, rise: number, load: SiteLoad): boolean =>
    steering.share === 0 || rise >= step || load.slack(group, phases) > SLACK;

  // What will be taken once the large reductions are made, and whether all fit into it who are worth a
  // message.
  const agreed = new SiteLoad(groups);
  const large = new Set(reductions.filter(isLarge));
  for (const one of connectors) {
    const { group, phases, ceiling, steering } = one;
    const share = large.has(one as Steered) ? targetOf(one as Steered) : (steering?.share ?? ceiling);
    agreed.add(group, phases, share);
  }
  let isAnyoneShort = agreed.overloaded().length > 0;
  for (const one of wanting) {
    const rise = targetOf(one) - one.steering.share;
    if (!isWorthIt(one, rise, agreed)) continue;
    if (agreed.room(one.group, one.phases) < rise) isAnyoneShort = true;
    else agreed.add(one.group, one.phases, rise);
  }

  const load = new SiteLoad(groups);
  for (const { group, phases, ceiling } of connectors) load.add(group, phases, ceiling);
  const increases: ShareChange[] = [];
  for (const one of wanting) {
    const { id, group, phases, ceiling, steering } = one;
    const room = Math.max(0, load.room(group, phases));
    const possible = Math.min(targetOf(one), ceiling + room);
    const rise = possible - steering.share;
    if (possible < steering.minimum || rise <= 0 || !isWorthIt(one, rise, load)) continue;
    load.add(group, phases, Math.max(0, possible - ceiling));
    increases.push({ id, current: possible });
  }
  const due = isAnyoneShort ? reductions : [...large];
  return [...due.map((one) => ({ id: one.id, current: targetOf(one) })), ...increases];
}
