import { describe, expect, it } from 'vitest';
import type { Phases } from '../../../src/smart-charging/load-sharing.ts';
import { rankForTurns } from '../../../src/smart-charging/turns.ts';

const THREE: Phases = [true, true, true];
const ONE: Phases = [true, false, false];
const MINUTE = 60_000;
const SECOND = 1000;
const NOW = 100 * MINUTE;
const RULES = { turnWithin: 15 * MINUTE, handover: 6 * SECOND };
const SITE = [{ id: 'site', parent: null }];

interface Given {
  readonly phases?: Phases;
  readonly group?: string;
  readonly ceiling?: number;
  readonly priority?: number;
}

/** Charging at 6 A, or paused, for so many ms. */
function vehicle(id: string, share: 0 | 60, ms: number, given: Given = {}) {
  const { phases = THREE, group = 'site', ceiling = share, priority = 0 } = given;
  return { id, group, phases, ceiling, steering: { share, since: NOW - ms, priority, idle: false } };
}

function order(vehicles: readonly ReturnType<typeof vehicle>[], groups = SITE): string[] {
  const ranks = rankForTurns(vehicles, groups, NOW, RULES);
  return [...ranks].sort((a, b) => a[1] - b[1]).map(([id]) => id);
}

describe('turns', () => {
  it('leaves a place to whoever can take it over as it is: the one on the same phases', () => {
    const done = vehicle('done', 60, 12 * MINUTE);
    const single = vehicle('single', 0, 9 * MINUTE, { phases: ONE });
    const three = vehicle('three', 0, 8 * MINUTE);
    expect(order([done, single, three])).toEqual(['three', 'single', 'done']);
  });

  it("keeps a place for its heir while its current is still nobody's", () => {
    const left = vehicle('left', 0, 2 * SECOND, { ceiling: 60 });
    const single = vehicle('single', 0, 9 * MINUTE, { phases: ONE });
    const three = vehicle('three', 0, 8 * MINUTE);
    expect(order([left, single, three])).toEqual(['three', 'single', 'left']);
  });

  it('puts a priority before the same phases', () => {
    const done = vehicle('done', 60, 12 * MINUTE);
    const urgent = vehicle('urgent', 0, MINUTE, { phases: ONE, priority: 1 });
    const three = vehicle('three', 0, 8 * MINUTE);
    expect(order([done, three, urgent])).toEqual(['urgent', 'three', 'done']);
  });

  it('makes turns short where many wait for few places, and long where few wait', () => {
    const crowd = (waiting: number) => [
      vehicle('charging', 60, 5 * MINUTE),
      ...Array.from({ length: waiting }, (_, index) => vehicle(`waiting${index}`, 0, (index + 1) * SECOND)),
    ];
    expect(order(crowd(1))[0]).toBe('charging');
    expect(order(crowd(3)).at(-1)).toBe('charging');
  });

  it('counts only those who wait for the same phases, and those in the same part of the site', () => {
    const charging = vehicle('charging', 60, 5 * MINUTE, { group: 'garage' });
    const others = (group: string, phases: Phases) =>
      Array.from({ length: 3 }, (_, index) =>
        vehicle(`${index}`, 0, (index + 1) * SECOND, { group, phases }),
      );
    const groups = [
      { id: 'site', parent: null },
      { id: 'garage', parent: 'site' },
      { id: 'yard', parent: 'site' },
    ] as never;
    const yard = Array.from({ length: 9 }, (_, index) =>
      vehicle(`yard${index}`, 60, MINUTE, { group: 'yard' }),
    );
    expect(order([charging, ...others('garage', ONE)], groups)[0]).toBe('charging');
    expect(order([charging, ...yard, ...others('yard', THREE)], groups).indexOf('charging')).toBeLessThan(10);
    expect(order([charging, ...yard, ...others('garage', THREE)], groups).at(-1)).toBe('charging');
  });

  it('serves whoever has waited too long before all but those who have only just begun', () => {
    const begun = vehicle('begun', 60, 5 * SECOND);
    const charging = vehicle('charging', 60, MINUTE);
    const overdue = vehicle('overdue', 0, 14 * MINUTE, { phases: ONE });
    expect(order([charging, overdue, begun])).toEqual(['begun', 'overdue', 'charging']);
  });
});
