import type { Table } from '../journal/environment.ts';
import type { ChargePointSettings } from './charge-point-settings.ts';
import { textKey } from './keys.ts';
import { type Unversioned, versionAfter } from './record-version.ts';
import type { SecurityProfile } from './security-profile.ts';
import type { StatePath } from './state-path.ts';

/** A higher profile that the charge point was told to change to. */
export interface PendingProfile {
  readonly profile: SecurityProfile;
  /** Of the ChangeConfiguration. */
  readonly messageId: string;
  /** When it was sent, epoch ms. */
  readonly since: number;
  /** False while nobody knows whether the charge point took it. */
  readonly accepted: boolean;
}

/** What the protocol has taught about the security profile of a charge point. */
export interface SecurityRecord {
  readonly chargePointId: string;
  /**
   * That of the settings when this began. Where they have another, operators have decided since, and this
   * means nothing.
   */
  readonly profileVersion: number;
  /**
   * Highest profile on which it has connected after it was told to change to it; lower ones are not accepted
   * any more.
   */
  readonly reached?: SecurityProfile;
  /** When it was reached, epoch ms. */
  readonly reachedAt?: number;
  /** Oldest first. */
  readonly pending: readonly PendingProfile[];
  /** Rises with each change. */
  readonly version: number;
}

/** What decides which profiles a charge point may connect with. */
export interface ProfileState {
  /** The one profile that it has to use; undefined: whichever it authenticates by. */
  readonly fixed: SecurityProfile | undefined;
  /** Higher ones that it may use as well: the first connection on one makes that the fixed one. */
  readonly pending: readonly PendingProfile[];
}

/**
 * Security profiles of charge points, as far as OCPP changes them (security whitepaper ed. 3 §A05). In
 * `state`, since only edges hear the answers and see who connects; they stand above the settings until
 * operators decide anew.
 */
export interface ChargePointSecurity {
  /** One read. */
  get(chargePointId: string, settings: ChargePointSettings | undefined): SecurityRecord | undefined;
  /** Which profiles it may use; one read. */
  state(chargePointId: string, settings: ChargePointSettings | undefined): ProfileState;
  /** A CALL is about to leave that asks it to use `profile`. */
  leaving(
    chargePointId: string,
    settings: ChargePointSettings | undefined,
    pending: Omit<PendingProfile, 'accepted'>,
  ): Promise<void>;
  /** The charge point has taken the profile of that CALL, or has not. */
  answered(chargePointId: string, messageId: string, isTaken: boolean): Promise<void>;
  /**
   * It has connected with `profile`: from now on no lower one is accepted, if that one was pending. Returns
   * whether the profile is accepted still, for meanwhile it may have connected on a higher one elsewhere.
   */
  connected(
    chargePointId: string,
    settings: ChargePointSettings | undefined,
    profile: SecurityProfile,
    at: number,
  ): Promise<boolean>;
}

/** Changes that may go unanswered, one after the other. */
const MAX_PENDING = 8;

const NONE: readonly PendingProfile[] = Object.freeze([]);

export class ChargePointSecurityTable implements ChargePointSecurity {
  private readonly path: StatePath;
  private readonly table: Table<SecurityRecord>;

  constructor(path: StatePath) {
    this.path = path;
    this.table = path.records('charge-point-security');
  }

  get(chargePointId: string, settings: ChargePointSettings | undefined): SecurityRecord | undefined {
    const record = this.table.get(textKey(chargePointId));
    return record?.profileVersion === versionOf(settings) ? record : undefined;
  }

  state(chargePointId: string, settings: ChargePointSettings | undefined): ProfileState {
    const record = this.get(chargePointId, settings);
    return { fixed: record?.reached ?? settings?.securityProfile, pending: record?.pending ?? NONE };
  }

  leaving(
    chargePointId: string,
    settings: ChargePointSettings | undefined,
    pending: Omit<PendingProfile, 'accepted'>,
  ): Promise<void> {
    return this.path.transact(chargePointId, () => {
      const known = this.get(chargePointId, settings) ?? unknown(chargePointId, settings);
      const others = known.pending.slice(1 - MAX_PENDING);
      this.write({ ...known, pending: [...others, { ...pending, accepted: false }] });
    });
  }

  answered(chargePointId: string, messageId: string, isTaken: boolean): Promise<void> {
    return this.path.transact(chargePointId, () => {
      const known = this.table.get(textKey(chargePointId));
      if (known === undefined) return;
      const pending = known.pending.flatMap((entry) => {
        if (entry.messageId !== messageId) return [entry];
        return isTaken ? [{ ...entry, accepted: true }] : [];
      });
      this.write({ ...known, pending });
    });
  }

  connected(
    chargePointId: string,
    settings: ChargePointSettings | undefined,
    profile: SecurityProfile,
    at: number,
  ): Promise<boolean> {
    return this.path.transact(chargePointId, () => {
      const state = this.state(chargePointId, settings);
      if (!isAccepted(state, profile)) return false;
      const known = this.get(chargePointId, settings);
      if (known !== undefined && settles(state, profile)) {
        const { pending } = afterConnected(state, profile);
        this.write({ ...known, reached: profile, reachedAt: at, pending });
      }
      return true;
    });
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    this.table.remove(textKey(chargePointId));
  }

  private write(record: Unversioned<SecurityRecord>): void {
    const { chargePointId, reached, pending } = record;
    if (reached === undefined && pending.length === 0) this.removeAllOf(chargePointId);
    else this.table.put(textKey(chargePointId), { ...record, version: versionAfter(record) });
  }
}

/**
 * Whether a charge point in this state may connect with `profile`: one at a time, except for those that are
 * pending (A00.FR.002, A05.FR.09).
 */
export function isAccepted({ fixed, pending }: ProfileState, profile: SecurityProfile): boolean {
  return fixed === undefined || fixed === profile || pending.some((entry) => entry.profile === profile);
}

/** What it may connect with once it has connected with `profile`. */
export function afterConnected(state: ProfileState, profile: SecurityProfile): ProfileState {
  if (!settles(state, profile)) return state;
  return { fixed: profile, pending: state.pending.filter((entry) => entry.profile > profile) };
}

/** Whether a connection with `profile` ends the lower ones (A05.FR.08). */
export function settles({ pending }: ProfileState, profile: SecurityProfile): boolean {
  return pending.some((entry) => entry.profile === profile);
}

function unknown(
  chargePointId: string,
  settings: ChargePointSettings | undefined,
): Omit<SecurityRecord, 'version'> {
  return { chargePointId, profileVersion: versionOf(settings), pending: [] };
}

function versionOf(settings: ChargePointSettings | undefined): number {
  return settings?.profileVersion ?? 0;
}
