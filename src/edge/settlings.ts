import type { ChargePointSettings } from '../store/charge-point-settings.ts';
import type { SecurityProfile } from '../store/security-profile.ts';
import type { Store } from '../store/store.ts';
import type { AuthenticationReason } from './authenticate.ts';

/** What a connection settles: once it is there, older keys and lower profiles open nothing any more. */
export interface Settling {
  /** Hash of the key that it showed, null for none, where several are accepted; else undefined. */
  readonly openKey: string | null | undefined;
  /** By which it was recognised. */
  readonly profile: SecurityProfile;
}

/** Why a connection is closed that was let in a moment ago. */
export interface LateRefusal {
  readonly reason: AuthenticationReason;
  readonly text: string;
}

const NONE: readonly Settling[] = Object.freeze([]);

/** What is being written down on this edge, and holds for handshakes already. */
export class Settlings {
  private readonly byChargePoint = new Map<string, readonly Settling[]>();

  /** Oldest first. */
  of(chargePointId: string): readonly Settling[] {
    return this.byChargePoint.get(chargePointId) ?? NONE;
  }

  async during(chargePointId: string, settling: Settling, work: () => Promise<void>): Promise<void> {
    this.byChargePoint.set(chargePointId, [...this.of(chargePointId), settling]);
    try {
      await work();
    } finally {
      const left = this.of(chargePointId).filter((one) => one !== settling);
      if (left.length > 0) this.byChargePoint.set(chargePointId, left);
      else this.byChargePoint.delete(chargePointId);
    }
  }
}

/**
 * Writes down what a connection settles; returns why it is refused where another edge has seen a newer key or
 * a higher profile since its handshake (A05.FR.08).
 */
export async function settle(
  { givenKeys, security }: Pick<Store, 'givenKeys' | 'security'>,
  chargePointId: string,
  connection: Settling & {
    readonly settings: ChargePointSettings | undefined;
    /** A higher profile is pending. */
    readonly isProfileOpen: boolean;
  },
  at: number,
): Promise<LateRefusal | undefined> {
  const { settings, openKey, profile, isProfileOpen } = connection;
  if (openKey !== undefined) {
    const isAccepted = await givenKeys.shown(chargePointId, settings, openKey);
    // Who is recognised by a certificate needs no key.
    if (!isAccepted && profile !== 3)
      return { reason: 'credentials', text: 'its key is not accepted any more' };
  }
  if (!isProfileOpen || (await security.connected(chargePointId, settings, profile, at))) return undefined;
  return { reason: 'security_profile', text: `security profile ${profile} is not accepted any more` };
}
