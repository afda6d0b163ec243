import type { Table } from '../journal/environment.ts';
import type { LaneQueue } from '../journal/lane-queue.ts';
import { type ConnectorStatusRow, connectorStatus } from '../records/connector-status.ts';
import { CONNECTOR_LAYOUTS, type ConnectorRecord } from './connector-record.ts';
import { allOf, keyOf } from './keys.ts';
import { addRow } from './outbox.ts';
import type { WritePath } from './write-path.ts';

/** Present state of connectors. In `state`. */
export interface Connectors {
  get(chargePointId: string, connectorId: number): ConnectorRecord | undefined;
  /** All of a charge point, by connector. */
  of(chargePointId: string): ConnectorRecord[];
  /**
   * Keeps a StatusNotification: its row goes to the outbox in any case; the present state changes unless the report is older than the one held, and
   * `current` tells which.
   */
  report(row: ConnectorStatusRow): Promise<{ connector: ConnectorRecord; current: boolean }>;
}

/**
 * A report with an older time than the one held came late and does not count. One that is older by more than this cannot have waited so long: there the
 * clock of the charge point was set back, and the report counts.
 */
const LATE_AT_MOST_MS = 30 * 24 * 3_600_000;

export class ConnectorTable implements Connectors {
  private readonly path: WritePath;
  private readonly table: Table<ConnectorRecord>;
  private readonly outbox: LaneQueue;

  constructor(path: WritePath, outbox: LaneQueue) {
    this.path = path;
    this.table = path.environment.records('connectors', CONNECTOR_LAYOUTS);
    this.outbox = outbox;
  }

  get(chargePointId: string, connectorId: number): ConnectorRecord | undefined {
    return this.table.get(keyOf(chargePointId, connectorId));
  }

  of(chargePointId: string): ConnectorRecord[] {
    return Array.from(this.table.getRange(allOf(chargePointId)), ({ value }) => value);
  }

  report(row: ConnectorStatusRow): Promise<{ connector: ConnectorRecord; current: boolean }> {
    return this.path.transact(() => {
      addRow(this.outbox, connectorStatus, row);
      const held = this.get(row.chargePointId, row.connectorId);
      if (held && isLate(row, held)) return { connector: held, current: false };
      const connector: ConnectorRecord = {
        ...row,
        since: held?.status === row.status ? held.since : row.ts,
        version: this.path.nextVersion(),
      };
      this.table.put(keyOf(row.chargePointId, row.connectorId), connector);
      return { connector, current: true };
    });
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    for (const { connectorId } of this.of(chargePointId))
      this.table.remove(keyOf(chargePointId, connectorId));
  }
}

/** A clock that runs ahead must not outdate what comes after: no report is younger than its receipt. */
function isLate(row: ConnectorStatusRow, held: ConnectorRecord): boolean {
  return isBefore(Math.min(row.ts, row.receivedAt), Math.min(held.ts, held.receivedAt));
}

/** Whether a report that states the time `ts` was made before `moment`, both by the clock of the charge point; one that was set back since says nothing. Epoch ms. */
export function isBefore(ts: number, moment: number): boolean {
  const age = moment - ts;
  return age > 0 && age <= LATE_AT_MOST_MS;
}
