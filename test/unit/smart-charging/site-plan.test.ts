import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Group, Phases } from '../../../src/smart-charging/load-sharing.ts';
import { SiteLoad } from '../../../src/smart-charging/site-load.ts';
import {
  type PlanInput,
  type PlannedConnector,
  planSite,
  type Steering,
} from '../../../src/smart-charging/site-plan.ts';

const THREE: Phases = [true, true, true];
const MINUTE = 60_000;
const NOW = 100 * MINUTE;

function connector(
  id: string,
  steering: Partial<Steering> | undefined,
  given: Partial<PlannedConnector> = {},
): PlannedConnector {
  const share = steering?.share ?? 0;
  return {
    id,
    group: 'site',
    phases: THREE,
    ceiling: share,
    ...(steering && {
      steering: {
        share,
        since: NOW,
        minimum: 60,
        maximum: 320,
        weight: 1,
        priority: 0,
        idle: false,
        busy: false,
        unsure: false,
        ...steering,
      },
    }),
    ...given,
  };
}

function plan(limit: number, connectors: readonly PlannedConnector[], given: Partial<PlanInput> = {}) {
  const tenths = limit * 10;
  return planSite({
    now: NOW,
    groups: [{ id: 'site', parent: null, limit: [tenths, tenths, tenths] }],
    connectors,
    turns: { turnWithin: 15 * MINUTE, handover: 6000 },
    step: 5,
    ...given,
  });
}

describe('planning a site', () => {
  it('gives a newcomer only what is free now, and takes from the others first', () => {
    const { targets, changes } = plan(32, [connector('a', { share: 320 }), connector('new', {})]);
    expect(Object.fromEntries(targets)).toEqual({ new: 160, a: 160 });
    expect(changes).toEqual([{ id: 'a', current: 160 }]);
  });

  it('hands on what was given up once it is known to be free', () => {
    const still = connector('a', { share: 160 }, { ceiling: 320 });
    expect(plan(32, [still, connector('new', {})]).changes).toEqual([]);
    const free = connector('a', { share: 160 }, { ceiling: 160 });
    expect(plan(32, [free, connector('new', {})]).changes).toEqual([{ id: 'new', current: 160 }]);
  });

  it('reserves what it cannot steer', () => {
    const offline = connector('offline', undefined, { ceiling: 200 });
    const { changes, overloaded } = plan(32, [offline, connector('a', {})]);
    expect(changes).toEqual([{ id: 'a', current: 120 }]);
    expect(overloaded).toEqual([]);
    expect(plan(16, [offline, connector('a', {})]).overloaded).toEqual(['site']);
  });

  it('leaves a site in balance in peace: no message for less than a step', () => {
    const balanced = [connector('a', { share: 158 }), connector('b', { share: 160 })];
    expect(plan(32, balanced).changes).toEqual([]);
  });

  it('takes even small amounts from the others where a vehicle cannot start otherwise', () => {
    const others = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o'].map((id) =>
      connector(id, { share: 64, since: NOW - 1000 }),
    );
    const { changes } = plan(96, [...others, connector('new', {})]);
    expect(changes).toHaveLength(15);
    expect(changes.every(({ current }) => current === 60)).toBe(true);
  });

  it('sends a share again whose fate is unknown', () => {
    const unsure = connector('a', { share: 160, unsure: true }, { ceiling: 320 });
    expect(plan(16, [unsure]).changes).toEqual([{ id: 'a', current: 160 }]);
  });

  it('lets the paused take turns, the longest wait first', () => {
    const charging = connector('charging', { share: 60, since: NOW - 10 * MINUTE });
    const early = connector('early', { since: NOW - 9 * MINUTE });
    const late = connector('late', { since: NOW - 8 * MINUTE });
    expect(plan(6, [charging, late, early]).changes).toEqual([{ id: 'charging', current: 0 }]);
    const paused = connector('charging', { since: NOW });
    expect(plan(6, [paused, late, early]).changes).toEqual([{ id: 'early', current: 60 }]);
  });

  it('lets a vehicle charge on until its turn is over, unless somebody has waited too long', () => {
    const charging = connector('charging', { share: 60, since: NOW - 2 * MINUTE });
    const waiting = (minutes: number) => connector('waiting', { since: NOW - minutes * MINUTE });
    expect(plan(6, [charging, waiting(12)]).changes).toEqual([]);
    expect(plan(6, [charging, waiting(14)]).changes).toEqual([{ id: 'charging', current: 0 }]);
  });

  it("lets turns end one after the other, because a place that changes hands is nobody's for a while", () => {
    const charging = Array.from({ length: 20 }, (_, index) =>
      connector(`charging${index}`, { share: 60, since: NOW - 12 * MINUTE - index }),
    );
    const waiting = Array.from({ length: 20 }, (_, index) =>
      connector(`waiting${index}`, { since: NOW - 6 * MINUTE - index }),
    );
    const { changes } = plan(120, [...charging, ...waiting]);
    expect(changes).toEqual([{ id: 'charging19', current: 0 }]);
    const leaving = connector('charging19', { since: NOW - 1000 }, { ceiling: 60 });
    expect(plan(120, [...charging.slice(0, 19), leaving, ...waiting]).changes).toEqual([]);
  });

  it('pauses those who take nothing before those who do', () => {
    const full = connector('full', { share: 60, since: NOW - MINUTE, idle: true });
    expect(plan(6, [full, connector('new', {})]).changes).toEqual([{ id: 'full', current: 0 }]);
  });

  it('keeps below every limit if all increases and no reduction take effect', () => {
    const groups = fc
      .array(fc.record({ parent: fc.nat(3), limit: fc.tuple(fc.nat(1500), fc.nat(1500), fc.nat(1500)) }), {
        minLength: 1,
        maxLength: 4,
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
    const connectors = fc.array(
      fc.record({
        group: fc.nat(3),
        phases: fc.constantFrom<Phases>(THREE, [true, false, false], [false, false, true]),
        excess: fc.constantFrom(0, 0, 40),
        steering: fc.option(
          fc.record({
            share: fc.constantFrom(0, 60, 100, 160),
            since: fc.integer({ min: NOW - 20 * MINUTE, max: NOW }),
            minimum: fc.constant(60),
            maximum: fc.integer({ min: 60, max: 320 }),
            weight: fc.integer({ min: 1, max: 3 }),
            priority: fc.nat(3),
            idle: fc.boolean(),
            busy: fc.boolean(),
            unsure: fc.boolean(),
          }),
          { nil: undefined },
        ),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(groups, connectors, (tree, list) => {
        const placed = list.map(
          ({ group, phases, excess, steering }, index): PlannedConnector => ({
            id: `c${index}`,
            group: `g${group % tree.length}`,
            phases,
            ceiling: (steering?.share ?? 60) + excess,
            ...(steering && { steering }),
          }),
        );
        const before = new SiteLoad(tree);
        for (const { group, phases, ceiling } of placed) before.add(group, phases, ceiling);
        const { changes } = planSite({
          now: NOW,
          groups: tree,
          connectors: placed,
          turns: { turnWithin: 15 * MINUTE, handover: 6000 },
          step: 5,
        });
        const after = new SiteLoad(tree);
        for (const { id, group, phases, ceiling } of placed) {
          const change = changes.find((one) => one.id === id);
          after.add(group, phases, Math.max(ceiling, change?.current ?? 0));
        }
        for (const { id, limit } of tree) {
          limit.forEach((most, phase) => {
            const load = after.sumOf(id)[phase] ?? Number.NaN;
            expect(load <= most || load === before.sumOf(id)[phase]).toBe(true);
          });
        }
        for (const { id, current } of changes) {
          const steering = placed.find((one) => one.id === id)?.steering;
          expect(steering?.busy).toBe(false);
          expect(current === 0 || (current >= 60 && current <= (steering?.maximum ?? 0))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
