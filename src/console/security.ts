import { duration } from './format.ts';
import type { ChargePointSecurity, FleetSecurity } from './model.ts';
import { type Plain, t } from './words/words.ts';

/** Roots of one type at a charge point. */
export interface InstalledRoots {
  readonly certificateType: string;
  readonly certificates: readonly { readonly hashData: HashData; readonly subject: string | null }[] | null;
  readonly toldAt: string | null;
  readonly changedSince: boolean;
}

export interface HashData {
  readonly hashAlgorithm: string;
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  readonly serialNumber: string;
}

/** States of such a request in words. */
const REQUEST_STATES: Readonly<Record<string, Plain>> = {
  received: 'to be signed',
  ordered: 'with the outside authority',
  signed: 'signed and to be sent',
  sending: 'being sent',
  installed: 'installed',
  rejected: 'rejected by the charge point',
  refused: 'refused',
  failed: 'given up',
  superseded: 'replaced by another one',
};

const PROFILES = [
  'nothing',
  'password',
  'password over TLS',
  'client certificate',
] as const satisfies readonly Plain[];

/** A security profile by its number and what a charge point has to show: `2, password over TLS`. */
export function profileInWords(profile: number): string {
  return `${profile}, ${t(PROFILES[profile] ?? 'unknown')}`;
}

/** The profile that a charge point has to show, else by which it is connected; 0 where neither is known. */
export function presentProfile({ profile, connection }: ChargePointSecurity): number {
  return profile ?? connection?.profile ?? 0;
}

/** Returns the profiles as filters name them, with their words. */
export function profileChoices(): (readonly [name: keyof FleetSecurity['profiles'], words: string])[] {
  return [
    ...([3, 2, 1, 0] as const).map((profile) => [`${profile}`, profileInWords(profile)] as const),
    ['unknown', t('unknown')],
  ];
}

/** A state of such a request in words. */
export function requestState(state: string): string {
  const word = REQUEST_STATES[state];
  return word === undefined ? state : t(word);
}

/** Who may sign firmware, or let others sign it. */
export interface ManufacturerRoot {
  readonly sha256: string;
  readonly subject: string;
  readonly notAfter: string;
  readonly note: string | null;
}

const DAY_MS = 24 * 3_600_000;
/** From here on an expiry is worth a colour, ms. */
const NEAR_MS = 30 * DAY_MS;
const CLOSE_MS = 7 * DAY_MS;

export interface Expiry {
  /** Class of a tone; empty where nothing is to be done. */
  readonly tone: string;
  readonly words: string;
}

/** How near the end of a certificate is, at `now` (epoch ms). */
export function expiryOf(notAfter: string, now: number): Expiry {
  const left = Date.parse(notAfter) - now;
  if (left <= 0)
    return { tone: 'tone-fault', words: t('expired {duration} ago', { duration: duration(-left) }) };
  const tone = left < CLOSE_MS ? 'tone-fault' : left < NEAR_MS ? 'tone-attention' : '';
  return { tone, words: t('{left} left', { left: duration(left) }) };
}
