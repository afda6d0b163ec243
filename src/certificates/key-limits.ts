import { readDer, readSequence } from './der.ts';

/** What its issuer lets the key of a certificate do. */
export interface KeyLimits {
  /** keyUsage (RFC 5280 §4.2.1.3): whether it may sign data; true where there is no such extension. */
  readonly maySignData: boolean;
  /**
   * pathLenConstraint (RFC 5280 §4.2.1.9): how many other authorities may stand between this one and the
   * certificate at the end; infinite where nothing bounds it.
   */
  readonly pathLength: number;
}

/** Of TBSCertificate (RFC 5280 §4.1). */
const EXTENSIONS = 0xa3;
const INTEGER = 0x02;
/** Object identifiers without tag and length: 2.5.29.15 and 2.5.29.19. */
const KEY_USAGE = '551d0f';
const BASIC_CONSTRAINTS = '551d13';
/** The first bit of keyUsage; a bit string begins with the number of its unused bits. */
const DIGITAL_SIGNATURE = 0x80;

/** Returns the limits that stand in the DER of a certificate. */
export function keyLimitsOf(der: Uint8Array): KeyLimits {
  const usage = extensionOf(der, KEY_USAGE);
  const constraints = extensionOf(der, BASIC_CONSTRAINTS);
  const [bits] = (usage && readDer(usage)) ?? [];
  const bound = ((constraints && readSequence(constraints)) ?? []).find(({ tag }) => tag === INTEGER);
  return {
    maySignData: usage === undefined || ((bits?.content[1] ?? 0) & DIGITAL_SIGNATURE) !== 0,
    pathLength: bound?.content.reduce((sum, byte) => sum * 256 + byte, 0) ?? Number.POSITIVE_INFINITY,
  };
}

function extensionOf(der: Uint8Array, identifier: string): Uint8Array | undefined {
  const [toBeSigned] = readSequence(der) ?? [];
  const members = (toBeSigned && readSequence(toBeSigned.bytes)) ?? [];
  const wrapped = members.find(({ tag }) => tag === EXTENSIONS);
  for (const { bytes } of (wrapped && readSequence(wrapped.content)) ?? []) {
    const parts = readSequence(bytes) ?? [];
    if (Buffer.from(parts[0]?.content ?? []).toString('hex') === identifier) return parts.at(-1)?.content;
  }
  return undefined;
}
