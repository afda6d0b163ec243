/** What decides whose turn it is. */
interface Waiting {
  readonly id: string;
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
/** Places change hands one after the other: so many times the number that do so on average. */
const AT_ONCE = 1.5;

const OVERDUE_CLASS = 0;
const IN_TURN = 1;
const PAUSED = 2;
const TURN_OVER = 3;
const TAKES_NOTHING = 4;

/**
 * The rank of each charger, 0 first. Who charges goes on until his turn is over; then those come who have waited, the longest first. A turn is as
 * long as it can be while everybody still gets one in time, judging by how many charge at a time.
 */
export function rankForTurns(
  chargers: readonly Waiting[],
  now: number,
  { turnWithin, handover }: TurnRules,
): Map<string, number> {
  const leaving = chargers.filter(
    ({ steering: { share, since } }) => share === 0 && now - since < handover,
  ).length;
  const charging = chargers.filter(({ steering }) => steering.share > 0 && !steering.idle).length;
  const places = Math.max(1, charging + leaving);
  const cycle = (OF_PROMISE * turnWithin * places) / Math.max(1, chargers.length);
  const turn = Math.max(2 * handover, cycle - handover);
  const mayLeave = Math.ceil((AT_ONCE * places * handover) / (turn + handover)) - leaving;
  const givingWay = new Set(whoGivesWay(chargers, now - turn, mayLeave));
  const classOf = ({ id, steering: { share, since, idle } }: Waiting): number => {
    if (share === 0) return now - since >= OVERDUE * turnWithin ? OVERDUE_CLASS : PAUSED;
    if (idle) return TAKES_NOTHING;
    return givingWay.has(id) ? TURN_OVER : IN_TURN;
  };
  const ordered = chargers
    .map((charger) => ({ charger, place: classOf(charger) }))
    .sort((a, b) => {
      if (a.place !== b.place) return a.place - b.place;
      const one = a.charger.steering;
      const other = b.charger.steering;
      // Whoever has waited longest comes first, and whoever has charged longest goes first.
      const byTime = one.share === 0 ? one.since - other.since : other.since - one.since;
      const byPriority = a.place === OVERDUE_CLASS ? 0 : other.priority - one.priority;
      return byPriority || byTime || (a.charger.id < b.charger.id ? -1 : 1);
    });
  return new Map(ordered.map(({ charger }, rank) => [charger.id, rank]));
}

/** The ones that have charged longest, since `before` or earlier: as many as may give way now. */
function whoGivesWay(chargers: readonly Waiting[], before: number, most: number): string[] {
  if (most <= 0) return [];
  return chargers
    .filter(({ steering: { share, since } }) => share > 0 && since <= before)
    .sort((a, b) => a.steering.since - b.steering.since)
    .slice(0, most)
    .map(({ id }) => id);
}
