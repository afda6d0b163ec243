import type { ChargingRateUnit } from './charging-profile.ts';
import type { LevelCursor } from './level-cursor.ts';
import type { ProfileStack } from './profile-stack.ts';
import { convertTenths, DEFAULT_PHASES, fromTenths, NOMINAL_VOLTAGE } from './rate.ts';

export interface CompositeOptions {
  /** First instant of the schedule, epoch ms. */
  readonly from: number;
  /** Length, seconds; 0 asks for the present value only. */
  readonly duration: number;
  readonly unit: ChargingRateUnit;
  /** When charging began, epoch ms: anchors Relative profiles. Absent: as if a vehicle began at `from`. */
  readonly chargingSince?: number;
  /** Volts between phase and neutral, for conversion between A and W. */
  readonly voltage?: number;
  /**
   * What limits a transaction whose TxProfile has no active period. The standard says both "TxProfile
   * overrules for the transaction" and "fall back as if there were none" (§3.13.1, §3.13.2).
   */
  readonly txProfileGap?: 'tx-default' | 'unlimited';
}

export interface CompositePeriod {
  /** Seconds after `from`; fractional where `from` is not on the profile's own grid. */
  readonly startPeriod: number;
  /** In the schedule's unit, one decimal; null where no profile limits. */
  readonly limit: number | null;
  readonly numberPhases: number;
}

export interface CompositeSchedule {
  readonly connectorId: number;
  /** Epoch ms. */
  readonly scheduleStart: number;
  /** Seconds. */
  readonly duration: number;
  readonly chargingRateUnit: ChargingRateUnit;
  readonly chargingSchedulePeriod: readonly CompositePeriod[];
}

/**
 * What a charge point will allow on one connector: at each instant the lower of the transaction's limit and
 * the limit of the charge point (OCPP 1.6 ed. 2 §3.13.3). Equal neighbours are merged.
 */
export function compositeSchedule(stack: ProfileStack, options: CompositeOptions): CompositeSchedule {
  const walk = new ConnectorWalk(stack, options);
  return collect(stack.connectorId, options, walk);
}

/**
 * What a whole charge point will draw at most: the sum over its connectors, capped by its own limit
 * (OCPP 1.6 ed. 2 §5.7, asked for connector 0). `chargingSince` holds the start of charging of each stack, in
 * the same order.
 */
export function chargePointSchedule(
  stacks: readonly ProfileStack[],
  options: Omit<CompositeOptions, 'chargingSince'>,
  chargingSince: readonly (number | undefined)[],
): CompositeSchedule {
  const walks = stacks.map((stack, index) => {
    const since = chargingSince[index];
    return new ConnectorWalk(
      stack,
      since === undefined ? options : { ...options, chargingSince: since },
      false,
    );
  });
  const first = stacks[0];
  if (first === undefined) throw new RangeError('a charge point has at least one connector');
  return collect(0, options, new SumWalk(walks, first.chargePointMax, options));
}

/** Something whose limit can be followed forward in time. */
interface Walk {
  /** In tenths of the asked unit; Infinity where nothing limits. */
  tenths: number;
  phases: number;
  /** Until when (exclusive, epoch ms) the answer holds. */
  until: number;
  moveTo(instant: number): void;
}

function collect(connectorId: number, options: CompositeOptions, walk: Walk): CompositeSchedule {
  const { from, duration } = options;
  const end = from + duration * 1000;
  const periods: CompositePeriod[] = [];
  let lastTenths = Number.NaN;
  let lastPhases = 0;
  let instant = from;
  do {
    walk.moveTo(instant);
    if (walk.tenths !== lastTenths || walk.phases !== lastPhases) {
      lastTenths = walk.tenths;
      lastPhases = walk.phases;
      periods.push({
        startPeriod: (instant - from) / 1000,
        limit: lastTenths === Number.POSITIVE_INFINITY ? null : fromTenths(lastTenths),
        numberPhases: lastPhases,
      });
    }
    instant = walk.until;
  } while (instant < end);
  return {
    connectorId,
    scheduleStart: from,
    duration,
    chargingRateUnit: options.unit,
    chargingSchedulePeriod: periods,
  };
}

class ConnectorWalk implements Walk {
  tenths = Number.POSITIVE_INFINITY;
  phases = DEFAULT_PHASES;
  until = Number.NEGATIVE_INFINITY;
  readonly #tx: LevelCursor;
  readonly #txDefault: LevelCursor;
  readonly #chargePointMax: LevelCursor;
  readonly #capped: boolean;
  readonly #txDefaultApplies: boolean;
  readonly #unit: ChargingRateUnit;
  readonly #voltage: number;

  /**
   * `capped`: whether the charge point's own limit is applied here; not where the sum of connectors is
   * capped.
   */
  constructor(stack: ProfileStack, options: CompositeOptions, capped = true) {
    const since = options.chargingSince ?? options.from;
    this.#tx = stack.tx;
    this.#txDefault = stack.txDefault;
    this.#chargePointMax = stack.chargePointMax;
    this.#tx.reset(since);
    this.#txDefault.reset(since);
    this.#chargePointMax.reset(since);
    this.#capped = capped && stack.chargePointMax.profiles.length > 0;
    this.#txDefaultApplies = stack.tx.profiles.length === 0 || options.txProfileGap !== 'unlimited';
    this.#unit = options.unit;
    this.#voltage = options.voltage ?? NOMINAL_VOLTAGE;
  }

  moveTo(instant: number): void {
    this.tenths = Number.POSITIVE_INFINITY;
    this.phases = DEFAULT_PHASES;
    this.until = Number.POSITIVE_INFINITY;
    const transaction = this.#tx;
    transaction.moveTo(instant);
    this.until = transaction.until;
    if (transaction.governing >= 0) this.#apply(transaction);
    else if (this.#txDefaultApplies) this.#follow(this.#txDefault, instant);
    if (this.#capped) this.#follow(this.#chargePointMax, instant);
  }

  #follow(cursor: LevelCursor, instant: number): void {
    cursor.moveTo(instant);
    if (cursor.until < this.until) this.until = cursor.until;
    if (cursor.governing >= 0) this.#apply(cursor);
  }

  /** Takes a limit into account: the lower one holds, on no more phases than either allows. */
  #apply(cursor: LevelCursor): void {
    const phases = cursor.phases;
    const tenths = convertTenths(cursor.limit, cursor.unit, this.#unit, phases, this.#voltage);
    if (tenths < this.tenths) this.tenths = tenths;
    if (phases < this.phases) this.phases = phases;
  }
}

/** The sum of connectors under the charge point's own limit. */
class SumWalk implements Walk {
  tenths = Number.POSITIVE_INFINITY;
  phases = DEFAULT_PHASES;
  until = Number.NEGATIVE_INFINITY;
  readonly #connectors: readonly ConnectorWalk[];
  readonly #chargePointMax: LevelCursor;
  readonly #unit: ChargingRateUnit;
  readonly #voltage: number;

  constructor(connectors: readonly ConnectorWalk[], chargePointMax: LevelCursor, options: CompositeOptions) {
    this.#connectors = connectors;
    this.#chargePointMax = chargePointMax;
    this.#chargePointMax.reset(options.from);
    this.#unit = options.unit;
    this.#voltage = options.voltage ?? NOMINAL_VOLTAGE;
  }

  moveTo(instant: number): void {
    let sum = 0;
    let until = Number.POSITIVE_INFINITY;
    let phases = 0;
    for (const connector of this.#connectors) {
      connector.moveTo(instant);
      sum += connector.tenths;
      if (connector.until < until) until = connector.until;
      if (connector.phases > phases) phases = connector.phases;
    }
    const max = this.#chargePointMax;
    max.moveTo(instant);
    if (max.until < until) until = max.until;
    if (max.governing >= 0) {
      sum = Math.min(sum, convertTenths(max.limit, max.unit, this.#unit, max.phases, this.#voltage));
      phases = Math.min(phases, max.phases);
    }
    this.tenths = sum;
    this.phases = phases;
    this.until = until;
  }
}
