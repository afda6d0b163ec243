import { MAX_CHARGE_POINT_ID_BYTES } from '../store/store.ts';

/** What the path of a request asks for. */
export type Target =
  | { readonly kind: 'charge-point'; readonly chargePointId: string }
  /** The path of a charge point, but its identity cannot be read; `problem` says why. */
  | { readonly kind: 'bad-identity'; readonly problem: string }
  | { readonly kind: 'health' }
  | { readonly kind: 'elsewhere' };

export const HEALTH_PATH = '/healthz';

/** `&x=1` behind the identity: some charge points append to a URL without looking whether it has a query. */
const STRAY_PARAMETERS = /&[^&=]*=.*$/s;

const PRINTABLE_ASCII = /^[\x21-\x7e]*$/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what an identity must not have.
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/;

/** `/ocpp` as the segments that must come before the identity. */
export function prefixSegments(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/**
 * Reads the path of a request as sent, without its query. The identity is the last segment, decoded once
 * (OCPP-J 1.6 §3.1.1); doubled and trailing slashes do not count.
 */
export function readTarget(path: string, prefix: readonly string[]): Target {
  if (path === HEALTH_PATH) return { kind: 'health' };
  const segments = path.split('/').filter((segment) => segment !== '');
  if (segments.length !== prefix.length + 1) return { kind: 'elsewhere' };
  if (!prefix.every((segment, index) => segments[index] === segment)) return { kind: 'elsewhere' };
  return readIdentity(segments[prefix.length] as string);
}

function readIdentity(segment: string): Target {
  const raw = segment.replace(STRAY_PARAMETERS, '');
  if (!PRINTABLE_ASCII.test(raw)) return badIdentity('must be percent-encoded');
  let chargePointId: string;
  try {
    chargePointId = decodeURIComponent(raw);
  } catch {
    return badIdentity('has a broken percent-encoding');
  }
  if (chargePointId === '') return badIdentity('is missing');
  if (CONTROL_CHARACTERS.test(chargePointId)) return badIdentity('has control characters');
  if (Buffer.byteLength(chargePointId) > MAX_CHARGE_POINT_ID_BYTES) {
    return badIdentity(`has more than ${MAX_CHARGE_POINT_ID_BYTES} bytes`);
  }
  return { kind: 'charge-point', chargePointId };
}

function badIdentity(problem: string): Target {
  return { kind: 'bad-identity', problem };
}
