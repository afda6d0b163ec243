/** User name and password of HTTP Basic authentication, as bytes: a charge point's password need not be text (OCPP 1.6 security whitepaper A00.FR.205). */
export interface BasicCredentials {
  readonly user: Buffer;
  readonly password: Buffer;
}

const COLON = 0x3a;
const BASIC = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i;

/** Reads an `Authorization` header; undefined for anything but well-formed Basic credentials (RFC 7617). Split at the first colon. */
export function readBasicCredentials(header: string): BasicCredentials | undefined {
  const encoded = BASIC.exec(header.trim())?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  const colon = bytes.indexOf(COLON);
  if (colon < 0) return undefined;
  return { user: bytes.subarray(0, colon), password: bytes.subarray(colon + 1) };
}
