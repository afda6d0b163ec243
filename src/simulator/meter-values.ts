import type { ReadingContext } from '../protocol/v16/generated/messages.ts';
import { type Charge, VOLTS } from './charge.ts';

/** Most samples that one meter value can have here. */
export const MAX_SAMPLES_PER_METER_VALUE = 16;

interface Quantity {
  readonly measurand: string;
  readonly unit: string;
  readonly phase?: string;
  readonly location?: string;
  readonly of: (charge: Charge) => number;
}

const DC_VOLTS = 400;
const amperePerPhase = (charge: Charge): number => charge.powerW / (VOLTS * charge.phases);

const AC: readonly Quantity[] = [
  { measurand: 'Energy.Active.Import.Register', unit: 'Wh', of: (charge) => Math.round(charge.registerWh) },
  { measurand: 'Power.Active.Import', unit: 'W', of: (charge) => Math.round(charge.powerW) },
  { measurand: 'Current.Import', unit: 'A', phase: 'L1', of: amperePerPhase },
  {
    measurand: 'Current.Import',
    unit: 'A',
    phase: 'L2',
    of: (charge) => (charge.phases < 2 ? 0 : amperePerPhase(charge)),
  },
  {
    measurand: 'Current.Import',
    unit: 'A',
    phase: 'L3',
    of: (charge) => (charge.phases < 3 ? 0 : amperePerPhase(charge)),
  },
  { measurand: 'Voltage', unit: 'V', phase: 'L1-N', of: (charge) => 231.5 - amperePerPhase(charge) / 16 },
  { measurand: 'Temperature', unit: 'Celsius', location: 'Body', of: (charge) => 22 + charge.powerW / 2_000 },
  { measurand: 'Voltage', unit: 'V', phase: 'L2-N', of: (charge) => 230.5 - amperePerPhase(charge) / 16 },
  { measurand: 'Voltage', unit: 'V', phase: 'L3-N', of: (charge) => 229.5 - amperePerPhase(charge) / 16 },
  { measurand: 'Current.Offered', unit: 'A', of: (charge) => charge.offeredAmpere },
  { measurand: 'Power.Offered', unit: 'W', of: (charge) => charge.offeredAmpere * VOLTS * charge.phases },
  { measurand: 'Power.Factor', unit: 'Percent', of: () => 98.5 },
  { measurand: 'Power.Reactive.Import', unit: 'var', of: (charge) => Math.round(charge.powerW * 0.17) },
  { measurand: 'Energy.Active.Import.Interval', unit: 'Wh', of: (charge) => charge.intervalWh },
  {
    measurand: 'Energy.Reactive.Import.Register',
    unit: 'varh',
    of: (charge) => Math.round(charge.registerWh * 0.17),
  },
  { measurand: 'SoC', unit: 'Percent', location: 'EV', of: (charge) => charge.soc * 100 },
];

const DC: readonly Quantity[] = [
  { measurand: 'Energy.Active.Import.Register', unit: 'Wh', of: (charge) => Math.round(charge.registerWh) },
  { measurand: 'Power.Active.Import', unit: 'W', of: (charge) => Math.round(charge.powerW) },
  { measurand: 'SoC', unit: 'Percent', location: 'EV', of: (charge) => charge.soc * 100 },
  {
    measurand: 'Current.Import',
    unit: 'A',
    of: (charge) => charge.powerW / (DC_VOLTS * (0.9 + charge.soc / 5)),
  },
  { measurand: 'Voltage', unit: 'V', of: (charge) => DC_VOLTS * (0.9 + charge.soc / 5) },
  {
    measurand: 'Temperature',
    unit: 'Celsius',
    location: 'Cable',
    of: (charge) => 24 + charge.powerW / 9_000,
  },
  { measurand: 'Power.Offered', unit: 'W', of: (charge) => charge.hardware.maxPowerW },
  { measurand: 'Current.Offered', unit: 'A', of: (charge) => charge.hardware.maxPowerW / DC_VOLTS },
  {
    measurand: 'Temperature',
    unit: 'Celsius',
    location: 'Body',
    of: (charge) => 26 + charge.powerW / 12_000,
  },
  { measurand: 'Energy.Active.Import.Interval', unit: 'Wh', of: (charge) => charge.intervalWh },
  {
    measurand: 'Power.Active.Import',
    unit: 'W',
    location: 'Inlet',
    of: (charge) => Math.round(charge.powerW * 1.06),
  },
  {
    measurand: 'Current.Import',
    unit: 'A',
    phase: 'L1',
    location: 'Inlet',
    of: (charge) => (charge.powerW * 1.06) / 690,
  },
  {
    measurand: 'Current.Import',
    unit: 'A',
    phase: 'L2',
    location: 'Inlet',
    of: (charge) => (charge.powerW * 1.06) / 690,
  },
  {
    measurand: 'Current.Import',
    unit: 'A',
    phase: 'L3',
    location: 'Inlet',
    of: (charge) => (charge.powerW * 1.06) / 690,
  },
  { measurand: 'Voltage', unit: 'V', phase: 'L1-N', location: 'Inlet', of: () => VOLTS },
  { measurand: 'Power.Factor', unit: 'Percent', location: 'Inlet', of: () => 97.5 },
];

/** A meter value as JSON text, with what has to be known to check later that every sample arrived. */
export interface MeterValueText {
  /** `{"timestamp":...,"sampledValue":[...]}` */
  readonly text: string;
  readonly count: number;
  /** Exact: all values are multiples of one half. */
  readonly sum: number;
}

/**
 * Reads the meter: `samples` sampled values at `timestamp`. Values are whole or half units, so that sums over
 * millions of them stay exact in floating point and can be compared for equality.
 */
export function readMeter(
  charge: Charge,
  samples: number,
  timestamp: string,
  context: ReadingContext,
): MeterValueText {
  const quantities = charge.hardware.current === 'DC' ? DC : AC;
  const endings = endingsOf(quantities, context);
  let text = `{"timestamp":"${timestamp}","sampledValue":[`;
  let sum = 0;
  const count = Math.min(samples, quantities.length);
  for (let index = 0; index < count; index++) {
    const halves = Math.round((quantities[index] as Quantity).of(charge) * 2);
    sum += halves;
    text += (index === 0 ? '{"value":"' : ',{"value":"') + halvesText(halves) + (endings[index] as string);
  }
  return { text: `${text}]}`, count, sum: sum / 2 };
}

/** The energy register alone: what a charge point puts into transactionData at both ends of a transaction. */
export function readRegister(charge: Charge, timestamp: string, context: ReadingContext): MeterValueText {
  return readMeter(charge, 1, timestamp, context);
}

const endingsCache = new Map<readonly Quantity[], Map<ReadingContext, readonly string[]>>();

/** What follows the value in each sampled value; the same for every reading, so it is written once. */
function endingsOf(quantities: readonly Quantity[], context: ReadingContext): readonly string[] {
  let byContext = endingsCache.get(quantities);
  if (byContext === undefined) {
    byContext = new Map();
    endingsCache.set(quantities, byContext);
  }
  let endings = byContext.get(context);
  if (endings === undefined) {
    endings = quantities.map(({ measurand, unit, phase, location }) => {
      const members = JSON.stringify({
        context,
        format: 'Raw',
        measurand,
        phase,
        location: location ?? 'Outlet',
        unit,
      });
      return `",${members.slice(1)}`;
    });
    byContext.set(context, endings);
  }
  return endings;
}

const CACHED_HALVES = 2_048;
const halvesCache: readonly string[] = Array.from({ length: CACHED_HALVES }, (_, halves) =>
  String(halves / 2),
);

function halvesText(halves: number): string {
  return halvesCache[halves] ?? String(halves / 2);
}
