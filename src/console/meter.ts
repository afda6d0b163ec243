import type { MeterSample } from './model.ts';

export interface Latest {
  readonly powerW?: number;
  readonly soc?: number;
}

/** In W, Wh and so on, whatever prefix the charge point uses. */
export function baseValue({ value, unit }: MeterSample): number | null {
  return value !== null && unit.startsWith('k') ? value * 1000 : value;
}

export function isTotal({ phase, location }: MeterSample): boolean {
  return phase === '' && (location === '' || location === 'Outlet');
}

/** The newest of what a card shows, per connector. `samples` newest first. */
export function latestByConnector(samples: readonly MeterSample[]): Map<number, Latest> {
  const found = new Map<number, { powerW?: number; soc?: number }>();
  for (const sample of samples) {
    const value = baseValue(sample);
    if (value === null) continue;
    const latest = found.get(sample.connectorId) ?? {};
    found.set(sample.connectorId, latest);
    if (sample.measurand === 'SoC') latest.soc ??= value;
    if (!isTotal(sample)) continue;
    if (sample.measurand === 'Power.Active.Import') latest.powerW ??= value;
  }
  return found;
}

/**
 * Returns the mean power from each moment to the next, W, under the earlier one. `energies`: Wh by epoch
 * seconds, both rising.
 */
export function powerFromEnergy(energies: ReadonlyMap<number, number>): Map<number, number> {
  const powers = new Map<number, number>();
  let before: readonly [number, number] | undefined;
  for (const [time, value] of energies) {
    if (before && time > before[0]) powers.set(before[0], ((value - before[1]) * 3600) / (time - before[0]));
    before = [time, value];
  }
  return powers;
}
