/**
 * Shares the current of a site among its running transactions. Pure: the same input gives the same answer.
 * All currents are whole tenths of an ampere per phase, so that no sum drifts above a limit by a binary
 * fraction.
 */

/** Which of the three phases of the site a vehicle loads. */
export type Phases = readonly [l1: boolean, l2: boolean, l3: boolean];

/** A part of the site with a limit of its own; the root has no parent. */
export interface Group {
  readonly id: string;
  readonly parent: string | null;
  /** Tenths of an ampere on L1, L2, L3; Infinity where nothing limits. */
  readonly limit: readonly [number, number, number];
}

export interface Charger {
  readonly id: string;
  readonly group: string;
  readonly phases: Phases;
  /** Least current that charges at all; below it the vehicle pauses. */
  readonly minimum: number;
  /**
   * Most that it can make use of: the lower of the connector's rating and, where it takes less than its
   * share, what it was seen to take.
   */
  readonly maximum: number;
  /** Share above the minimum in relation to the others; greater than 0. */
  readonly weight: number;
  /** Who is served first where not all can be: lower goes first. */
  readonly rank: number;
}

/** Current that is taken whatever Farad says: a charge point that is offline or refuses profiles. */
export interface Reservation {
  readonly group: string;
  readonly phases: Phases;
  readonly current: number;
}

export interface Site {
  readonly groups: readonly Group[];
  readonly chargers: readonly Charger[];
  readonly reserved: readonly Reservation[];
}

const ALL_PHASES = [0, 1, 2] as const;

/**
 * The current of each charger, by id; 0 means paused. Never above any limit on the path to the root, unless
 * what is reserved alone exceeds it. First every charger gets its minimum, in order of rank, as long as it
 * fits; the rest is filled up evenly by weight until a charger or a limit is full. Throws RangeError for a
 * group that is unknown or its own ancestor.
 */
export function shareLoad({ groups, chargers, reserved }: Site): Map<string, number> {
  const room = new SiteRoom(groups);
  for (const { group, phases, current } of reserved) room.take(room.pathOf(group), phases, current);

  const served: Share[] = [];
  const currents = new Map<string, number>();
  for (const charger of [...chargers].sort((a, b) => a.rank - b.rank)) {
    const path = room.pathOf(charger.group);
    const starts = charger.maximum >= charger.minimum && room.on(path, charger.phases) >= charger.minimum;
    currents.set(charger.id, starts ? charger.minimum : 0);
    if (!starts) continue;
    room.take(path, charger.phases, charger.minimum);
    served.push({ charger, path, current: charger.minimum });
  }
  fill(room, served);
  for (const { charger, current } of served) currents.set(charger.id, current);
  return currents;
}

interface Share {
  readonly charger: Charger;
  readonly path: readonly Node[];
  current: number;
}

interface Node {
  readonly parent: string | null;
  readonly left: [number, number, number];
  /** Sum of the weights that still grow, per phase; kept by {@link fill}. */
  readonly growing: [number, number, number];
}

/** What is left of every limit of a site. */
class SiteRoom {
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #paths = new Map<string, readonly Node[]>();

  constructor(groups: readonly Group[]) {
    this.#nodes = new Map(
      groups.map(({ id, parent, limit }) => [id, { parent, left: [...limit], growing: [0, 0, 0] }]),
    );
  }

  /** The group and all its ancestors. */
  pathOf(group: string): readonly Node[] {
    const known = this.#paths.get(group);
    if (known !== undefined) return known;
    const path: Node[] = [];
    for (let id: string | null = group; id !== null; ) {
      const node = this.#nodes.get(id);
      if (node === undefined) throw new RangeError(`there is no group ${id}`);
      if (path.includes(node)) throw new RangeError(`group ${id} is its own ancestor`);
      path.push(node);
      id = node.parent;
    }
    this.#paths.set(group, path);
    return path;
  }

  /** Least room on the path over the phases that are loaded. */
  on(path: readonly Node[], phases: Phases): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { left } of path) {
      for (const phase of ALL_PHASES) if (phases[phase] && left[phase] < least) least = left[phase];
    }
    return least;
  }

  take(path: readonly Node[], phases: Phases, current: number): void {
    for (const { left } of path) for (const phase of ALL_PHASES) if (phases[phase]) left[phase] -= current;
  }
}

/**
 * Raises all shares evenly by weight until nothing can grow: in each round to the next point where a charger
 * is satisfied or a limit is used up. What whole tenths leave over goes out one tenth at a time, in order of
 * rank.
 */
function fill(room: SiteRoom, served: readonly Share[]): void {
  let growing = served.filter(canGrow(room));
  while (growing.length > 0) {
    const level = nextLevel(growing);
    if (level === Number.POSITIVE_INFINITY) break;
    let raised = 0;
    for (const share of growing) raised += raise(room, share, Math.floor(level * share.charger.weight));
    if (raised === 0) for (const share of growing) raised += raise(room, share, 1);
    if (raised === 0) break;
    growing = growing.filter(canGrow(room));
  }
}

function canGrow(room: SiteRoom): (share: Share) => boolean {
  return ({ charger, path, current }) => current < charger.maximum && room.on(path, charger.phases) >= 1;
}

/** How far all can rise, per unit of weight, before the first of them or a limit is full. */
function nextLevel(growing: readonly Share[]): number {
  const nodes = new Set<Node>();
  for (const { charger, path } of growing) {
    for (const node of path) {
      if (!nodes.has(node)) node.growing.fill(0);
      nodes.add(node);
      for (const phase of ALL_PHASES) if (charger.phases[phase]) node.growing[phase] += charger.weight;
    }
  }
  let level = Number.POSITIVE_INFINITY;
  for (const { charger, current } of growing) {
    level = Math.min(level, (charger.maximum - current) / charger.weight);
  }
  for (const { left, growing: weights } of nodes) {
    for (const phase of ALL_PHASES) {
      if (weights[phase] > 0) level = Math.min(level, left[phase] / weights[phase]);
    }
  }
  return level;
}

/** Raises a share by up to `by` whole tenths; returns how much it was. */
function raise(room: SiteRoom, share: Share, by: number): number {
  const { charger, path, current } = share;
  const step = Math.min(by, Math.floor(charger.maximum - current), Math.floor(room.on(path, charger.phases)));
  if (step <= 0) return 0;
  room.take(path, charger.phases, step);
  share.current += step;
  return step;
}
