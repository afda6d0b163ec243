/** Something that a search has found. */
export interface Found {
  readonly kind: 'Charge point' | 'Transaction' | 'Token';
  readonly name: string;
  readonly more: string;
  readonly url: string;
}

/** Most of a kind that are asked for. */
export const MOST = 8;

/** Each page once, where it was found first; charge points before all others. */
export function withoutRepeats(found: readonly Found[]): Found[] {
  const seen = new Set<string>();
  const once = found.filter(({ url }) => !seen.has(url) && seen.add(url));
  const isChargePoint = ({ kind }: Found) => kind === 'Charge point';
  const others = once.filter((one) => !isChargePoint(one));
  // However many charge points there are, a transaction or a token that is called so has its place.
  const room = 2 * MOST - Math.min(others.length, MOST);
  return [...once.filter(isChargePoint).slice(0, room), ...others].slice(0, 2 * MOST);
}

/** Longest name of a bay. */
const MOST_OF_BAY = 50;

/** The bay that somebody looks for: of bay 12 people say both “12” and “bay 12”, in any language. */
export function bayIn(text: string): string | undefined {
  const [, bay = text] = /^(?:bay|platz|stellplatz)\s+(\S.*)$/i.exec(text) ?? [];
  return bay.length > MOST_OF_BAY ? undefined : bay;
}
