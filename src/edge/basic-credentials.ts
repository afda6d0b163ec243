const COLON = Buffer.from(':');
const BASIC = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i;

/**
 * The password in an `Authorization` header, where its user name is the identity of the charge point;
 * undefined for anything but that in well-formed Basic credentials (RFC 7617). The user name must be the
 * decoded identity of the URL, or else any valid pair would open any path (security whitepaper ed. 3
 * A00.FR.204). All are bytes: a password need not be text (A00.FR.205), may have colons, and begins behind
 * the first one; an identity with a colon is known beforehand, and so ends where it ends.
 */
export function readPassword(header: string, chargePointId: string): Buffer | undefined {
  const encoded = BASIC.exec(header.trim())?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  const begin = Buffer.concat([Buffer.from(chargePointId, 'utf8'), COLON]);
  return bytes.subarray(0, begin.length).equals(begin) ? bytes.subarray(begin.length) : undefined;
}
