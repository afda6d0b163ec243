/** What stands where a secret was. */
export const REDACTED = '[redacted]';

/** Receives every secret, as it stands there and as it reads once its percent-encoding is undone. */
type Note = (secret: string) => void;

/** How often a URL may be encoded inside of another. */
const MAX_ENCODINGS = 3;

/**
 * A scheme with its slashes, in whatever number and direction, as clients that forgive read them: `ftp://`,
 * `http:/`, `http:\\`; in text that is JSON the slashes may be escaped.
 */
const START = String.raw`(?:\b[a-z][a-z0-9+.-]{0,40}:[\\/]+|(?<![\w:\\/])//)`;

/**
 * A character of the part before the host. A quote, and what escapes it, ends the text that a URL stands in.
 */
const CHARACTER = String.raw`(?:[^\s/?#"\\]|\\[^"\s/])`;

const USER_INFO = new RegExp(`(${START})(${CHARACTER}{1,2000})(@|%40)`, 'gi');

/**
 * A password with characters that should have been encoded, so that its `@` seems to lie in the path; no
 * port, no IPv6 address.
 */
const BROKEN_PASSWORD = new RegExp(
  String.raw`(${START}[^\s/?#"\\@:[]{0,200}:)(?!\d{1,5}(?:[\s"/?#\\]|$))([^\s"@]{1,500})@`,
  'gi',
);

/** A text that is a URL as a whole, with a quote or a space in its password. */
const WHOLE = new RegExp(`^(\\s*${START}[^/?#@:]*:)([^/?#]{0,300}["\\s][^/?#]{0,300})@`, 'i');

const PARAMETER_NAME = /[?&;#]([^=&;\s"'#?/\\]{1,100})=/g;
const PARAMETER_VALUE = /(?:[^&\s"#\\]|\\[^"\s])+/y;

/** Members of a URL's query that let in whoever has them: signatures of prepared links, tokens, passwords. */
const SECRET_PARAMETER =
  /token|secret|signature|passw|passphrase|credential|api[-_.]?key|access[-_.]?key|auth(?:orization)?[-_.]?key|private[-_.]?key|accountkey|googleaccessid|^(?:sig|sign|key|pass|pwd|pw|jwt|auth|authorization|bearer|session(?:id)?|hmac)$/i;

/** A URL whose colon or slashes are percent-encoded, because it stands in another one. */
const ENCODED =
  /\b[a-z][a-z0-9+.-]{0,40}(?:%(?:25){0,3}3a(?:[\\/]|%(?:25){0,3}(?:2f|5c))+|:(?:%(?:25){0,3}(?:2f|5c))+)[^\s"&<>]*/gi;

/**
 * `text` with the credentials of every URL in it hidden: `ftp://user:[redacted]@host/`,
 * `ftp://[redacted]@host/`, `https://host/file?token=[redacted]`.
 */
export function redactUrls(text: string, note?: Note): string {
  return withoutUrlSecrets(text, note, 0);
}

function withoutUrlSecrets(text: string, note: Note | undefined, encodings: number): string {
  if (!/[\\/]|%(?:25)*2f/i.test(text)) return text;
  const hide = (secret: string): string => {
    if (secret !== REDACTED) {
      note?.(secret);
      note?.(decoded(secret));
    }
    return REDACTED;
  };
  const plain = withoutSecretParameters(text, hide)
    .replace(WHOLE, (_, before: string, password: string) => `${before}${hide(password)}@`)
    .replace(
      USER_INFO,
      (_, start: string, info: string, at: string) => start + withoutPassword(info, hide) + at,
    )
    .replace(BROKEN_PASSWORD, (_, before: string, password: string) => `${before}${hide(password)}@`);
  if (encodings === MAX_ENCODINGS) return plain;
  return plain.replace(ENCODED, (url: string) => {
    const inner = decoded(url);
    const clean = withoutUrlSecrets(inner, note, encodings + 1);
    return clean === inner ? url : encodeURIComponent(clean);
  });
}

/**
 * The user stays where a password shows that it is one: alone, or beside a word that stands for no password,
 * it is the secret.
 */
function withoutPassword(info: string, hide: (secret: string) => string): string {
  const colon = info.indexOf(':');
  const password = colon === -1 ? '' : info.slice(colon + 1);
  if (password === '' || password.toLowerCase() === 'x-oauth-basic') return hide(info);
  return `${info.slice(0, colon)}:${hide(password)}`;
}

function withoutSecretParameters(text: string, hide: (secret: string) => string): string {
  const names = new RegExp(PARAMETER_NAME);
  const values = new RegExp(PARAMETER_VALUE);
  let clean = '';
  let from = 0;
  for (let found = names.exec(text); found; found = names.exec(text)) {
    if (!SECRET_PARAMETER.test(decoded(found[1] ?? ''))) continue;
    values.lastIndex = names.lastIndex;
    const [value] = values.exec(text) ?? [];
    if (value === undefined) continue;
    clean += text.slice(from, names.lastIndex) + hide(value);
    from = names.lastIndex + value.length;
    names.lastIndex = from;
  }
  return clean + text.slice(from);
}

/** Without percent-encoding, as far as it is one. */
function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/%([0-7][0-9a-f])/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
  }
}

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
