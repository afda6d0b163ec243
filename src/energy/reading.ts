/** A reading of imported energy, as a meter sample reports it (OCPP 1.6 ed. 2 §7.43). */
export interface EnergyReading {
  /** Epoch ms. */
  readonly at: number;
  /** Energy.Active.Import.Register, or Energy.Active.Import.Interval: energy since the reading before. */
  readonly measurand: 'register' | 'interval';
  /** Wh; NaN where the sample was no number. */
  readonly wh: number;
  /** Whether it was sent in kWh, so that less than one of them may be missing. */
  readonly coarse: boolean;
  readonly context: string;
  /** Empty where it was read over all phases. */
  readonly phase: string;
  readonly location: string;
  readonly transactionId: number | null;
}

/**
 * Why a reading counts for nothing.
 *
 * - `not-a-number`, `negative`, `beyond-any-meter`: no register stands at that.
 * - `outside-transaction`: below meterStart or above meterStop of its transaction, or later than the end of
 *   one that was closed without meterStop.
 * - `fell-and-returned`, `rose-and-fell-back`: those around it agree without it.
 * - `fell`: lower than before, and nothing came after it that bears it out.
 * - `too-fast`: no connector delivers so much in that time.
 * - `another-series`: it has nothing to do with the registers around it.
 */
export type LeftOutReason =
  | 'not-a-number'
  | 'negative'
  | 'beyond-any-meter'
  | 'outside-transaction'
  | 'fell-and-returned'
  | 'rose-and-fell-back'
  | 'fell'
  | 'too-fast'
  | 'another-series';

export interface LeftOut {
  readonly at: number;
  readonly wh: number;
  readonly transactionId: number | null;
  readonly reason: LeftOutReason;
}

/** Energy from one moment to another, epoch ms. */
export interface Piece {
  readonly since: number;
  readonly until: number;
  readonly wh: number;
  readonly transactionId: number | null;
}

/** A fall of the register that stayed: an exchanged meter, or a counter that began anew. */
export interface Fall {
  readonly at: number;
  readonly transactionId: number | null;
}

/** 1 TWh: what 1 MW delivers in a century. */
const MOST_REGISTER_WH = 1e12;

/** Why no register can stand at `wh`; undefined where one can. */
export function impossibility(wh: number): LeftOutReason | undefined {
  if (!Number.isFinite(wh)) return 'not-a-number';
  if (wh < 0) return 'negative';
  return wh > MOST_REGISTER_WH ? 'beyond-any-meter' : undefined;
}
