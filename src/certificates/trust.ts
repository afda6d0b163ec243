import type { Certificate } from './certificate.ts';
import { hasIssued } from './chain.ts';
import { keyLimitsOf } from './key-limits.ts';
import { weaknessOf } from './key-strength.ts';

/**
 * Says whether an authority may stand in a chain with so many others between it and the first certificate.
 */
type Fits = (authority: Certificate, between: number) => boolean;

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
  const authorities = [...trusted, ...others].filter(({ x509 }) => x509.ca);
  const wayUp = (fits: Fits) => shortestChain(first, authorities, trusted, fits);
  const any = wayUp(() => true);
  if (any === undefined) return [`no authority that is trusted here stands above it: ${first.issuer}`];
  const good = wayUp((authority, between) => problemsOfAuthority(authority, between, now).length === 0);
  if (good !== undefined) return [];
  return any.slice(1).flatMap((authority, between) => problemsOfAuthority(authority, between, now));
}

/**
 * The shortest chain from `first` up to a trusted certificate, of authorities that fit; undefined where there
 * is none. Each authority is looked at once for each other, however they have issued one another.
 */
function shortestChain(
  first: Certificate,
  authorities: readonly Certificate[],
  trusted: readonly Certificate[],
  fits: Fits,
): readonly Certificate[] | undefined {
  const ends = new Set(trusted.map(({ sha256 }) => sha256));
  const seen = new Set([first.sha256]);
  for (let chains: (readonly Certificate[])[] = [[first]]; chains.length > 0; ) {
    const longer: typeof chains = [];
    for (const chain of chains) {
      const last = chain.at(-1) as Certificate;
      if (ends.has(last.sha256)) return chain;
      for (const issuer of authorities) {
        if (seen.has(issuer.sha256) || !fits(issuer, chain.length - 1) || !hasIssued(issuer, last)) continue;
        seen.add(issuer.sha256);
        longer.push([...chain, issuer]);
      }
    }
    chains = longer;
  }
  return undefined;
}

function problemsOfAuthority(authority: Certificate, between: number, now: number): string[] {
  const { x509, notBefore, notAfter, der, owner } = authority;
  const name = `its authority (${owner})`;
  const weakness = weaknessOf(x509.publicKey);
  return [
    ...(now > notAfter ? [`${name} was valid until ${new Date(notAfter).toISOString()}`] : []),
    ...(now < notBefore ? [`${name} is not valid before ${new Date(notBefore).toISOString()}`] : []),
    ...(weakness === undefined ? [] : [`the key of ${name} ${weakness}`]),
    ...(between > keyLimitsOf(der).pathLength ? [`${name} may have no other authority below it`] : []),
  ];
}
