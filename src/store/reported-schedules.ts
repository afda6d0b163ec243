import type { Table } from '../journal/environment.ts';
import type { ChargingSchedule } from '../smart-charging/charging-profile.ts';
import { allOf, keyOf } from './keys.ts';
import { versionAfter } from './record-version.ts';
import type { StatePath } from './state-path.ts';

/**
 * What a charge point last answered to GetCompositeSchedule for a connector (OCPP 1.6 ed. 2 §5.7). Times are
 * epoch ms.
 */
export interface ReportedScheduleRecord {
  readonly chargePointId: string;
  /** As asked for; 0 is the whole charge point. */
  readonly connectorId: number;
  /** As asked for, seconds. */
  readonly duration: number;
  /** As asked for; null where the choice was left to the charge point. */
  readonly unit: 'A' | 'W' | null;
  readonly status: string;
  /** As told. */
  readonly scheduleStart: string | null;
  /** As told; null where there was none or it could not be read. */
  readonly schedule: ChargingSchedule | null;
  readonly reportedAt: number;
  /** Rises with each change. */
  readonly version: number;
}

/** The newest of each connector. In `state`. */
export interface ReportedSchedules {
  get(chargePointId: string, connectorId: number): ReportedScheduleRecord | undefined;
  put(report: Omit<ReportedScheduleRecord, 'version'>): Promise<void>;
}

export class ReportedScheduleTable implements ReportedSchedules {
  private readonly path: StatePath;
  private readonly table: Table<ReportedScheduleRecord>;

  constructor(path: StatePath) {
    this.path = path;
    this.table = path.records('reported-schedules');
  }

  get(chargePointId: string, connectorId: number): ReportedScheduleRecord | undefined {
    return this.table.get(keyOf(chargePointId, connectorId));
  }

  async put(report: Omit<ReportedScheduleRecord, 'version'>): Promise<void> {
    await this.path.transact(report.chargePointId, () => {
      const key = keyOf(report.chargePointId, report.connectorId);
      this.table.put(key, { ...report, version: versionAfter(this.table.get(key)) });
    });
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    for (const { value } of Array.from(this.table.getRange(allOf(chargePointId)))) {
      this.table.remove(keyOf(chargePointId, value.connectorId));
    }
  }
}
