/** What stands where a secret was. */
export const REDACTED = '[redacted]';

/** Members whose value is a secret wherever they appear. */
const SECRET_MEMBERS =
  /^(authorization|password|passwd|secret|api-?key|newkey|keyhash|authorizationkey|cookie)$/i;

/** Configuration keys whose value is a secret: AuthorizationKey (security whitepaper ed. 3 §7.2), and what vendors call a password. */
const SECRET_KEYS = /(?:authorizationkey|passw(?:or)?d|secret|api[-_]?key)\d*\s*$/i;

/** Members of a URL's query that let whoever has them in: signatures of prepared links, tokens, passwords. */
const SECRET_PARAMETERS =
  /([?&](?:x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)|sig|signature|(?:access[_-]?)?token|passw(?:or)?d|secret|(?:api[_-]?)?key)=)([^&\s"'#\\]+)/gi;

const USER_AND_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"'\\]*):([^\s/?#"'\\]*)@/gi;

/** As people and programs write it: `password=...`, `AuthorizationKey: ...`, `Authorization: Basic ...`. */
const IN_WORDS =
  /\b((?:passw(?:or)?d|secret|authorizationkey|api[-_]?key)\s*[=:]\s*|(?:basic|bearer)\s+(?=[\w+/=.~-]{20}))([^\s,;&"']+)/gi;

/** Deepest object of a log line that is looked into; log objects are shallow, and may go round in circles. */
const LOG_DEPTH = 6;
/** Deepest object of JSON that is looked into; what lies deeper is hidden. */
const JSON_DEPTH = 100;

/** Shortest text that is looked for where it is known to be a secret: a shorter one stands in too many places. */
const MIN_KNOWN = 4;

interface Walk {
  readonly maxDepth: number;
  /** Of what lies deeper. */
  readonly beyond: 'hidden' | 'shown';
  readonly known: readonly string[];
  /** Is told of every secret. */
  readonly note?: (secret: string) => void;
}

/**
 * A copy of `value` without secrets: members such as `password` and `authorization`, values of configuration keys that hold one
 * (`{key, value}` of ChangeConfiguration and GetConfiguration), and credentials inside URLs, also in JSON that stands in a text.
 * Returns `value` itself when there is nothing to hide; errors are left as they are. For log lines: looks into six levels.
 */
export function redactSecrets(value: unknown): unknown {
  return redact(value, 0, { maxDepth: LOG_DEPTH, beyond: 'shown', known: [] });
}

/** As `redactSecrets`, for JSON from outside, however deep; `known` secrets are hidden wherever they stand. */
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
  return SECRET_KEYS.test(key);
}

/** `text` with the credentials of every URL in it hidden: `ftp://user:[redacted]@host/`, `https://host/file?token=[redacted]`. */
export function redactUrls(text: string): string {
  if (!text.includes('://')) return text;
  return text.replace(USER_AND_PASSWORD, `$1:${REDACTED}@`).replace(SECRET_PARAMETERS, `$1${REDACTED}`);
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
  const hidesValue = 'key' in value && typeof value.key === 'string' && isSecretKey(value.key);
  let isChanged = false;
  const members = Object.entries(value).map(([name, member]): [string, unknown] => {
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
  let clean = redactUrls(text).replace(IN_WORDS, `$1${REDACTED}`);
  if (walk.note && clean !== text) {
    for (const pattern of [USER_AND_PASSWORD, SECRET_PARAMETERS, IN_WORDS]) {
      for (const [, , secret = ''] of text.matchAll(pattern)) walk.note(secret);
    }
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
