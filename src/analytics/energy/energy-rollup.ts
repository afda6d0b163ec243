import { accountOf } from '../../energy/account.ts';
import { LONGEST_TRANSACTION_MS } from '../../energy/limits.ts';
import { type EnergyDayRow, energyDays } from '../../records/energy-days.ts';
import { type TransactionEnergyRow, transactionEnergy } from '../../records/transaction-energy.ts';
import type { Engine, ReadBounds } from '../engine.ts';
import { DAY_MS } from '../queries/range.ts';
import { Turns } from '../turns.ts';
import { type ConnectorDay, dayOf, keyOfDay } from './connector-day.ts';
import { itemsOfDay, lastFlowsOf } from './day-items.ts';
import { AROUND_MS, type EnergyInputs, inputKey, reachesInto, readInputs } from './energy-inputs.ts';
import type { EnergyScope } from './energy-scope.ts';
import { FleetDays } from './fleet-days.ts';
import { insertRows } from './insert-rows.ts';
import { type DueDay, TouchedDays } from './touched-days.ts';
import { WorkOfOthers } from './work-of-others.ts';
import { partsOf, type WorkPart } from './work-parts.ts';

export interface EnergyRollupOptions {
  readonly engine: Engine;
  /** Time limit of one query, ms. */
  readonly timeLimit: number;
  /** How long meter samples are kept, ms: days whose samples may be gone are not worked out anew. */
  readonly samplesKept: number;
  /** This node of a cluster, whose nodes share the work; absent: nobody else does any. */
  readonly node?: string | undefined;
}

/** Days of connectors that one run in the background works out at most. */
const MOST_AT_ONCE = 5000;

/** As many days are worked out at most before a question about the whole fleet is answered. */
const MOST_BEFORE_AN_ANSWER = 500;

/**
 * So many connectors of a charge point count for a day: what a broken one makes up beyond them does not keep
 * a fleet from its answers.
 */
const MOST_CONNECTORS = 4;

/**
 * What was noted in so short a time, ms, need not be noted anew where more waits than is worked out before an
 * answer.
 */
const LOOKED_LATELY_MS = 5000;

/** A question waits for about so long for what an earlier process has left to be known, ms. */
const PATIENCE_MS = 2000;

/** Moments of a day that may decide what the readings of the day before are worth. */
const FEW_MOMENTS = 10;

/** Days whose begin is remembered. */
const MOST_BEGINS = 200_000;

const NOTHING: EnergyInputs = { readings: [], transactions: [] };

/** How many days of connectors that a question is about are not worked out. */
export interface Backlog {
  /** Since a start, so that an answer would miss most of what there is. */
  readonly left: number;
  /** Of what has arrived since, so that an answer misses the latest of it. */
  readonly pending: number;
}

/**
 * Keeps energy by connector and day, and of each transaction: works a day out anew, from all its readings and
 * transactions, after any of them has arrived. What a question about one charge point or tag needs is worked
 * out before it is answered.
 */
export class EnergyRollup {
  private readonly engine: Engine;
  private readonly options: EnergyRollupOptions;
  private readonly days: TouchedDays;
  private readonly fleet: FleetDays;
  private readonly others: WorkOfOthers | undefined;
  private readonly turns = new Turns(1);
  /** The last run in the background has worked out as much as one may: more may wait. */
  hasMore = false;
  /** When somebody last asked for energy, monotonic ms. */
  askedAt = Number.NEGATIVE_INFINITY;
  /** When it was noted last what has arrived, by the monotonic clock. */
  private lookedAt = Number.NEGATIVE_INFINITY;
  /** How days began when they were worked out last. */
  private readonly begins = new Map<string, string>();

  constructor(options: EnergyRollupOptions) {
    this.options = options;
    this.engine = options.engine;
    this.days = new TouchedDays(options.engine);
    this.fleet = new FleetDays(options.engine);
    this.others = options.node === undefined ? undefined : new WorkOfOthers(options.engine, options.node);
  }

  /**
   * Works out some of what has been touched, unless fewer than `least` days are due; questions come in
   * between. Returns whether there was any. Throws EngineError.
   */
  async keepUp(least = 0): Promise<boolean> {
    const due = this.days.due(await this.look(), MOST_AT_ONCE);
    this.hasMore = due.length === MOST_AT_ONCE;
    if (due.length < least) return false;
    const parts = partsOf(due);
    for (const part of this.others?.inOwnOrder(parts) ?? parts)
      await this.turns.run(async () => this.workOut(await this.leftOf(part), true));
    await this.turns.run(() => this.fleet.sumUp(this.bounds(true)));
    return due.length > 0;
  }

  /** Nothing is known that would have to be worked out, now or later. */
  get isUpToDate(): boolean {
    return this.days.isEmpty;
  }

  /**
   * Works out what the answer to a question needs; of the whole fleet only a bounded part. Throws
   * EngineError.
   */
  async settle(scope: EnergyScope): Promise<Backlog> {
    this.askedAt = performance.now();
    const ids =
      scope.idTag === undefined ? undefined : new Set(await this.chargePointsOf(scope, scope.idTag));
    const [firstDay, lastDay] = [dayOf(scope.from) - 1, dayOf(scope.to) + 1];
    const { chargePointId } = scope;
    const isMeant = ({ chargePointId: id, day }: ConnectorDay) =>
      isNear(day) && id.startsWith(scope.prefix ?? '') && (ids === undefined || ids.has(id));
    const isNear = (day: number) => day >= firstDay && day <= lastDay;
    const isAsked = (day: number) => day > firstDay && day <= dayOf(scope.to - 1);
    const isFleet = chargePointId === undefined && ids === undefined;
    const meant = { chargePointId, isMeant, ...(isFleet && { isNear }) };
    if (isFleet) {
      const mostOfOne = MOST_CONNECTORS * (lastDay - firstDay + 1);
      const count = () => this.days.count(meant, mostOfOne, isAsked);
      let waiting = count();
      if (waiting.backlog <= MOST_BEFORE_AN_ANSWER || this.lookedAt < performance.now() - LOOKED_LATELY_MS) {
        await this.look(PATIENCE_MS);
        waiting = count();
      }
      // It does not wait for its turn either: what is worked out meanwhile would not be enough.
      if (waiting.backlog > MOST_BEFORE_AN_ANSWER) return { left: waiting.leftOver, pending: waiting.asked };
    }
    let rest = isFleet ? MOST_BEFORE_AN_ANSWER : MOST_AT_ONCE;
    // What is worked out may touch the days around it.
    for (let round = 0; round < 3 && rest > 0; round++) {
      const now = await this.look(PATIENCE_MS);
      if (!isFleet) await this.days.know(chargePointId === undefined ? (ids ?? []) : [chargePointId]);
      const due = this.days.due(now, rest, { ...meant, wait: true });
      due.push(...this.days.due(now, rest - due.length, { ...meant, wait: false }));
      if (due.length === 0) break;
      rest -= due.length;
      for (const part of partsOf(due)) await this.turns.run(() => this.workOut(part, false));
    }
    if (isFleet) await this.turns.run(() => this.fleet.sumUp(this.bounds(false), isNear));
    return { left: 0, pending: this.days.count(meant, undefined, isAsked).asked };
  }

  private bounds(patient: boolean): ReadBounds {
    return { timeLimitMs: this.options.timeLimit, patient };
  }

  /** How many days of connectors wait. */
  get waiting(): number {
    return this.days.count().all;
  }

  /** Returns the time of ClickHouse. */
  private async look(patienceMs?: number): Promise<number> {
    const now = await this.days.look(patienceMs);
    await this.lookAtOthers(now);
    this.lookedAt = performance.now();
    return now;
  }

  /** Takes note of what other nodes have worked out meanwhile. */
  private async lookAtOthers(now: number): Promise<void> {
    const { span } = this.days;
    if (!this.others || !span) return;
    const worked = await this.others.look(span, now);
    const news = worked.filter((day) => day.workedAt > (this.days.workedAt(day) ?? 0));
    // Who has worked it out may have ended before it was summed up.
    await this.fleet.change(news);
    for (const day of news) this.days.done(day, day.workedAt);
  }

  /** What of a part nobody has worked out since it was found to be due. */
  private async leftOf(part: WorkPart): Promise<WorkPart> {
    if (!this.others) return part;
    const now = await this.clock();
    await this.lookAtOthers(now);
    const days = part.days.filter((day) => this.days.isDue(day, now));
    return { ...part, days, chargePointIds: [...new Set(days.map(({ chargePointId }) => chargePointId))] };
  }

  /** The time of ClickHouse, epoch ms. */
  private async clock(): Promise<number> {
    const [row] = await this.engine.query<{ now: number }>('SELECT toUnixTimestamp64Milli(now64(3)) AS now');
    return row?.now ?? 0;
  }

  private async chargePointsOf({ from, to }: EnergyScope, idTag: string): Promise<string[]> {
    const rows = await this.engine.query<{ id: string }>(
      `
SELECT DISTINCT charge_point_id AS id FROM transactions
WHERE lower(id_tag) = lower({idTag:String})
  AND started_at BETWEEN fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to:Int64}, 'UTC')`,
      { idTag, from: from - 31 * DAY_MS, to },
    );
    return rows.map(({ id }) => id);
  }

  private async workOut(part: WorkPart, patient: boolean): Promise<void> {
    if (part.days.length === 0) return;
    const workedAt = await this.clock();
    const kept = await this.keptWithoutSamples(part, workedAt);
    for (const one of part.days) if (kept.has(keyOfDay(one))) this.days.done(one, workedAt);
    const due = part.days.filter((one) => !kept.has(keyOfDay(one)));
    if (due.length === 0) return;
    const inputs = await readInputs(this.engine, part, part.chargePointIds, workedAt, this.bounds(patient));
    const dayRows: EnergyDayRow[] = [];
    const transactionRows: TransactionEnergyRow[] = [];
    const doubtful: TransactionEnergyRow[] = [];
    for (const [key, ofConnector] of groupedBy(due, inputKey)) {
      const { readings, transactions } = inputs.get(key) ?? NOTHING;
      const account = accountOf(readings, transactions);
      for (const { day, chargePointId, connectorId } of ofConnector) {
        const items = itemsOfDay(account, transactions, day);
        const flowed = lastFlowsOf(items, account, transactions, day);
        dayRows.push({ day, chargePointId, connectorId, items, flowed, workedAt });
      }
      for (const transaction of transactions) {
        const { transactionId, chargePointId, startedAt } = transaction;
        const energy = account.transactions.get(transactionId);
        if (!energy || !ofConnector.some(({ day }) => reachesInto(transaction, day))) continue;
        const { energyWh, energySource: source, reason = '', flags } = energy;
        const row = { chargePointId, transactionId, energyWh, source, reason, flags, workedAt };
        const isWhole = source === 'registers' || startedAt >= workedAt - this.options.samplesKept;
        (isWhole ? transactionRows : doubtful).push(row);
      }
    }
    transactionRows.push(...(await this.grown(doubtful)));
    await insertRows(this.engine, transactionEnergy, transactionRows);
    await this.fleet.change(due);
    await insertRows(this.engine, energyDays, dayRows);
    const together = new Set(due.map(keyOfDay));
    for (const one of due) {
      this.days.done(one, workedAt);
      this.touchAround(one, inputs.get(inputKey(one)) ?? NOTHING, together, workedAt);
    }
  }

  /**
   * Days that were worked out while all their samples were there, some of which may be gone: what was worked
   * out stays.
   */
  private async keptWithoutSamples(
    { firstDay, lastDay, chargePointIds }: WorkPart,
    now: number,
  ): Promise<Set<string>> {
    const oldest = dayOf(now - this.options.samplesKept) + 2;
    if (firstDay > oldest) return new Set();
    const worked = await this.engine.query<ConnectorDay>(
      `
SELECT DISTINCT charge_point_id AS chargePointId, connector_id AS connectorId, day FROM energy_days
WHERE day BETWEEN {firstDay:Int32} AND {lastDay:Int32} AND charge_point_id IN ({chargePointIds:Array(String)})`,
      { firstDay, lastDay: Math.min(lastDay, oldest), chargePointIds },
    );
    return new Set(worked.map(keyOfDay));
  }

  /** Of transactions whose first readings may be gone those of which more is known than before. */
  private async grown(rows: readonly TransactionEnergyRow[]): Promise<readonly TransactionEnergyRow[]> {
    if (rows.length === 0) return rows;
    const kept = await this.engine.query<{ id: string; wh: number }>(
      `
SELECT concat(toString(transaction_id), ' ', charge_point_id) AS id, assumeNotNull(energy_wh) AS wh FROM transaction_energy FINAL
WHERE charge_point_id IN ({chargePointIds:Array(String)}) AND transaction_id IN (${rows.map(({ transactionId }) => transactionId).join(', ')})
  AND energy_wh IS NOT NULL`,
      { chargePointIds: [...new Set(rows.map(({ chargePointId }) => chargePointId))] },
    );
    const before = new Map(kept.map(({ id, wh }) => [id, wh]));
    return rows.filter(({ chargePointId, transactionId, energyWh }) => {
      const wh = before.get(`${transactionId} ${chargePointId}`);
      return wh === undefined || (energyWh !== null && energyWh > wh);
    });
  }

  /**
   * What reaches over the edges of a day decides about the days beside it, too: its first moments about the
   * day before, and those of a day that is not the latest about the day after. Those that were worked out
   * `together` with it have seen what it is made of.
   */
  private touchAround(
    one: DueDay,
    { readings, transactions }: EnergyInputs,
    together: ReadonlySet<string>,
    workedAt: number,
  ): void {
    if (one.isForAnother) return;
    const touch = (day: number) => {
      const other = { ...one, day };
      if (!together.has(keyOfDay(other))) this.days.add(other, workedAt);
    };
    const [begin, end] = [one.day * DAY_MS, (one.day + 1) * DAY_MS];
    let [first, moments] = [end, 0];
    let [before, after] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const see = (at: number) => {
      // A clock that was not set may report any year.
      if (at < begin - LONGEST_TRANSACTION_MS || at >= end + LONGEST_TRANSACTION_MS) return;
      if (at < begin) before = Math.max(before, at);
      else if (at >= end) after = Math.min(after, at);
      else {
        first = Math.min(first, at);
        moments++;
      }
    };
    for (const { at } of readings) if (at >= begin - AROUND_MS && at < end + AROUND_MS) see(at);
    for (const { startedAt, stoppedAt } of transactions) {
      see(startedAt);
      if (stoppedAt !== null) see(stoppedAt);
    }
    if (Number.isFinite(after)) {
      for (let day = one.day + 1; day <= dayOf(after); day++) touch(day);
    }
    // Bad readings are told by those that follow: later ones than these say nothing of the day before.
    const beginning = `${first} ${Math.min(moments, FEW_MOMENTS)}`;
    const key = keyOfDay(one);
    const isAsBefore = this.begins.get(key) === beginning;
    this.begins.delete(key);
    this.begins.set(key, beginning);
    if (this.begins.size > MOST_BEGINS) this.begins.delete(this.begins.keys().next().value ?? key);
    if (isAsBefore || !Number.isFinite(before)) return;
    for (let day = one.day - 1; day >= dayOf(before); day--) touch(day);
  }
}

function groupedBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
