import type { ChargingRateUnit } from './charging-profile.ts';

/**
 * A limit in exact arithmetic. OCPP gives limits in steps of 0.1 A or 0.1 W (§7.13), so they are held as
 * whole tenths and never compared as binary fractions. A is per phase, W is the total over all phases (errata
 * 3.69).
 */
export interface Rate {
  /** Tenths of an ampere or of a watt; Infinity where nothing limits. */
  readonly tenths: number;
  readonly unit: ChargingRateUnit;
  /** Phases that the limit speaks of, 1 to 3; 3 where the profile does not say (§7.14). */
  readonly phases: number;
}

/** Phases meant by a schedule period without numberPhases (OCPP 1.6 ed. 2 §7.14). */
export const DEFAULT_PHASES = 3;

/** Volts between phase and neutral, where nobody has configured another. */
export const NOMINAL_VOLTAGE = 230;

/** `limit` of a schedule period as whole tenths: 8.1 is 81, whatever its binary form. */
export function toTenths(limit: number): number {
  return Math.round(limit * 10);
}

/** Whole tenths as the number that goes on the wire. */
export function fromTenths(tenths: number): number {
  return tenths / 10;
}

/**
 * `tenths` of one unit in tenths of another: P = U x I x phases (OCPP 1.6 ed. 2 §7.12).
 * From W to A it rounds down, since a limit must never grow by a conversion.
 */
export function convertTenths(
  tenths: number,
  from: ChargingRateUnit,
  to: ChargingRateUnit,
  phases: number,
  voltage: number,
): number {
  if (from === to || tenths === Number.POSITIVE_INFINITY) return tenths;
  return from === 'A' ? Math.round(tenths * voltage * phases) : Math.floor(tenths / (voltage * phases));
}

/** The same limit in another unit; see {@link convertTenths}. */
export function convertRate(rate: Rate, to: ChargingRateUnit, voltage: number = NOMINAL_VOLTAGE): Rate {
  return { ...rate, unit: to, tenths: convertTenths(rate.tenths, rate.unit, to, rate.phases, voltage) };
}
