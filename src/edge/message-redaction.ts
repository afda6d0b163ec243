import type { CallError, CallResult } from '../protocol/frame.ts';
import { REDACTED, redactJson, redactUrls } from '../telemetry/redaction.ts';

/**
 * What stands in the text of a message that may hold a secret; with a backslash, it may stand there in
 * disguise.
 */
const MAY_HOLD_SECRET =
  /authorization|passw|passphrase|pwd|secret|credential|token|"key"\s*:|api[-_]?key|newkey|keyhash|cookie|private key|:[/\\]|\/\/|%2f|@|\\/i;

/** What a text that is no JSON is left out for. */
const NAMES_SECRET =
  /authorization|passw|passphrase|secret|credential|api[-_]?key|newkey|keyhash|cookie|private key/i;

/**
 * The payload of a message without values of secret configuration keys, without passwords in URLs and without
 * other secrets. Text that is no JSON but may hold one is left out altogether.
 */
export function redactPayload(payload: string): string {
  if (!MAY_HOLD_SECRET.test(payload)) return payload;
  let message: unknown;
  try {
    message = JSON.parse(payload);
  } catch {
    const plain = withoutEscapes(payload);
    if (NAMES_SECRET.test(plain)) return REDACTED;
    const clean = redactUrls(plain);
    return clean === plain ? payload : clean;
  }
  const clean = redactJson(message);
  // Where nothing had to be hidden the text stays as it was sent.
  return clean === message ? payload : JSON.stringify(clean);
}

/**
 * What a charge point answered to a CALL of ours, without secrets, in particular without those that it was
 * sent and repeats; and its frame, as it would have been. From here on nobody has the secret.
 */
export function withoutSecrets(
  answer: CallResult | CallError,
  frame: string,
  secrets: readonly string[],
): { readonly answer: CallResult | CallError; readonly frame: string } {
  const { type: _type, messageId, ...words } = answer;
  const clean = redactJson(words, secrets) as typeof words;
  // The frame may hold more than could be read of it.
  if (clean === words)
    return { answer, frame: secrets.reduce((text, secret) => text.replaceAll(secret, REDACTED), frame) };
  const rewritten =
    'payload' in clean
      ? [3, messageId, clean.payload]
      : [4, messageId, clean.code, clean.description, clean.details];
  return {
    answer: { ...answer, ...clean } as CallResult | CallError,
    frame: JSON.stringify(rewritten),
  };
}

/** As somebody would read it: `\u0041` and `\/` may stand for any letter and for a slash. */
function withoutEscapes(text: string): string {
  return text
    .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll('\\/', '/');
}
