import { type Note, REDACTED, redactUrls } from './url-redaction.ts';

export { REDACTED, redactUrls } from './url-redaction.ts';

/** Members whose value is a secret wherever they appear. */
const SECRET_MEMBERS =
  /^(?:(?:proxy-?)?authorization|passw(?:or)?d|passphrase|pwd|(?:client[-_]?)?secret|(?:x-?)?api[-_]?key|newkey|keyhash|authorizationkey|(?:set-?)?cookie|credentials?|(?:access|auth|refresh|bearer)[-_]?token|(?:auth|private)[-_]?key)$/i;

/**
 * Configuration keys whose value is a secret, once written in small letters and digits alone:
 * AuthorizationKey (security whitepaper ed. 3 §7.2), and what vendors call a password.
 */
const SECRET_KEYS =
  /(?:passw(?:or)?d|passphrase|pwd|psk|secret|credentials?|(?:access|auth|refresh|bearer|sas)token|(?:authorization|auth|api|access|private|shared|wifi|wpa2?|wep)key)\d*$/;

/** As people and programs write it: `password=...`, `AuthorizationKey: ...`, `Authorization: Basic ...`. */
const IN_WORDS =
  /\b((?:passw(?:or)?d|passphrase|secret|authorization[-_ ]?key|api[-_]?key|(?:access|auth|refresh|bearer)[-_]?token)\s*[=:]\s*|(?:basic|bearer)\s+(?=[\w+/=.~-]{20}))([^\s,;&"']+)/gi;

/** PEM of a private key (RFC 7468 §10), to its end or to that of the text. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?:[\s\S]*?-----END [A-Z0-9 ]*PRIVATE KEY-----|[\s\S]*)/g;

/** Deepest object of a log line that is looked into; log objects are shallow, and may go round in circles. */
const LOG_DEPTH = 6;
/** Deepest object of JSON that is looked into; what lies deeper is hidden. */
const JSON_DEPTH = 100;

/**
 * Shortest text that is looked for where it is known to be a secret: a shorter one stands in too many places.
 */
const MIN_KNOWN = 4;

interface Walk {
  readonly maxDepth: number;
  /** Of what lies deeper. */
  readonly beyond: 'hidden' | 'shown';
  readonly known: readonly string[];
  readonly note?: Note;
}

/**
 * A copy of `value` without secrets: members such as `password` and `authorization`, values of configuration
 * keys that hold one (`{key, value}` of ChangeConfiguration and GetConfiguration), private keys in PEM, and
 * credentials inside URLs, also in JSON that stands in a text. Returns `value` itself when there is nothing
 * to hide; errors are left as they are. For log lines: looks into six levels.
 */
export function redactSecrets(value: unknown): unknown {
  return redact(value, 0, { maxDepth: LOG_DEPTH, beyond: 'shown', known: [] });
}

/**
 * As `redactSecrets`, for JSON from outside, however deep; `known` secrets are hidden wherever they stand.
 */
export function redactJson(value: unknown, known: readonly string[] = []): unknown {
  return redact(value, 0, { maxDepth: JSON_DEPTH, beyond: 'hidden', known });
}

/** The secrets in a JSON value, so that they can be recognised where somebody repeats them. */
export function secretsIn(value: unknown): string[] {
  const found = new Set<string>();
  const note = (secret: string) => void (secret.length >= MIN_KNOWN && found.add(secret));
  redact(value, 0, { maxDepth: JSON_DEPTH, beyond: 'hidden', known: [], note });
  return [...found];
}

/** Whether the value of a configuration key of this name is a secret. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEYS.test(
    key
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^a-z0-9]/g, ''),
  );
}

function redact(value: unknown, depth: number, walk: Walk): unknown {
  if (typeof value === 'string') return redactText(value, depth, walk);
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  if (depth > walk.maxDepth) return walk.beyond === 'hidden' ? REDACTED : value;
  if (Array.isArray(value)) {
    const items = value.map((item) => redact(item, depth + 1, walk));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (Buffer.isBuffer(value)) return value;
  const entries = Object.entries(value);
  const hidesValue = entries.some(
    ([name, member]) => /^key$/i.test(name) && typeof member === 'string' && isSecretKey(member),
  );
  let isChanged = false;
  const members = entries.map(([name, member]): [string, unknown] => {
    const isSecret =
      (SECRET_MEMBERS.test(name) && typeof member !== 'object') || (hidesValue && /^value$/i.test(name));
    const cleanName = redactText(name, depth, walk);
    const clean = isSecret ? hidden(member, walk) : redact(member, depth + 1, walk);
    isChanged ||= clean !== member || cleanName !== name;
    return [cleanName, clean];
  });
  return isChanged ? Object.fromEntries(members) : value;
}

/** There is no secret in what is empty. */
function hidden(member: unknown, { note }: Walk): unknown {
  if (member === undefined || member === null || member === '' || member === REDACTED) return member;
  note?.(typeof member === 'string' ? member : JSON.stringify(member));
  return REDACTED;
}

function redactText(text: string, depth: number, walk: Walk): string {
  const { note } = walk;
  let clean = redactUrls(text, note).replace(IN_WORDS, (_, before: string, secret: string) => {
    note?.(secret);
    return before + REDACTED;
  });
  if (clean.includes('PRIVATE KEY')) {
    clean = clean.replace(PRIVATE_KEY, (secret) => {
      note?.(secret);
      return REDACTED;
    });
  }
  if (/^\s*[[{]/.test(clean) && depth <= walk.maxDepth) clean = redactJsonText(clean, depth + 1, walk);
  for (const secret of walk.known) clean = clean.replaceAll(secret, REDACTED);
  return clean;
}

/** JSON inside of a text, as vendors put it into `data` of DataTransfer. What is no JSON stays as it is. */
function redactJsonText(text: string, depth: number, walk: Walk): string {
  let inner: unknown;
  try {
    inner = JSON.parse(text);
  } catch {
    return text;
  }
  const clean = redact(inner, depth, walk);
  return clean === inner ? text : JSON.stringify(clean);
}
