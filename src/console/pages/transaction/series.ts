import { baseValue, isTotal, powerFromEnergy } from '../../meter.ts';
import type { EnergyPoint, MeterSample, Transaction } from '../../model.ts';
import type { Line } from '../../parts/chart-line.ts';
import type { LimitStep } from '../../session-limit.ts';
import { t } from '../../words/words.ts';

/** From the start to the end; while it runs to now, and a minute at least. Epoch seconds. */
export function spanOf({ startedAt, stoppedAt }: Transaction, at: number): [number, number] {
  const from = Date.parse(startedAt) / 1000;
  return [
    from,
    stoppedAt === null ? Math.max(from + 60, at / 1000) : Math.max(from + 1, Date.parse(stoppedAt) / 1000),
  ];
}

/** px. */
export const CHART_HEIGHTS = { power: 240, energy: 160 };

export interface Series {
  /** Of readings, epoch seconds. */
  readonly times: readonly number[];
  readonly powerW: readonly (number | null)[];
  readonly energyWh: readonly (number | null)[];
  readonly charts: readonly {
    readonly label: string;
    readonly times: readonly number[];
    readonly lines: readonly Line[];
    readonly height: number;
  }[];
}

interface Readings {
  readonly powers: readonly MeterSample[];
  /** How the energy rose, as the API returns it. */
  readonly energy: readonly EnergyPoint[];
  readonly charges: readonly MeterSample[];
  readonly offers: readonly MeterSample[];
  readonly limits: readonly LimitStep[];
}

/** Returns the lines of a transaction's charts, made of its readings. */
export function seriesOf({ powers, energy, charges, offers, limits }: Readings): Series {
  const energyAt = new Map(energy.map(({ time, energyWh }) => [Date.parse(time) / 1000, energyWh]));
  const totals = powers.filter(isTotal);
  // Not every charge point reports its power; then it is what the energy rose by.
  const powerAt = totals.length > 0 ? valuesAt(totals) : powerFromEnergy(energyAt);
  const socAt = valuesAt(charges);
  const times = sorted([...powerAt.keys(), ...energyAt.keys(), ...socAt.keys()]);
  const offerAt = valuesAt(offers.filter(isTotal));
  const powerTimes = sorted([...times, ...offerAt.keys(), ...limits.map(({ at }) => at / 1000)]);
  const powerLines = [
    powerLine(along(powerTimes, powerAt), totals.length > 0 ? 'line' : 'steps'),
    ...(offerAt.size > 0 ? [offerLine(along(powerTimes, offerAt))] : []),
    ...(limits.length > 0 ? [limitLine(limitsAt(limits, powerTimes))] : []),
  ];
  const energyWh = along(times, energyAt);
  const energyLines = [
    energyLine(energyWh),
    ...(socAt.size > 0 ? [stateOfChargeLine(along(times, socAt))] : []),
  ];
  return {
    times,
    powerW: along(times, powerAt),
    energyWh,
    charts: [
      { label: t('Power'), height: CHART_HEIGHTS.power, times: powerTimes, lines: powerLines },
      { label: t('Energy'), height: CHART_HEIGHTS.energy, times, lines: energyLines },
    ],
  };
}

type Values = readonly (number | null)[];

function powerLine(watts: Values, shape: 'line' | 'steps'): Line {
  const values = known(kilo(watts));
  return { label: t('Power'), unit: 'kW', values, colour: 'series-1', filled: true, shape };
}

function offerLine(watts: Values): Line {
  const label = t('Offered by the charge point');
  return { label, unit: 'kW', values: known(kilo(watts)), colour: 'soft', shape: 'steps', dashed: true };
}

/** Null is a value of it: nothing limits then. */
function limitLine(watts: Values): Line {
  return { label: t('Limit'), unit: 'kW', values: kilo(watts), colour: 'accent', shape: 'steps' };
}

function energyLine(wattHours: Values): Line {
  return { label: t('Energy'), unit: 'kWh', values: known(kilo(wattHours)), colour: 'text' };
}

function stateOfChargeLine(percent: Values): Line {
  const label = t('State of charge');
  return { label, unit: '%', values: known(percent), colour: 'accent', dashed: true, right: true };
}

function along(times: readonly number[], values: ReadonlyMap<number, number>): Values {
  return times.map((time) => values.get(time) ?? null);
}

function kilo(values: Values): (number | null)[] {
  return values.map((value) => (value === null ? null : value / 1000));
}

function sorted(times: readonly number[]): number[] {
  return [...new Set(times)].sort((a, b) => a - b);
}

/** W at each of these times (epoch seconds, rising); null where nothing limits. */
function limitsAt(steps: readonly LimitStep[], times: readonly number[]): (number | null)[] {
  let next = 0;
  return times.map((time) => {
    while (next < steps.length && (steps[next]?.at ?? Infinity) <= time * 1000) next++;
    return steps[next - 1]?.limit?.watts ?? null;
  });
}

/** Measurands may come at different times: what is missing at one of them does not break a line. */
function known(values: readonly (number | null)[]): (number | undefined)[] {
  return values.map((value) => value ?? undefined);
}

/** By epoch seconds. */
function valuesAt(samples: readonly MeterSample[]): Map<number, number> {
  const values = new Map<number, number>();
  for (const sample of samples) {
    const value = baseValue(sample);
    if (value !== null) values.set(Date.parse(sample.time) / 1000, value);
  }
  return values;
}
