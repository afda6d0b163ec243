/**
 * The error codes of a CALLERROR, named as OCPP-J 1.6 spells them (§4.2.3 table 7); `Dialect.errorCodes` says
 * how a version writes them. Two spellings look wrong and are kept on purpose: `OccurenceConstraintViolation`
 * (errata 5.1), `FormationViolation` (errata 5.2).
 */
export const ERROR_CODES = [
  'NotImplemented',
  'NotSupported',
  'InternalError',
  'ProtocolError',
  'SecurityError',
  'FormationViolation',
  'PropertyConstraintViolation',
  'OccurenceConstraintViolation',
  'TypeConstraintViolation',
  'GenericError',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

const byAnySpelling: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ...ERROR_CODES.map((code) => [code, code] as const),
  ['FormatViolation', 'FormationViolation'],
  ['OccurrenceConstraintViolation', 'OccurenceConstraintViolation'],
]);

/**
 * The code that a charge point means, in the spelling of any version; undefined for one that Farad has no
 * name for.
 */
export function toErrorCode(wire: string): ErrorCode | undefined {
  return byAnySpelling.get(wire);
}
