import type { Table } from '../journal/environment.ts';
import { type ConnectorStatusRow, connectorStatus } from '../records/connector-status.ts';
import { CONNECTOR_LAYOUTS, type ConnectorRecord } from './connector-record.ts';
import { allOf, keyOf, textKey } from './keys.ts';
import { type Outbox, packRows } from './outbox.ts';
import { versionAfter } from './record-version.ts';
import type { StatePath } from './state-path.ts';

/** Present state of connectors. In `state`. */
export interface Connectors {
  get(chargePointId: string, connectorId: number): ConnectorRecord | undefined;
  /** All of a charge point, by connector. */
  of(chargePointId: string): ConnectorRecord[];
  /**
   * Keeps a StatusNotification with the next write: its row goes to the outbox in any case; the present state
   * changes unless the report is older than the one known, and `current` says which. Where it changes, `also`
   * is run within the same write transaction. Throws CommitError where the disk is full.
   */
  report(
    row: ConnectorStatusRow,
    also?: () => void,
  ): Promise<{ connector: ConnectorRecord; current: boolean }>;
  /**
   * Whether a report that was answered after this one may have been lost, because the edge that answered it
   * was ended before it could store it.
   */
  mayBeOutdated(connector: ConnectorRecord): boolean;
}

/**
 * A report with an older time than the known one came late and does not count. One that is older by more than
 * this cannot have waited so long: there the clock of the charge point was set back, and the report counts.
 */
const LATE_AT_MOST_MS = 30 * 24 * 3_600_000;

export class ConnectorTable implements Connectors {
  private readonly path: StatePath;
  private readonly table: Table<ConnectorRecord>;
  private readonly outbox: Outbox;
  /** When an edge was found to have ended without a stop while it held the charge point, epoch ms. */
  private readonly doubts: Table<number>;

  constructor(path: StatePath, outbox: Outbox) {
    this.path = path;
    this.table = path.records('connectors', CONNECTOR_LAYOUTS);
    this.doubts = path.records('connector-doubts');
    this.outbox = outbox;
  }

  get(chargePointId: string, connectorId: number): ConnectorRecord | undefined {
    return this.table.get(keyOf(chargePointId, connectorId));
  }

  of(chargePointId: string): ConnectorRecord[] {
    return Array.from(this.table.getRange(allOf(chargePointId)), ({ value }) => value);
  }

  report(
    row: ConnectorStatusRow,
    also: () => void = () => undefined,
  ): Promise<{ connector: ConnectorRecord; current: boolean }> {
    const chunk = packRows(connectorStatus, [row]);
    return this.path.transactLater(row.chargePointId, () => {
      this.outbox.addPacked(chunk);
      const known = this.get(row.chargePointId, row.connectorId);
      if (known && isLate(row, known)) return { connector: known, current: false };
      const connector: ConnectorRecord = {
        ...row,
        since: known?.status === row.status ? known.since : row.ts,
        version: versionAfter(known),
      };
      this.table.put(keyOf(row.chargePointId, row.connectorId), connector);
      also();
      return { connector, current: true };
    });
  }

  mayBeOutdated({ chargePointId, receivedAt }: ConnectorRecord): boolean {
    const since = this.doubts.get(textKey(chargePointId));
    return since !== undefined && receivedAt <= since;
  }

  /** From now on what was reported until `at` may be outdated. Within a write transaction. */
  doubt(chargePointId: string, at: number): void {
    this.doubts.put(textKey(chargePointId), at);
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    for (const { connectorId } of this.of(chargePointId))
      this.table.remove(keyOf(chargePointId, connectorId));
    this.doubts.remove(textKey(chargePointId));
  }
}

/**
 * A clock that runs ahead must not outdate what comes after: no report is younger than its receipt. Of two
 * with one time the one that was received first is the older, also where it is written later.
 */
function isLate(row: ConnectorStatusRow, known: ConnectorRecord): boolean {
  const [ts, knownTs] = [Math.min(row.ts, row.receivedAt), Math.min(known.ts, known.receivedAt)];
  return ts === knownTs ? row.receivedAt < known.receivedAt : isBefore(ts, knownTs);
}

/**
 * Whether a report that states the time `ts` was made before `moment`, both by the clock of the charge point;
 * one that was set back since says nothing. Epoch ms.
 */
export function isBefore(ts: number, moment: number): boolean {
  const age = moment - ts;
  return age > 0 && age <= LATE_AT_MOST_MS;
}
