/** What stands where a secret was. */
export const REDACTED = '[redacted]';

/** Is told of every secret, as it stands there and as it reads once its percent-encoding is undone. */
export type Note = (secret: string) => void;

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
