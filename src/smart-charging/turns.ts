import type { Group, Phases } from './load-sharing.ts';

/** What decides whose turn it is. Times are epoch ms. */
interface Waiting {
  readonly id: string;
  readonly group: string;
  readonly phases: Phases;
  readonly ceiling: number;
  readonly steering: {
    readonly share: number;
    readonly since: number;
    readonly priority: number;
    readonly idle: boolean;
  };
}

/** When turns come round, and what it costs; ms. */
export interface TurnRules {
  /** Everybody who waits gets a turn within this time. */
  readonly turnWithin: number;
  /** How long a place that changes hands is nobody's. */
  readonly handover: number;
}

/** Turns are planned to come round before the time that was promised: not everything goes as planned. */
const OF_PROMISE = 0.8;
/** After so much of the promised time nothing else counts. */
const OVERDUE = 0.9;
/** A turn takes at least so many times as long as a place that changes hands is nobody's. */
const LEAST_TURN = 2;
/** Places change hands one after the other: so many times the number that do so on average. */
const AT_ONCE = 1.5;

const BEGINNING = 0;
const OVERDUE_CLASS = 1;
const IN_TURN = 2;
const PAUSED = 3;
const TURN_OVER = 4;
const TAKES_NOTHING = 5;

/**
 * The rank of each charger, 0 first. Who charges goes on until that turn is over; then those come who have
 * waited, the longest first. A turn is as long as it can be while everybody still gets one in time.
 */
export function rankForTurns(
  chargers: readonly Waiting[],
  groups: readonly Pick<Group, 'id' | 'parent'>[],
  now: number,
  { turnWithin, handover }: TurnRules,
): Map<string, number> {
  const turns = turnsOf(chargers, groups, OF_PROMISE * turnWithin, handover);
  const givingWay = whoGivesWay(chargers, turns, now, handover);
  const heirs = heirsOf(chargers, givingWay);
  const classOf = ({ id, steering: { share, since, idle } }: Waiting): number => {
    if (share === 0) return now - since >= OVERDUE * turnWithin ? OVERDUE_CLASS : PAUSED;
    if (idle) return TAKES_NOTHING;
    if (now - since < LEAST_TURN * handover) return BEGINNING;
    return givingWay.has(id) ? TURN_OVER : IN_TURN;
  };
  const ordered = chargers
    .map((charger) => ({ charger, place: classOf(charger), isHeir: heirs.has(charger.id) }))
    .sort((a, b) => {
      if (a.place !== b.place) return a.place - b.place;
      const one = a.charger.steering;
      const other = b.charger.steering;
      // Whoever has waited longest comes first, and whoever has charged longest goes first.
      const byTime = one.share === 0 ? one.since - other.since : other.since - one.since;
      const byPriority = a.place === OVERDUE_CLASS ? 0 : other.priority - one.priority;
      const byHeir = Number(b.isHeir) - Number(a.isHeir);
      return byPriority || byHeir || byTime || (a.charger.id < b.charger.id ? -1 : 1);
    });
  return new Map(ordered.map(({ charger }, rank) => [charger.id, rank]));
}

/** A place is kept by whoever charges, and by whoever was paused while that current is nobody's yet. */
function hasPlace({ ceiling, steering: { share, idle } }: Waiting): boolean {
  return share > 0 ? !idle : ceiling > 0;
}

function isWaiting(charger: Waiting): boolean {
  return charger.steering.share === 0 && !hasPlace(charger);
}

/** Vehicles on the same phases can follow each other without anything else having to change. */
function phasesKey({ phases }: Waiting): string {
  return phases.map(Number).join('');
}

function byPhases(chargers: readonly Waiting[]): readonly Waiting[][] {
  const kinds = new Map<string, Waiting[]>();
  for (const charger of chargers) {
    const key = phasesKey(charger);
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, [charger]);
    else kind.push(charger);
  }
  return [...kinds.values()];
}

/** Those in a group, and in the groups below it, that load the same phases. */
interface Crowd {
  places: number;
  waiting: number;
}

/**
 * How long the turn of each charger is, ms, without the time in which its place is nobody's. Judged in each
 * group on the way to the root, among those on the same phases, by how many have places and how many wait;
 * the shortest holds.
 */
function turnsOf(
  chargers: readonly Waiting[],
  groups: readonly Pick<Group, 'id' | 'parent'>[],
  within: number,
  handover: number,
): Map<string, number> {
  const crowdsOf = crowdFinder(groups);
  for (const charger of chargers) {
    const change = hasPlace(charger) ? 'places' : isWaiting(charger) ? 'waiting' : undefined;
    if (change !== undefined) for (const crowd of crowdsOf(charger)) crowd[change]++;
  }
  const turnOf = ({ places, waiting }: Crowd): number =>
    waiting === 0 ? Number.POSITIVE_INFINITY : (within * places) / waiting;
  return new Map(
    chargers.map((charger) => {
      const shortest = Math.min(...crowdsOf(charger).map(turnOf));
      return [charger.id, Math.max(LEAST_TURN * handover, shortest - handover)];
    }),
  );
}

/** Finds the crowds that a charger belongs to, one per group on the way to the root. */
function crowdFinder(
  groups: readonly Pick<Group, 'id' | 'parent'>[],
): (charger: Waiting) => readonly Crowd[] {
  const parents = new Map(groups.map(({ id, parent }) => [id, parent]));
  const crowds = new Map<string, Crowd>();
  const paths = new Map<string, readonly Crowd[]>();
  return (charger) => {
    const phases = phasesKey(charger);
    const key = `${phases} ${charger.group}`;
    const known = paths.get(key);
    if (known !== undefined) return known;
    const path = new Set<Crowd>();
    for (let group: string | null = charger.group; group !== null; group = parents.get(group) ?? null) {
      const crowd = crowds.get(`${phases} ${group}`) ?? { places: 0, waiting: 0 };
      if (path.has(crowd)) break;
      crowds.set(`${phases} ${group}`, crowd);
      path.add(crowd);
    }
    paths.set(key, [...path]);
    return [...path];
  };
}

/** Those whose turn has been over for longest: as many as may give way now. */
function whoGivesWay(
  chargers: readonly Waiting[],
  turns: ReadonlyMap<string, number>,
  now: number,
  handover: number,
): Set<string> {
  const givingWay = new Set<string>();
  for (const kind of byPhases(chargers.filter(hasPlace))) {
    const turnOf = ({ id }: Waiting): number => turns.get(id) ?? 0;
    const atOnce = kind.reduce((sum, charger) => sum + handover / (turnOf(charger) + handover), 0);
    const leaving = kind.filter(({ steering }) => steering.share === 0).length;
    const over = (charger: Waiting): number => now - charger.steering.since - turnOf(charger);
    const done = kind
      .filter((charger) => charger.steering.share > 0 && over(charger) >= 0)
      .sort((a, b) => over(b) - over(a))
      .slice(0, Math.max(0, Math.ceil(AT_ONCE * atOnce) - leaving));
    for (const { id } of done) givingWay.add(id);
  }
  return givingWay;
}

/** For each place that changes hands, who on the same phases has waited longest. */
function heirsOf(chargers: readonly Waiting[], givingWay: ReadonlySet<string>): Set<string> {
  const heirs = new Set<string>();
  for (const kind of byPhases(chargers)) {
    const places = kind.filter(
      (charger) => givingWay.has(charger.id) || (hasPlace(charger) && charger.steering.share === 0),
    ).length;
    const next = kind
      .filter(isWaiting)
      .sort(
        ({ steering: one }, { steering: other }) => other.priority - one.priority || one.since - other.since,
      )
      .slice(0, places);
    for (const { id } of next) heirs.add(id);
  }
  return heirs;
}
