import type { Table } from '../journal/environment.ts';
import { allOf, keyOf } from './keys.ts';
import { versionAfter } from './record-version.ts';
import type { StatePath } from './state-path.ts';

/**
 * What was last asked for a connector by ChangeAvailability; 0 is the whole charge point
 * (OCPP 1.6 ed. 2 §5.2). Times are epoch ms.
 */
export interface AvailabilityRecord {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly type: 'Operative' | 'Inoperative';
  /**
   * `scheduled`: after the running transaction; `doubtful`: the charge point gave no answer; `effective`: its
   * statuses show it.
   */
  readonly state: 'accepted' | 'scheduled' | 'doubtful' | 'effective';
  readonly askedAt: number;
  readonly effectiveAt: number | null;
  /** Of the CALL that asked. */
  readonly messageId: string;
  /** Rises with each change. */
  readonly version: number;
}

export type AvailabilityInput = Omit<AvailabilityRecord, 'version' | 'effectiveAt'>;

/** Wanted availability of connectors; it outlives reboots of the charge point and of Farad. In `state`. */
export interface Availabilities {
  /** All of a charge point, by connector; where 0 was asked for, only what was asked for after it. */
  of(chargePointId: string): AvailabilityRecord[];
  /** Takes the place of what was asked for before: of the connector, or with 0 of all connectors. */
  asked(input: AvailabilityInput): Promise<void>;
  /** The statuses of the charge point show what that CALL asked for. Within a write transaction. */
  tookEffect(chargePointId: string, messageId: string, at: number): void;
}

export class AvailabilityTable implements Availabilities {
  private readonly path: StatePath;
  private readonly table: Table<AvailabilityRecord>;

  constructor(path: StatePath) {
    this.path = path;
    this.table = path.records('availability');
  }

  of(chargePointId: string): AvailabilityRecord[] {
    return Array.from(this.table.getRange(allOf(chargePointId)), ({ value }) => value);
  }

  async asked(input: AvailabilityInput): Promise<void> {
    const { chargePointId, connectorId } = input;
    await this.path.transact(chargePointId, () => {
      if (connectorId === 0) this.removeAllOf(chargePointId);
      this.write({ ...input, effectiveAt: input.state === 'effective' ? input.askedAt : null });
    });
  }

  tookEffect(chargePointId: string, messageId: string, at: number): void {
    for (const record of this.of(chargePointId)) {
      if (record.messageId !== messageId) continue;
      this.write({ ...record, state: 'effective', effectiveAt: at });
    }
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    for (const { connectorId } of this.of(chargePointId))
      this.table.remove(keyOf(chargePointId, connectorId));
  }

  private write(record: Omit<AvailabilityRecord, 'version'>): void {
    const key = keyOf(record.chargePointId, record.connectorId);
    this.table.put(key, { ...record, version: versionAfter(this.table.get(key)) });
  }
}
