/** What is known of a configuration key of a charge point (OCPP 1.6 ed. 2 §9). Times are epoch ms. */
export interface ConfigurationKeyRecord {
  readonly chargePointId: string;
  /** In the charge point's spelling where it told one; keys are compared without case (§2.2). */
  readonly key: string;
  /** Null where none was told, and always for a write-only key. */
  readonly value: string | null;
  /** Null where neither a GetConfiguration nor a successful change has shown it. */
  readonly readonly: boolean | null;
  /** Its value is a secret: never told by the charge point, never kept. */
  readonly writeOnly: boolean;
  /** False where the charge point said that it does not know the key. */
  readonly known: boolean;
  readonly learntAt: number;
  readonly learntFrom: 'GetConfiguration' | 'ChangeConfiguration';
  /** A value that was taken with RebootRequired and is not in force yet (§7.22). */
  readonly pending: PendingValue | null;
  /** Since when nobody knows whether a change was made: its CALL got no answer. */
  readonly doubtfulSince: number | null;
  /** The last value that the charge point would not take; absent once it takes one. */
  readonly refused?: RefusedValue | undefined;
  /** Rises with each change. */
  readonly version: number;
}

export interface PendingValue {
  /** Null for a write-only key. */
  readonly value: string | null;
  readonly since: number;
  /** When a Reset was accepted after it; the boot that follows brings the value into force. */
  readonly resetAt: number | null;
  /** When it booted without a Reset of ours: then the next GetConfiguration shows what holds. */
  readonly bootedAt: number | null;
}

export interface RefusedValue {
  /** Null for a write-only key. */
  readonly value: string | null;
  readonly status: 'Rejected' | 'NotSupported';
  readonly at: number;
}

/** One key of a GetConfiguration answer. */
export interface ToldKey {
  readonly key: string;
  readonly value: string | null;
  readonly readonly: boolean | null;
}
