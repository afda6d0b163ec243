import { inTime, lateEnergy } from './begin-time.ts';
import { follow, wrapped } from './follow.ts';
import { DEFAULT_LIMITS, type EnergyLimits, mostOfTransaction, READING_SLACK_MS } from './limits.ts';
import { type MeterSeries, type Moment, seriesOf } from './moments.ts';
import { type EnergyReading, type Fall, impossibility, type LeftOut, type Piece } from './reading.ts';
import { refutationOf } from './refutation.ts';
import { shareOut } from './share-out.ts';
import { refutedTrack, type Track, trackOf } from './track.ts';

/** What the StartTransaction and StopTransaction of a transaction say. Times are epoch ms, registers Wh. */
export interface TransactionRegisters {
  readonly transactionId: number;
  readonly startedAt: number;
  readonly meterStart: number | null;
  readonly stoppedAt: number | null;
  readonly meterStop: number | null;
  readonly state: 'open' | 'stopped' | 'superseded' | 'unmatched' | 'closed';
  readonly stopReason: string;
  /**
   * What was odd about its messages; `meter-start-missing`, `stop-time-unreadable` and their like say what
   * not to count on.
   */
  readonly flags: readonly string[];
}

/** Why the energy of a transaction cannot be known. */
export type UnknownEnergy =
  | 'no-readings'
  | 'meter-start-missing'
  | 'meter-stop-missing'
  | 'meter-stop-below-start'
  | 'too-much-for-its-time'
  | 'overlapping'
  | 'unmatched';

/** Energy as it is published: never negative, and null where nothing determines it. */
export interface TransactionEnergy {
  /** So far, while the transaction is open. */
  readonly energyWh: number | null;
  /** `registers`: meterStop - meterStart. `readings`: worked out from its own readings. */
  readonly energySource: 'registers' | 'readings' | 'none';
  /** Why there is none. */
  readonly reason?: UnknownEnergy;
  /**
   * What to review: `register-fell`, `register-jumped`, `register-wrapped`, `session-register` (readings
   * count from the begin of the transaction), `start-of-another-series`, `readings-left-out`,
   * `meter-start-missing`, `meter-stop-missing`, `meter-stop-implausible`, `overlapping` (another one claims
   * what it claims), `start-time-implausible`.
   */
  readonly flags: readonly string[];
}

/** The energy of a transaction over its time. */
export interface TransactionCurve {
  readonly energy: TransactionEnergy;
  readonly pieces: readonly Piece[];
  /**
   * What its register stood at first and last, as other transactions may go on from; undefined where that is
   * not known.
   */
  readonly first: Moment | undefined;
  readonly last: Moment | undefined;
  readonly leftOut: readonly LeftOut[];
  readonly falls: readonly Fall[];
}

/** Returns what meterStart and meterStop alone determine. */
export function energyOfRegisters(
  transaction: TransactionRegisters,
  limits: EnergyLimits = DEFAULT_LIMITS,
): TransactionEnergy {
  return energyOfTransaction(transaction, [], limits);
}

/** Returns what meterStart, meterStop and the transaction's own readings, in any order, determine. */
export function energyOfTransaction(
  transaction: TransactionRegisters,
  readings: readonly EnergyReading[],
  limits: EnergyLimits = DEFAULT_LIMITS,
): TransactionEnergy {
  const told = inTime(readings, [transaction]);
  const [only = transaction] = told.transactions;
  const { energy } = curveOf(only, told.readings, limits);
  return told.late.size > 0 ? lateEnergy(energy) : energy;
}

/**
 * Works out the energy of a transaction and how it spreads over its time, from its own readings in any order.
 */
export function curveOf(
  transaction: TransactionRegisters,
  readings: readonly EnergyReading[],
  limits: EnergyLimits = DEFAULT_LIMITS,
): TransactionCurve {
  if (transaction.state === 'unmatched') return unknown('unmatched');
  const leftOut: LeftOut[] = [];
  const start = startOf(transaction);
  const stop = stopOf(transaction);
  const series = seriesOf(stop ? readings : untilClosed(transaction, readings, leftOut), leftOut);
  // What names no transaction may be of something else.
  const areOwn = readings.some(({ transactionId }) => transactionId !== null);
  const curve =
    start && stop && isPlausible(transaction, stop.wh - start.wh, limits)
      ? areOwn
        ? judged(transaction, start, stop, series, limits)
        : byRegisters(transaction, start, stop, series)
      : series.moments.length > 0 || series.begin
        ? byReadings(transaction, start, stop, trackOf(start, stop, series, limits), limits)
        : withoutReadings(transaction, start, stop, limits);
  if (leftOut.length + curve.leftOut.length === 0) return curve;
  return {
    ...curve,
    leftOut: [...leftOut, ...curve.leftOut],
    energy: { ...curve.energy, flags: [...curve.energy.flags, 'readings-left-out'] },
  };
}

/**
 * Readings until a transaction was closed: no register covers what is said to come after that. The others
 * are added to `leftOut`.
 */
function untilClosed(
  { transactionId, state, startedAt, stoppedAt }: TransactionRegisters,
  readings: readonly EnergyReading[],
  leftOut: LeftOut[],
): readonly EnergyReading[] {
  if (state !== 'closed' || stoppedAt === null || stoppedAt < startedAt) return readings;
  const until = stoppedAt + READING_SLACK_MS;
  for (const { at, wh } of readings) {
    if (at > until) leftOut.push({ at, wh, transactionId, reason: 'outside-transaction' });
  }
  return readings.filter(({ at }) => at <= until);
}

/** The register that its StartTransaction named; undefined where it named none that can be. */
function startOf({ startedAt, meterStart, flags }: TransactionRegisters): Moment | undefined {
  return register('meter-start', startedAt, meterStart, flags);
}

function stopOf({ stoppedAt, meterStop, flags }: TransactionRegisters): Moment | undefined {
  return stoppedAt === null ? undefined : register('meter-stop', stoppedAt, meterStop, flags);
}

function register(name: string, at: number, wh: number | null, flags: readonly string[]): Moment | undefined {
  if (wh === null || impossibility(wh) !== undefined) return undefined;
  const isStandIn = ['missing', 'unreadable', 'out-of-range'].some((oddity) =>
    flags.includes(`${name}-${oddity}`),
  );
  return isStandIn ? undefined : { at, wh, coarse: false };
}

function isPlausible(transaction: TransactionRegisters, wh: number, limits: EnergyLimits): boolean {
  return wh >= 0 && wh <= mostOf(transaction, limits);
}

function mostOf({ startedAt, stoppedAt, flags }: TransactionRegisters, limits: EnergyLimits): number {
  const ms = (stoppedAt ?? startedAt) - startedAt;
  const isTimed = ms >= 0 && !flags.some((flag) => /^(start|stop)-time-/.test(flag));
  return mostOfTransaction(isTimed ? ms : undefined, limits);
}

function byRegisters(
  { transactionId }: TransactionRegisters,
  start: Moment,
  stop: Moment,
  series: MeterSeries,
): TransactionCurve {
  const { steps, leftOut } = shareOut(start, stop, series);
  return {
    energy: { energyWh: rounded(stop.wh - start.wh), energySource: 'registers', flags: [] },
    pieces: steps.map((step) => ({ ...step, transactionId })),
    first: start,
    last: stop,
    leftOut: leftOut.map(({ moment: { at, wh }, reason }) => ({
      at,
      wh,
      transactionId,
      reason: reason === 'outside' ? 'outside-transaction' : reason,
    })),
    falls: [],
  };
}

function withoutReadings(
  transaction: TransactionRegisters,
  start: Moment | undefined,
  stop: Moment | undefined,
  limits: EnergyLimits,
): TransactionCurve {
  const { transactionId, state } = transaction;
  if (start === undefined) return { ...unknown('meter-start-missing'), last: stop };
  if (stop === undefined)
    return {
      ...unknown(state === 'stopped' ? 'meter-stop-missing' : 'no-readings'),
      first: start,
      last: start,
    };
  const energyWh = wrapped(start, stop, mostOf(transaction, limits));
  if (energyWh === undefined) {
    const reason = stop.wh < start.wh ? 'meter-stop-below-start' : 'too-much-for-its-time';
    // What comes next on the connector shows which of the two was wrong; the lower of them cannot claim what
    // was not delivered.
    return { ...unknown(reason), first: start, last: start };
  }
  return {
    energy: { energyWh: rounded(energyWh), energySource: 'registers', flags: ['register-wrapped'] },
    pieces: [{ since: start.at, until: Math.max(stop.at, start.at), wh: energyWh, transactionId }],
    first: start,
    last: stop,
    leftOut: [],
    falls: [],
  };
}

/** Registers that could be right by themselves count unless the readings clearly speak against them. */
function judged(
  transaction: TransactionRegisters,
  start: Moment,
  stop: Moment,
  series: MeterSeries,
  limits: EnergyLimits,
): TransactionCurve {
  const refutation = refutationOf(start, stop, series, limits);
  if (refutation?.isClear)
    return byReadings(transaction, start, stop, refutedTrack(start, stop, refutation), limits);
  const curve = byRegisters(transaction, start, stop, series);
  // That readings are left out is flagged with what is left out.
  if (refutation === undefined || refutation.flag === 'readings-left-out') return curve;
  return { ...curve, energy: { ...curve.energy, flags: [refutation.flag] } };
}

function byReadings(
  transaction: TransactionRegisters,
  start: Moment | undefined,
  stop: Moment | undefined,
  { base, moments, end, isSession, isStartLeft }: Track,
  limits: EnergyLimits,
): TransactionCurve {
  const { transactionId, state } = transaction;
  const { kept, leftOut, falls, hasWrapped } = follow(
    [...(base ? [base] : []), ...moments, ...(end ? [end] : [])].sort((a, b) => a.at - b.at),
    limits,
  );
  const out: LeftOut[] = leftOut
    .filter(({ moment }) => !isSame(moment, base) && !isSame(moment, end))
    .map(({ moment: { at, wh }, reason }) => ({ at, wh, transactionId, reason }));
  if (kept.length < 2) {
    const reason = start
      ? state === 'stopped'
        ? 'meter-stop-missing'
        : 'no-readings'
      : 'meter-start-missing';
    const known = { first: start ?? kept[0], last: start ?? kept[0] };
    return { ...unknown(reason), ...known, leftOut: out };
  }
  const pieces: Piece[] = [];
  let energyWh = 0;
  for (const [index, { at, gain }] of kept.entries()) {
    energyWh += gain;
    if (gain > 0) pieces.push({ since: kept[index - 1]?.at ?? at, until: at, wh: gain, transactionId });
  }
  const isOfAnother =
    isStartLeft || (!isSession && start !== undefined && kept[1]?.isAnew === true && isSame(kept[0], start));
  const flags: string[] = [];
  if (falls.length > 0) flags.push('register-fell');
  if (kept.some((one, index) => one.isAnew && index > (isOfAnother ? 1 : 0) && !falls.includes(one.at)))
    flags.push('register-jumped');
  if (hasWrapped) flags.push('register-wrapped');
  if (isSession) flags.push('session-register');
  if (isOfAnother) flags.push('start-of-another-series');
  if (start === undefined) flags.push('meter-start-missing');
  if (stop && !isSame(kept.at(-1), stop)) flags.push('meter-stop-implausible');
  if (stop === undefined && state === 'stopped') flags.push('meter-stop-missing');
  const tail = kept.at(-1);
  const first = isOfAnother ? kept[isStartLeft ? 0 : 1] : (start ?? kept[0]);
  return {
    energy: { energyWh: rounded(energyWh), energySource: 'readings', flags },
    pieces,
    first,
    last: isSession && tail ? { ...tail, wh: start ? start.wh + energyWh : tail.wh } : tail,
    leftOut: out,
    falls: falls.map((at) => ({ at, transactionId })),
  };
}

/** To a thousandth of 1 Wh: what is beyond that comes of adding up. */
function rounded(wh: number): number {
  return Math.round(wh * 1000) / 1000;
}

function isSame(a: Moment | undefined, b: Moment | undefined): boolean {
  return a !== undefined && b !== undefined && a.at === b.at && a.wh === b.wh;
}

/** A transaction of which nothing is known. */
export function unknown(reason: UnknownEnergy): TransactionCurve {
  return {
    energy: { energyWh: null, energySource: 'none', reason, flags: [] },
    pieces: [],
    first: undefined,
    last: undefined,
    leftOut: [],
    falls: [],
  };
}
