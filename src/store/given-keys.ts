import type { Table } from '../journal/environment.ts';
import type { ChargePointSettings } from './charge-point-settings.ts';
import { textKey } from './keys.ts';
import { versionAfter } from './record-version.ts';
import type { StatePath } from './state-path.ts';

/** A key that a charge point may show when it connects. */
export interface AcceptedKey {
  /** Null: no key is asked for. */
  readonly keyHash: string | null;
  /** Of the ChangeConfiguration that gave it; null for what held before. */
  readonly messageId: string | null;
  /** When it was given, epoch ms; absent for what held before, and in records of an older Farad. */
  readonly givenAt?: number;
}

/** What a charge point may show after it was given a key by ChangeConfiguration. */
export interface GivenKeyRecord {
  readonly chargePointId: string;
  /**
   * That of the settings when the first key was given. Where they have another, operators have decided since,
   * and this means nothing.
   */
  readonly keyVersion: number;
  /** Oldest first; several while nobody knows which one the charge point uses. */
  readonly accepted: readonly AcceptedKey[];
  /** Rises with each change. */
  readonly version: number;
}

/**
 * Keys that charge points were given by ChangeConfiguration of AuthorizationKey
 * (security whitepaper ed. 3 §A01). In `state`, since only edges hear the answers; they stand above the key
 * of the settings until operators decide anew.
 */
export interface GivenKeys {
  /** What the charge point may show; one read. */
  accepted(chargePointId: string, settings: ChargePointSettings | undefined): readonly AcceptedKey[];
  /**
   * A CALL is about to leave that gives a key; `keyHashes` are of the forms in which the charge point may
   * show it.
   */
  leaving(
    chargePointId: string,
    settings: ChargePointSettings | undefined,
    messageId: string,
    keyHashes: readonly string[],
    at: number,
  ): Promise<void>;
  /** The charge point has taken the key of that CALL, or has not. */
  answered(chargePointId: string, messageId: string, isTaken: boolean): Promise<void>;
  /**
   * The charge point has shown this key, or none (null): older ones are worth nothing any more. Returns
   * whether it is accepted still, for meanwhile a newer one may have been shown elsewhere.
   */
  shown(
    chargePointId: string,
    settings: ChargePointSettings | undefined,
    keyHash: string | null,
  ): Promise<boolean>;
}

/** Keys that are accepted at a time: so many changes may go unanswered, one after the other. */
const MAX_ACCEPTED = 8;

export class GivenKeyTable implements GivenKeys {
  private readonly path: StatePath;
  private readonly table: Table<GivenKeyRecord>;

  constructor(path: StatePath) {
    this.path = path;
    this.table = path.records('given-keys');
  }

  accepted(chargePointId: string, settings: ChargePointSettings | undefined): readonly AcceptedKey[] {
    const given = this.table.get(textKey(chargePointId));
    return given !== undefined && given.keyVersion === versionOf(settings)
      ? given.accepted
      : [ofSettings(settings)];
  }

  leaving(
    chargePointId: string,
    settings: ChargePointSettings | undefined,
    messageId: string,
    keyHashes: readonly string[],
    at: number,
  ): Promise<void> {
    return this.path.transact(chargePointId, () => {
      const [first, ...others] = this.accepted(chargePointId, settings);
      const given = keyHashes.map((keyHash) => ({ keyHash, messageId, givenAt: at }));
      const accepted = [first ?? ofSettings(settings), ...[...others, ...given].slice(1 - MAX_ACCEPTED)];
      this.write({ chargePointId, keyVersion: versionOf(settings), accepted });
    });
  }

  answered(chargePointId: string, messageId: string, isTaken: boolean): Promise<void> {
    return this.change(chargePointId, (accepted) =>
      accepted.filter((key) =>
        // What needed no key goes on needing none until the key is shown: it may be for a security profile to
        // come.
        isTaken ? key.messageId === messageId || key.keyHash === null : key.messageId !== messageId,
      ),
    );
  }

  shown(
    chargePointId: string,
    settings: ChargePointSettings | undefined,
    keyHash: string | null,
  ): Promise<boolean> {
    return this.path.transact(chargePointId, () => {
      const accepted = this.accepted(chargePointId, settings);
      if (!accepted.some((key) => key.keyHash === keyHash)) return false;
      const rest = afterShown(accepted, keyHash);
      if (rest !== accepted) this.keep(chargePointId, versionOf(settings), rest);
      return true;
    });
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    this.table.remove(textKey(chargePointId));
  }

  private change(
    chargePointId: string,
    change: (accepted: readonly AcceptedKey[]) => readonly AcceptedKey[],
  ): Promise<void> {
    return this.path.transact(chargePointId, () => {
      const known = this.table.get(textKey(chargePointId));
      if (known === undefined) return;
      this.keep(chargePointId, known.keyVersion, change(known.accepted));
    });
  }

  /** Where only what held before is left, that says nothing beyond the settings. */
  private keep(chargePointId: string, keyVersion: number, accepted: readonly AcceptedKey[]): void {
    if (accepted.every(({ messageId }) => messageId === null)) this.removeAllOf(chargePointId);
    else this.write({ chargePointId, keyVersion, accepted });
  }

  private write(record: Omit<GivenKeyRecord, 'version'>): void {
    const key = textKey(record.chargePointId);
    this.table.put(key, { ...record, version: versionAfter(this.table.get(key)) });
  }
}

/**
 * What is still accepted once `keyHash`, or none, was shown: itself, and keys that were given later. The same
 * array where that is all.
 */
export function afterShown(accepted: readonly AcceptedKey[], keyHash: string | null): readonly AcceptedKey[] {
  const shown = accepted.find((key) => key.keyHash === keyHash);
  if (shown === undefined) return accepted;
  const rest = accepted
    .slice(accepted.indexOf(shown))
    .filter((key) => key === shown || key.messageId !== shown.messageId);
  return rest.length === accepted.length ? accepted : rest;
}

/** Whether it may connect without a key. */
export function needsNoKey(accepted: readonly AcceptedKey[]): boolean {
  return accepted.some(({ keyHash }) => keyHash === null);
}

function ofSettings(settings: ChargePointSettings | undefined): AcceptedKey {
  return { keyHash: settings?.keyHash ?? null, messageId: null };
}

function versionOf(settings: ChargePointSettings | undefined): number {
  return settings?.keyVersion ?? 0;
}
