/** A JSON object, as it goes over the wire or comes from the API; nothing is known about its members. */
export type Payload = Readonly<Record<string, unknown>>;

export function isPayload(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member at `path` (`idTagInfo.status`), or undefined where any part of it is missing. */
export function memberAt(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) {
    if (!isPayload(found)) return undefined;
    found = found[name];
  }
  return found;
}

/** JSON for a person to read in one line. */
export function brief(value: unknown, most = 600): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`;
}

/** The value that `text` is the JSON of; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
