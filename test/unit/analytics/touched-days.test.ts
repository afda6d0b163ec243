import { describe, expect, test } from 'vitest';
import type { ConnectorDay } from '../../../src/analytics/energy/connector-day.ts';
import { TouchedDays } from '../../../src/analytics/energy/touched-days.ts';
import { partsOf } from '../../../src/analytics/energy/work-parts.ts';
import type { Engine } from '../../../src/analytics/engine.ts';

const NOW = Date.UTC(2026, 10, 29, 12);
const TODAY = Math.floor(NOW / 86_400_000);

interface Note extends ConnectorDay {
  readonly touchedAt: number;
}

interface Given {
  readonly chargePointId?: string;
  readonly since?: number;
}

/**
 * ClickHouse, as far as days that were touched go: what is not worked out is told at the start and by charge
 * point.
 */
class TouchedTable {
  now = NOW;
  /** Queries about some days that were asked. */
  parts = 0;
  failing = false;
  notes: Note[] = [];
  readonly days: TouchedDays;

  constructor(mostBeforeMore?: number) {
    const query = (sql: string, given = {}) => this.answer(sql, given);
    this.days = new TouchedDays({ query } as Engine, mostBeforeMore);
  }

  touch(days: readonly ConnectorDay[]): void {
    this.notes.push(...days.map((day) => ({ ...day, touchedAt: this.now + 1000 })));
  }

  /** Works out what is due and answers it. */
  async work(most: number): Promise<ConnectorDay[]> {
    this.now += 10_000;
    const due = this.days.due(await this.days.look(), most);
    const done = new Set(
      due.map(({ chargePointId, connectorId, day }) => `${chargePointId} ${connectorId} ${day}`),
    );
    this.notes = this.notes.filter(
      ({ chargePointId, connectorId, day }) => !done.has(`${chargePointId} ${connectorId} ${day}`),
    );
    for (const day of due) this.days.done(day, this.now);
    return due;
  }

  private async answer<Row>(sql: string, { chargePointId, since = 0 }: Given): Promise<Row[]> {
    if (!sql.includes('energy_touched')) return [{ now: this.now }] as Row[];
    if (sql.includes('count()')) return this.byDay() as Row[];
    if (this.failing) throw new Error('time limit');
    const days = /day IN \(([-\d, ]+)\)/.exec(sql)?.[1]?.split(', ').map(Number);
    this.parts += Number(days !== undefined);
    return this.notes.filter(
      (note) =>
        note.touchedAt >= since &&
        (chargePointId === undefined || note.chargePointId === chargePointId) &&
        (days === undefined || days.includes(note.day)),
    ) as Row[];
  }

  private byDay(): { day: number; notes: number }[] {
    const notesOf = new Map<number, number>();
    for (const { day } of this.notes) notesOf.set(day, (notesOf.get(day) ?? 0) + 1);
    return [...notesOf].map(([day, notes]) => ({ day, notes })).sort((one, other) => other.day - one.day);
  }
}

const dayOf = (place: number, change: Partial<ConnectorDay> = {}): ConnectorDay => ({
  chargePointId: `CP-${place}`,
  connectorId: 1,
  day: TODAY,
  ...change,
});
const fleet = (size: number, change: Partial<ConnectorDay> = {}) =>
  Array.from({ length: size }, (_, place) => dayOf(place, change));
const countOf = (due: readonly ConnectorDay[], isMeant: (one: ConnectorDay) => boolean) =>
  due.filter(isMeant).length;

describe('which days of energy are worked out next', () => {
  test.each([
    ['connectors', (index: number) => ({ connectorId: index + 1 })],
    ['dates long ago', (index: number) => ({ day: TODAY - 3 - index })],
    ['dates to come', (index: number) => ({ day: TODAY + 3 + index })],
  ])('a charge point with thousands of odd %s does not hold up the others', async (_, odd) => {
    const table = new TouchedTable();
    table.touch(Array.from({ length: 4000 }, (__, index) => dayOf(-1, odd(index))));
    table.touch(fleet(900));
    const due = await table.work(1000);
    expect(due).toHaveLength(1000);
    expect(countOf(due, ({ chargePointId }) => chargePointId !== 'CP--1')).toBeGreaterThanOrEqual(875);
    table.touch(fleet(900));
    expect(countOf(await table.work(1000), ({ chargePointId }) => chargePointId !== 'CP--1')).toBeGreaterThan(
      800,
    );
  });

  test('charge points have their turns where more of each waits than is taken', async () => {
    const table = new TouchedTable();
    table.touch(fleet(300));
    const seen = new Set<string>();
    for (let run = 0; run < 3; run++) {
      for (const { chargePointId } of await table.work(100)) seen.add(chargePointId);
      // Those that had theirs are touched again before the others had one.
      table.touch([...seen].map((chargePointId) => ({ chargePointId, connectorId: 1, day: TODAY })));
    }
    expect(seen.size).toBe(300);
  });

  test('days of the past go on beside a fleet that touches its last days all the time', async () => {
    const table = new TouchedTable();
    table.touch(fleet(50, { day: TODAY - 30 }));
    for (let run = 0; run < 2; run++) {
      table.touch(fleet(1000));
      await table.work(200);
    }
    expect(countOf(table.notes, ({ day }) => day === TODAY - 30)).toBe(0);
  });

  test('a charge point counts for so much of a backlog, however much of it waits', async () => {
    const { days } = new TouchedTable();
    for (let connectorId = 1; connectorId <= 3000; connectorId++) days.add(dayOf(0, { connectorId }), NOW);
    for (const day of fleet(11)) days.add(day, NOW);
    expect(days.count(undefined, 8)).toEqual({
      all: 3010,
      asked: 3010,
      backlog: 18,
      leftOver: 0,
    });
  });

  test('what waits can be taken before what was worked out and is to be once more', () => {
    const { days } = new TouchedTable();
    for (const day of fleet(20)) days.add(day, NOW);
    for (const day of fleet(10)) days.done(day, NOW + 1);
    const soon = NOW + 10_000;
    const meant = { isMeant: () => true };
    expect(days.due(soon, 100, { ...meant, wait: true }).map(({ chargePointId }) => chargePointId)).toEqual(
      fleet(20)
        .slice(10)
        .map(({ chargePointId }) => chargePointId),
    );
    expect(days.due(soon, 100, { ...meant, wait: false })).toHaveLength(10);
    expect(days.due(soon, 100)).toHaveLength(20);
  });

  test('what is beyond the bound of one charge point is taken up again from ClickHouse', async () => {
    const table = new TouchedTable();
    table.touch(Array.from({ length: 12_000 }, (_, index) => dayOf(0, { connectorId: index + 1 })));
    await table.days.look();
    expect(table.days.count().all).toBe(5000);
    for (let run = 0; run < 20 && table.notes.length > 0; run++) await table.work(1000);
    expect(table.notes).toEqual([]);
  });

  test('what an earlier process left is read part by part, and no more while much waits', async () => {
    const table = new TouchedTable(400);
    for (let ago = 0; ago < 120; ago++) table.touch(fleet(10, { day: TODAY - ago }));
    table.now += 3_600_000;
    await table.days.look(0);
    expect([table.parts, table.days.count().all]).toEqual([1, 1200]);
    await table.days.look();
    expect(table.parts).toBe(1);
    // Of one charge point it is known for the asking, of those that were not asked for it counts.
    const ofOne = { chargePointId: 'CP-7', isMeant: () => true };
    expect(table.days.count(ofOne).all).toBe(50);
    await table.days.know(['CP-7']);
    expect(table.days.count(ofOne).all).toBe(120);
    const isLongAgo = (day: number) => day < TODAY - 110;
    const longAgo = { isMeant: ({ day }: ConnectorDay) => isLongAgo(day), isNear: isLongAgo };
    expect(table.days.count(longAgo, 1, isLongAgo)).toMatchObject({
      asked: 9 * 10 + 9,
      leftOver: 9 * 10 + 1,
    });
    for (const day of table.days.due(table.now, 10_000)) table.days.done(day, table.now);
    await table.days.look();
    expect(table.parts).toBe(2);
  });

  test('where a part cannot be read it is read again, and none is left out', async () => {
    const table = new TouchedTable();
    for (let ago = 0; ago < 120; ago++) table.touch(fleet(10, { day: TODAY - ago }));
    table.failing = true;
    await expect(table.days.look()).rejects.toThrow('time limit');
    expect(table.days.count().all).toBe(1200);
    table.failing = false;
    await Promise.all([table.days.look(), table.days.look()]);
    expect(table.days.due(NOW + 60_000, 10_000)).toHaveLength(1200);
  });
});

describe('days that are worked out together', () => {
  const parts = (days: readonly ConnectorDay[]) =>
    partsOf(days.map((day) => ({ ...day, isForAnother: false })));

  test('those of many charge points are, side by side by their identities', () => {
    const ids = ['CP-3', 'CP-1', 'CP-2'];
    const days = ids.flatMap((chargePointId) =>
      [1, 2].map((connectorId) => dayOf(0, { chargePointId, connectorId })),
    );
    expect(parts(days)).toMatchObject([
      { firstDay: TODAY, lastDay: TODAY, chargePointIds: ['CP-1', 'CP-2', 'CP-3'] },
    ]);
    expect(parts(days)[0]?.days).toHaveLength(6);
  });

  test('those of one are where they lie close together, and each is once', () => {
    const far = [0, 1, 4, 30, 31].map((ago) => dayOf(0, { day: TODAY - ago }));
    const month = Array.from({ length: 100 }, (_, ago) => dayOf(1, { day: TODAY - ago }));
    const found = parts([...far, ...month]);
    const own = found.filter(({ chargePointIds }) => chargePointIds.includes('CP-0'));
    expect(own.map(({ firstDay, lastDay }) => [TODAY - firstDay, TODAY - lastDay])).toEqual([
      [31, 30],
      [4, 0],
    ]);
    expect(found.flatMap(({ days }) => days)).toHaveLength(105);
    for (const { firstDay, lastDay } of found) expect(lastDay - firstDay).toBeLessThan(35);
  });

  test('a query reads a bounded number of days and names a bounded length of identities', () => {
    const found = parts([
      ...fleet(2000),
      ...fleet(40).map((day) => ({ ...day, chargePointId: `${'x'.repeat(5000)}${day.chargePointId}` })),
    ]);
    for (const { chargePointIds } of found) {
      expect(chargePointIds.length).toBeLessThanOrEqual(500);
      expect(chargePointIds.join('').length).toBeLessThanOrEqual(50_000);
    }
    expect(found.flatMap(({ days }) => days)).toHaveLength(2040);
  });
});
