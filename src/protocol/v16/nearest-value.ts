/** Values met in the field and what the schema calls them. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['hz', 'Hertz'],
  ['%', 'Percent'],
  ['c', 'Celsius'],
  ['°c', 'Celsius'],
  ['f', 'Fahrenheit'],
  ['°f', 'Fahrenheit'],
]);

/**
 * The one allowed value that text is a spelling of: other case, surrounding space or a trailing newline, or a
 * known alias. Undefined if there is none; nothing is guessed.
 */
export function nearestValue(allowed: readonly string[], text: string): string | undefined {
  const folded = text.trim().toLowerCase();
  const found = allowed.find((value) => value.toLowerCase() === folded);
  if (found !== undefined) return found;
  const alias = ALIASES.get(folded);
  return alias !== undefined && allowed.includes(alias) ? alias : undefined;
}
