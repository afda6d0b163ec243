/** What stands where a secret was. */
export const REDACTED = '[redacted]';

/** Members whose value is a secret wherever they appear. */
const SECRET_MEMBERS =
  /^(authorization|password|passwd|secret|api-?key|newkey|keyhash|authorizationkey|cookie)$/i;

/** Deepest object that is looked into; log objects are shallow. */
const MAX_DEPTH = 6;

/**
 * A copy of `value` without secrets: members such as `password` and `authorization`, the value of the configuration
 * key AuthorizationKey (`{key, value}` of ChangeConfiguration and GetConfiguration), and credentials inside URLs.
 * Returns `value` itself when there is nothing to hide; errors are left as they are.
 */
export function redactSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactUrls(value);
  if (typeof value !== 'object' || value === null || value instanceof Error || depth > MAX_DEPTH)
    return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => redactSecrets(item, depth + 1));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (Buffer.isBuffer(value)) return value;
  const hidesValue = isAuthorizationKey(value);
  let copy: Record<string, unknown> | undefined;
  for (const [name, member] of Object.entries(value)) {
    const secret =
      (SECRET_MEMBERS.test(name) && typeof member !== 'object') || (hidesValue && name === 'value');
    const clean =
      secret && member !== undefined && member !== '' ? REDACTED : redactSecrets(member, depth + 1);
    if (clean === member) continue;
    copy ??= { ...value };
    copy[name] = clean;
  }
  return copy ?? value;
}

/** Members of a URL's query that let whoever has them in: signatures of prepared links, tokens, passwords. */
const SECRET_PARAMETERS =
  /([?&](?:x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)|sig|signature|(?:access[_-]?)?token|passw(?:or)?d|secret|(?:api[_-]?)?key)=)[^&\s"'#\\]+/gi;

/** `text` with the credentials of every URL in it hidden: `ftp://user:[redacted]@host/`, `https://host/file?token=[redacted]`. */
export function redactUrls(text: string): string {
  if (!text.includes('://')) return text;
  return text
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"'\\]*):[^\s/?#"'\\]*@/gi, `$1:${REDACTED}@`)
    .replace(SECRET_PARAMETERS, `$1${REDACTED}`);
}

function isAuthorizationKey(value: object): boolean {
  return 'key' in value && typeof value.key === 'string' && /^authorizationkey$/i.test(value.key);
}
