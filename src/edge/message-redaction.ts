import { REDACTED, redactSecrets, redactUrls } from '../telemetry/redaction.ts';

/** The configuration key that holds a password (security whitepaper §7.2), and the members that do. */
const MAY_HOLD_SECRET = /authorization|passw|secret|api-?key|"cookie"|:\/\//i;

/** Credentials of a URL in JSON text, where a slash may be escaped. */
const ESCAPED_SLASHES = /:\\\/\\\//;

/**
 * The payload of a message without the value of AuthorizationKey, without passwords in URLs and without other secrets. Text that is no JSON
 * but may hold one is left out altogether.
 */
export function redactPayload(payload: string): string {
  if (!MAY_HOLD_SECRET.test(payload) && !ESCAPED_SLASHES.test(payload)) return payload;
  let message: unknown;
  try {
    message = JSON.parse(payload);
  } catch {
    return /authorization|passw|secret|api-?key/i.test(payload) ? REDACTED : redactUrls(payload);
  }
  const clean = redactSecrets(message);
  // Where nothing had to be hidden the text stays as it was sent.
  return clean === message ? payload : JSON.stringify(clean);
}
