/** The members of a JSON object, unchecked. */
export type Members = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object, neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the members of a JSON value; none where it is no object. */
export function membersOf(value: unknown): Members {
  return isObject(value) ? value : NONE;
}

const NONE: Members = Object.freeze({});
