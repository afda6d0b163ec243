import type { KeyObject } from 'node:crypto';

/** Security equivalent to 112 bits (security whitepaper ed. 3 A00.FR.501-503). */
const MIN_BITS: Readonly<Record<string, number>> = { rsa: 2048, 'rsa-pss': 2048, ec: 224 };

/**
 * Returns how many bits a public key has too few of, in words; undefined where it has enough or its kind is
 * not counted in bits.
 */
export function weaknessOf(key: KeyObject): string | undefined {
  const least = MIN_BITS[key.asymmetricKeyType ?? ''];
  const bits = bitsOf(key);
  return least !== undefined && bits < least ? `has ${bits} bits instead of at least ${least}` : undefined;
}

/** Whether it is of a kind that charge points may have (security whitepaper ed. 3 A00.FR.501). */
export function isRsaOrEc(key: KeyObject): boolean {
  return key.asymmetricKeyType !== undefined && Object.hasOwn(MIN_BITS, key.asymmetricKeyType);
}

/** Those of an elliptic curve stand in its name; infinite where there are none. */
export function bitsOf({ asymmetricKeyDetails: { modulusLength, namedCurve = '' } = {} }: KeyObject): number {
  return modulusLength ?? Number(/\d{3}/.exec(namedCurve)?.[0] ?? Number.POSITIVE_INFINITY);
}
