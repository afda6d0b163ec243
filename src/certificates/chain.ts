import type { KeyObject } from 'node:crypto';
import { type Certificate, readCertificates } from './certificate.ts';

/** Longest certificateChain of CertificateSigned, characters (security whitepaper ed. 3 §5.1). */
export const MAX_CHAIN_LENGTH = 10_000;

/** A chain, or the reason in words why there is none. */
export type Chain = { readonly leaf: Certificate; readonly pem: string } | { readonly problem: string };

/**
 * Returns the chain that a charge point with this public key gets: its certificate first, then each one that
 * issued the one before, without the root, which it must have already (obligation L23). `certificates` may be
 * in any order and hold more. Each signature on the way is checked.
 */
export function buildChain(certificates: string, publicKey: KeyObject, maxLength: number): Chain {
  const found = readCertificates(certificates);
  if (found === undefined) return { problem: 'there is no certificate in it, or one that cannot be read' };
  const leaf = found.find(({ x509 }) => x509.publicKey.equals(publicKey));
  if (leaf === undefined)
    return { problem: 'no certificate in it has the public key of the signing request' };
  const chain = [leaf];
  for (let last = leaf; !last.isSelfSigned; ) {
    const issuer = found.find((other) => !chain.includes(other) && hasIssued(other, last));
    if (issuer === undefined || issuer.isSelfSigned) break;
    chain.push(issuer);
    last = issuer;
  }
  const pem = chain.map((certificate) => certificate.pem).join('');
  const limit = Math.min(maxLength, MAX_CHAIN_LENGTH);
  if (pem.length > limit) return { problem: `the chain has ${pem.length} characters, more than ${limit}` };
  return { leaf, pem };
}

/** Whether `issuer` signed `certificate`: by name and by signature. */
export function hasIssued(issuer: Certificate, { x509 }: Certificate): boolean {
  return x509.checkIssued(issuer.x509) && x509.verify(issuer.x509.publicKey);
}
