import type { Table } from '../journal/environment.ts';
import {
  type ChargingProfileInput,
  type ChargingProfileRecord,
  type ClearFilter,
  isCleared,
  replaces,
} from './charging-profile-record.ts';
import { allOf, keyOf } from './keys.ts';
import { versionAfter } from './record-version.ts';
import type { RecordingTable } from './recording-table.ts';
import type { StatePath } from './state-path.ts';

/** Charging profiles that charge points hold; they outlive reboots (errata 3.37). In `state`. */
export interface ChargingProfiles {
  /** All of a charge point, by connector, purpose and level. */
  of(chargePointId: string): ChargingProfileRecord[];
  /** A profile was accepted: it stands in the place of those that it replaces. */
  installed(input: ChargingProfileInput): Promise<void>;
  /** As `installed`, within the write transaction that is running. */
  installWithin(input: ChargingProfileInput): void;
  /** A profile got no answer: it may be there, and those that it replaces may not. */
  perhapsInstalled(input: ChargingProfileInput): Promise<void>;
  /** A ClearChargingProfile was answered, with Accepted or Unknown: what fits is not there (any more). */
  cleared(chargePointId: string, filter: ClearFilter): Promise<void>;
  /** A ClearChargingProfile got no answer. */
  perhapsCleared(chargePointId: string, filter: ClearFilter, at: number): Promise<void>;
}

/** Which transaction ended, and where. */
interface EndedTransaction {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly transactionId: number;
}

/** Stands in keys for a TxProfile whose transaction is not known; transactionIds are positive. */
const NO_TRANSACTION = 0;

export class ChargingProfileTable implements ChargingProfiles {
  private readonly path: StatePath;
  private readonly table: Table<ChargingProfileRecord>;
  /** Keys of TxProfiles by transaction and connector. */
  private readonly ofTransactions: RecordingTable<Buffer>;

  constructor(path: StatePath) {
    this.path = path;
    this.table = path.records('charging-profiles');
    this.ofTransactions = path.bytes('charging-profiles-of-transactions');
  }

  of(chargePointId: string): ChargingProfileRecord[] {
    return Array.from(this.table.getRange(allOf(chargePointId)), ({ value }) => value);
  }

  installed(input: ChargingProfileInput): Promise<void> {
    return this.path.transact(input.chargePointId, () => this.installWithin(input));
  }

  installWithin(input: ChargingProfileInput): void {
    const newcomer = recordOf(input);
    for (const held of this.of(input.chargePointId)) if (replaces(newcomer, held)) this.remove(held);
    this.write(newcomer);
  }

  perhapsInstalled(input: ChargingProfileInput): Promise<void> {
    return this.path.transact(input.chargePointId, () => {
      const newcomer = { ...recordOf(input), doubtfulSince: input.at };
      for (const held of this.of(input.chargePointId)) {
        if (replaces(newcomer, held)) this.write({ ...held, doubtfulSince: held.doubtfulSince ?? input.at });
      }
      this.write(newcomer);
    });
  }

  cleared(chargePointId: string, filter: ClearFilter): Promise<void> {
    return this.path.transact(chargePointId, () => {
      for (const held of this.of(chargePointId)) if (isCleared(held, filter)) this.remove(held);
    });
  }

  perhapsCleared(chargePointId: string, filter: ClearFilter, at: number): Promise<void> {
    return this.path.transact(chargePointId, () => {
      for (const held of this.of(chargePointId)) {
        if (isCleared(held, filter)) this.write({ ...held, doubtfulSince: held.doubtfulSince ?? at });
      }
    });
  }

  /**
   * A transaction ended: its TxProfiles are gone, and those of its connector whose transaction is not known
   * (§3.13.1). Within a write transaction.
   */
  removeOf({ chargePointId, connectorId, transactionId }: EndedTransaction): void {
    if (this.ofTransactions.isEmpty) return;
    for (const { value: key } of Array.from(this.ofTransactions.getRange(allOf(chargePointId)))) {
      const record = this.table.get(key);
      if (record === undefined) continue;
      const isItsOwn =
        record.transactionId === null
          ? record.connectorId === connectorId
          : record.transactionId === transactionId;
      if (isItsOwn) this.remove(record);
    }
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    for (const record of this.of(chargePointId)) this.remove(record);
  }

  private write(record: Omit<ChargingProfileRecord, 'version'>): void {
    const key = recordKey(record);
    const before = this.table.get(key);
    if (before) this.remove(before);
    this.table.put(key, { ...record, version: versionAfter(before) });
    if (record.purpose !== 'TxProfile') return;
    this.ofTransactions.put(transactionKey(record), key);
  }

  private remove(record: ChargingProfileRecord): void {
    this.table.remove(recordKey(record));
    if (record.purpose === 'TxProfile') this.ofTransactions.remove(transactionKey(record));
  }
}

function recordOf({ at, profile, ...input }: ChargingProfileInput): Omit<ChargingProfileRecord, 'version'> {
  return {
    ...input,
    chargingProfileId: profile.chargingProfileId,
    purpose: profile.chargingProfilePurpose,
    stackLevel: profile.stackLevel,
    profile,
    installedAt: at,
    doubtfulSince: null,
  };
}

type Keyed = Omit<ChargingProfileRecord, 'version'>;

function recordKey({ chargePointId, connectorId, purpose, stackLevel, chargingProfileId }: Keyed): Buffer {
  return keyOf(chargePointId, connectorId, purpose, stackLevel, chargingProfileId);
}

function transactionKey(record: Keyed): Buffer {
  const { chargePointId, connectorId, transactionId } = record;
  return Buffer.concat([
    keyOf(chargePointId, transactionId ?? NO_TRANSACTION, connectorId),
    keyOf(record.stackLevel, record.chargingProfileId),
  ]);
}
