import {
  LOCATION_VALUES,
  MEASURAND_VALUES,
  PHASE_VALUES,
  READING_CONTEXT_VALUES,
  UNIT_OF_MEASURE_VALUES,
  VALUE_FORMAT_VALUES,
} from '../protocol/v16/generated/messages.ts';

/** The terms that a sampled value may use (OCPP 1.6 ed. 2 §7.43). */
export const MEASURANDS: ReadonlySet<string> = new Set(MEASURAND_VALUES);
export const PHASES: ReadonlySet<string> = new Set(PHASE_VALUES);
export const LOCATIONS: ReadonlySet<string> = new Set(LOCATION_VALUES);
export const CONTEXTS: ReadonlySet<string> = new Set(READING_CONTEXT_VALUES);
export const FORMATS: ReadonlySet<string> = new Set(VALUE_FORMAT_VALUES);
export const UNITS: ReadonlySet<string> = new Set(UNIT_OF_MEASURE_VALUES);

export const DEFAULT_LOCATION = 'Outlet';
export const DEFAULT_CONTEXT = 'Sample.Periodic';
export const DEFAULT_FORMAT = 'Raw';

/** Wh for energy; the standard names no other default. */
export function defaultUnit(measurand: string): string {
  return measurand.startsWith('Energy.') ? 'Wh' : '';
}

/** One spelling for one unit, so that a query finds all of it: the schemas and the field know two of some (OCPP-J errata 2.1). */
export function canonicalUnit(unit: string): string {
  if (unit === 'Celcius') return 'Celsius';
  return unit === 'Hz' ? 'Hertz' : unit;
}
