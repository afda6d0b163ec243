/** What a block of PEM holds (RFC 7468). */
export type PemLabel = 'CERTIFICATE' | 'CERTIFICATE REQUEST' | 'X509 CRL';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** The name that some programs still give to a signing request (RFC 7468 §7). */
const FORMER_REQUEST = 'NEW CERTIFICATE REQUEST';

/**
 * Returns the DER of each block with this label, in the order of the text. Line ends may be LF, CRLF, written
 * as `\n`, or missing, as charge points send them. Blocks whose base64 is broken are left out.
 */
export function readPem(text: string, label: PemLabel): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (const [, found, body = ''] of unescaped(text).matchAll(BLOCK)) {
    const name = found === FORMER_REQUEST ? 'CERTIFICATE REQUEST' : found;
    const base64 = body.replace(/\s/g, '');
    if (name === label && base64 !== '' && BASE64.test(base64)) blocks.push(Buffer.from(base64, 'base64'));
  }
  return blocks;
}

/** Returns one block of PEM: lines of 64 characters that end with LF (RFC 7468 §2). */
export function writePem(label: PemLabel, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** Returns all blocks with this label as they should have been written; empty where there is none. */
export function normalisePem(text: string, label: PemLabel): string {
  return readPem(text, label)
    .map((der) => writePem(label, der))
    .join('');
}

/** Whether a private key stands in a text, or the beginning of one. */
export function holdsPrivateKey(text: string): boolean {
  return /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/.test(text);
}

/** JSON in JSON, and settings of some programs, leave line ends as two characters. */
function unescaped(text: string): string {
  return text.replace(/\\r\\n|\\[rn]/g, '\n');
}
