import type { Group, Phases } from './load-sharing.ts';

const ALL_PHASES = [0, 1, 2] as const;

interface Node {
  readonly id: string;
  readonly parent: string | null;
  readonly limit: Group['limit'];
  readonly sum: [number, number, number];
}

/** What connectors take, added up over the groups of a site, in tenths of an ampere per phase. */
export class SiteLoad {
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #paths = new Map<string, readonly Node[]>();

  constructor(groups: readonly Group[]) {
    this.#nodes = new Map(groups.map((group) => [group.id, { ...group, sum: [0, 0, 0] }]));
  }

  /**
   * Adds a current to a group and all above it. Throws RangeError where the group is unknown or its own
   * ancestor.
   */
  add(group: string, phases: Phases, current: number): void {
    for (const { sum } of this.#pathOf(group)) {
      for (const phase of ALL_PHASES) if (phases[phase]) sum[phase] += current;
    }
  }

  /** What could be added without exceeding any limit on the path; negative where one is exceeded. */
  room(group: string, phases: Phases): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { limit, sum } of this.#pathOf(group)) {
      for (const phase of ALL_PHASES) if (phases[phase]) least = Math.min(least, limit[phase] - sum[phase]);
    }
    return least;
  }

  /** The same as a part of the limit that is tightest. */
  slack(group: string, phases: Phases): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { limit, sum } of this.#pathOf(group)) {
      for (const phase of ALL_PHASES) {
        if (phases[phase]) least = Math.min(least, (limit[phase] - sum[phase]) / Math.max(1, limit[phase]));
      }
    }
    return least;
  }

  sumOf(group: string): readonly [number, number, number] {
    return this.#nodes.get(group)?.sum ?? [0, 0, 0];
  }

  /** Groups where a limit is exceeded. */
  overloaded(): string[] {
    return [...this.#nodes.values()]
      .filter(({ limit, sum }) => ALL_PHASES.some((phase) => sum[phase] > limit[phase]))
      .map(({ id }) => id);
  }

  #pathOf(group: string): readonly Node[] {
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
}
