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

/** Turns are planned to come round well before the time that was promised: a change needs its time too. */
const OF_PROMISE = 0.7;
/** After so much of the promised time nothing else counts. */
const OVERDUE = 0.8;

/**
 * Turns end one after the other: while a place changes hands its current is nobody's. At most this part of those who charge gives way within
 * this part of a turn.
 */
const GIVE_WAY = { part: 0.1, within: 0.05 };

const OVERDUE_CLASS = 0;
const IN_TURN = 1;
const PAUSED = 2;
const TURN_OVER = 3;
const TAKES_NOTHING = 4;

/**
 * The rank of each charger, 0 first. Who charges goes on until his turn is over; then those come who have waited, the longest first. A turn is as
 * long as it can be while everybody still gets one within `turnWithin` ms, judging by how many charge at a time.
 */
export function rankForTurns(
  chargers: readonly Waiting[],
  now: number,
  turnWithin: number,
): Map<string, number> {
  const charging = chargers.filter(({ steering }) => steering.share > 0 && !steering.idle).length;
  const turn = (OF_PROMISE * turnWithin * Math.max(1, charging)) / Math.max(1, chargers.length);
  const givingWay = new Set(whoGivesWay(chargers, now, turn, charging));
  const classOf = ({ id, steering: { share, since, idle } }: Waiting): number => {
    const age = now - since;
    if (share === 0) return age >= OVERDUE * turnWithin ? OVERDUE_CLASS : PAUSED;
    if (idle) return TAKES_NOTHING;
    return age >= turn && givingWay.has(id) ? TURN_OVER : IN_TURN;
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

/** Of those whose turn is over, the ones that have charged longest, as many as may give way now. */
function whoGivesWay(chargers: readonly Waiting[], now: number, turn: number, charging: number): string[] {
  const lately = chargers.filter(
    ({ steering: { share, since } }) => share === 0 && now - since < GIVE_WAY.within * turn,
  ).length;
  const most = Math.max(1, Math.floor(charging * GIVE_WAY.part)) - lately;
  if (most <= 0) return [];
  return chargers
    .filter(({ steering: { share, since } }) => share > 0 && now - since >= turn)
    .sort((a, b) => a.steering.since - b.steering.since)
    .slice(0, most)
    .map(({ id }) => id);
}
