import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Charger,
  type Group,
  type Phases,
  type Site,
  shareLoad,
} from '../../../src/smart-charging/load-sharing.ts';

const THREE: Phases = [true, true, true];
const L1: Phases = [true, false, false];
const amps = (a: number): [number, number, number] => [a * 10, a * 10, a * 10];

function charger(id: string, given: Partial<Charger> = {}): Charger {
  return { id, group: 'site', phases: THREE, minimum: 60, maximum: 320, weight: 1, rank: 0, ...given };
}

function share(site: Partial<Site> & Pick<Site, 'groups' | 'chargers'>): Record<string, number> {
  return Object.fromEntries(shareLoad({ reserved: [], ...site }));
}

describe('sharing the current of a site', () => {
  const site = (limit: number): Group[] => [{ id: 'site', parent: null, limit: amps(limit) }];

  it('shares equally, and lets one that takes less give the rest back', () => {
    const chargers = [charger('a'), charger('b'), charger('c', { maximum: 80 })];
    expect(share({ groups: site(48), chargers })).toEqual({ a: 200, b: 200, c: 80 });
  });

  it('gives no vehicle less than its minimum: the last in rank is paused', () => {
    const chargers = [charger('late', { rank: 3 }), charger('a', { rank: 1 }), charger('b', { rank: 2 })];
    expect(share({ groups: site(15), chargers })).toEqual({ a: 75, b: 75, late: 0 });
  });

  it('counts a single-phase vehicle on its own phase only', () => {
    const chargers = [charger('one', { phases: L1 }), charger('three')];
    const groups: Group[] = [{ id: 'site', parent: null, limit: [200, 400, 400] }];
    expect(share({ groups, chargers })).toEqual({ one: 100, three: 100 });
  });

  it('obeys the tightest limit on the path to the root, and hands on what a branch cannot use', () => {
    const groups: Group[] = [
      { id: 'site', parent: null, limit: amps(40) },
      { id: 'garage', parent: 'site', limit: amps(10) },
      { id: 'yard', parent: 'site', limit: amps(100) },
    ];
    const chargers = [charger('a', { group: 'garage' }), charger('b', { group: 'yard' })];
    expect(share({ groups, chargers })).toEqual({ a: 100, b: 300 });
  });

  it('keeps free what is reserved for those that are offline or refuse profiles', () => {
    const reserved = [{ group: 'site', phases: THREE, current: 100 }];
    expect(share({ groups: site(20), chargers: [charger('a')], reserved })).toEqual({ a: 100 });
  });

  it('shares by weight above the minimum', () => {
    const chargers = [charger('a', { weight: 3 }), charger('b')];
    expect(share({ groups: site(20), chargers })).toEqual({ a: 120, b: 80 });
  });

  it('gives the tenths that do not divide out one at a time', () => {
    const chargers = [charger('a'), charger('b'), charger('c')];
    const currents = Object.values(share({ groups: site(20), chargers }));
    expect(currents.reduce((sum, current) => sum + current)).toBe(200);
    expect(Math.max(...currents) - Math.min(...currents)).toBe(1);
  });

  it('refuses an unknown group and a group that is its own ancestor', () => {
    expect(() => share({ groups: [], chargers: [charger('a')] })).toThrow('no group site');
    const groups: Group[] = [{ id: 'site', parent: 'site', limit: amps(1) }];
    expect(() => share({ groups, chargers: [charger('a')] })).toThrow('its own ancestor');
  });

  it('never exceeds a limit, never gives below the minimum, and leaves nothing that a vehicle could use', () => {
    const groups = fc
      .array(fc.record({ parent: fc.nat(5), limit: fc.tuple(fc.nat(2000), fc.nat(2000), fc.nat(2000)) }), {
        minLength: 1,
        maxLength: 6,
      })
      .map((list) =>
        list.map(
          ({ parent, limit }, index): Group => ({
            id: `g${index}`,
            parent: index === 0 ? null : `g${parent % index}`,
            limit,
          }),
        ),
      );
    const chargers = fc.array(
      fc.record({
        group: fc.nat(5),
        phases: fc.constantFrom<Phases>(THREE, L1, [false, true, false], [true, true, false]),
        minimum: fc.integer({ min: 10, max: 80 }),
        maximum: fc.integer({ min: 0, max: 320 }),
        weight: fc.integer({ min: 1, max: 4 }),
        rank: fc.nat(9),
      }),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(groups, chargers, (tree, list) => {
        const placed = list.map((given, index) => ({
          ...given,
          id: `c${index}`,
          group: `g${given.group % tree.length}`,
        }));
        const currents = shareLoad({ groups: tree, chargers: placed, reserved: [] });
        const used = new Map(tree.map(({ id }) => [id, [0, 0, 0]]));
        const pathOf = (id: string | null): Group[] => {
          const group = tree.find((one) => one.id === id);
          return group === undefined ? [] : [group, ...pathOf(group.parent)];
        };
        for (const one of placed) {
          const current = currents.get(one.id) ?? Number.NaN;
          expect(current === 0 || (current >= one.minimum && current <= one.maximum)).toBe(true);
          for (const { id } of pathOf(one.group)) {
            one.phases.forEach((loaded, phase) => {
              const sums = used.get(id) as number[];
              if (loaded) sums[phase] = (sums[phase] as number) + current;
            });
          }
        }
        const spare = (one: Charger) =>
          Math.min(
            ...pathOf(one.group).flatMap(({ id, limit }) =>
              limit
                .filter((_, phase) => one.phases[phase])
                .map((_, index) => {
                  const phase = [0, 1, 2].filter((p) => one.phases[p])[index] as 0 | 1 | 2;
                  return limit[phase] - ((used.get(id) as number[])[phase] as number);
                }),
            ),
          );
        for (const { id, limit } of tree) {
          limit.forEach((most, phase) => {
            expect((used.get(id) as number[])[phase] as number).toBeLessThanOrEqual(most);
          });
        }
        for (const one of placed) {
          const current = currents.get(one.id) as number;
          if (current > 0) expect(current === one.maximum || spare(one) < 1).toBe(true);
          else expect(one.maximum < one.minimum || spare(one) < one.minimum).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
