import type { Certificate } from './certificate.ts';
import { hasIssued } from './chain.ts';
import { keyLimitsOf } from './key-limits.ts';
import { weaknessOf } from './key-strength.ts';

/**
 * Says in words why the first certificate of `shown` cannot be trusted by one of `trusted`; empty where it
 * can (RFC 5280 §6.1). The others of `shown` may stand in between, in any order. Only the authorities above
 * the first one are looked at, not that one itself. `now` is epoch ms.
 */
export function problemsOfTrust(
  [first, ...others]: readonly Certificate[],
  trusted: readonly Certificate[],
  now: number,
): string[] {
  if (first === undefined) return ['there is no certificate'];
  const chains = [...chainsAbove([first], others, trusted)];
  if (chains.length === 0) return [`no authority that is trusted here stands above it: ${first.issuer}`];
  const found = chains.map((chain) => problemsOfAuthorities(chain, now));
  return found.find((problems) => problems.length === 0) ?? found[0] ?? [];
}

/** Every way from the last certificate of `chain` up to a trusted one, which ends it. */
function* chainsAbove(
  chain: readonly Certificate[],
  others: readonly Certificate[],
  trusted: readonly Certificate[],
): Generator<readonly Certificate[]> {
  const last = chain.at(-1) as Certificate;
  if (trusted.some(({ sha256 }) => sha256 === last.sha256)) {
    yield chain;
    return;
  }
  for (const issuer of [...trusted, ...others]) {
    const isThere = chain.some(({ sha256 }) => sha256 === issuer.sha256);
    if (!isThere && issuer.x509.ca && hasIssued(issuer, last)) {
      yield* chainsAbove([...chain, issuer], others, trusted);
    }
  }
}

function problemsOfAuthorities(chain: readonly Certificate[], now: number): string[] {
  return chain.slice(1).flatMap((authority, between) => {
    const { x509, notBefore, notAfter, der } = authority;
    const name = `its authority (${x509.subject.replaceAll('\n', ', ')})`;
    const weakness = weaknessOf(x509.publicKey);
    return [
      ...(now > notAfter ? [`${name} was valid until ${new Date(notAfter).toISOString()}`] : []),
      ...(now < notBefore ? [`${name} is not valid before ${new Date(notBefore).toISOString()}`] : []),
      ...(weakness === undefined ? [] : [`the key of ${name} ${weakness}`]),
      ...(between > keyLimitsOf(der).pathLength ? [`${name} may have no other authority below it`] : []),
    ];
  });
}
