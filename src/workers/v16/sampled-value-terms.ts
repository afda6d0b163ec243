/** What holds for members that a sampled value leaves out (OCPP 1.6 ed. 2 §7.43). */
export const DEFAULT_LOCATION = 'Outlet';
export const DEFAULT_CONTEXT = 'Sample.Periodic';
export const DEFAULT_FORMAT = 'Raw';

/** Wh for energy; the standard names no other default. */
export function defaultUnit(measurand: string): string {
  return measurand.startsWith('Energy.') ? 'Wh' : '';
}

/**
 * One spelling for one unit, so that a query finds all of it: the schema allows two for degrees Celsius
 * (OCPP-J errata 2.1).
 */
export function canonicalUnit(unit: string): string {
  return unit === 'Celcius' ? 'Celsius' : unit;
}
