import { type ChargePointRow, chargePoints } from '../records/charge-points.ts';
import { encodeRow } from '../records/table.ts';
import { type KnownChargePoint, knownChargePoints } from '../store/known-charge-points.ts';
import type { Store } from '../store/store.ts';
import type { Engine } from './engine.ts';

type KnownStore = Pick<Store, 'settings' | 'chargePoints' | 'connectors'>;

/** What is compared: everything but the time. */
type Facts = Omit<ChargePointRow, 'chargePointId' | 'removed' | 'receivedAt'>;

const ROWS_PER_INSERT = 5000;

/**
 * Keeps the table charge_points up with the operational store: a row for each charge point that is new,
 * changed or gone.
 */
export class KnownChargePoints {
  private readonly engine: Engine;
  private readonly store: KnownStore;
  private readonly clock: () => number;
  /** Facts as text by charge point, as ClickHouse has them; undefined before the first look. */
  private held: Map<string, string> | undefined;
  private newest = 0;

  constructor(engine: Engine, store: KnownStore, clock: () => number = Date.now) {
    this.engine = engine;
    this.store = store;
    this.clock = clock;
  }

  /**
   * One look at all charge points; returns how many rows it inserted. Throws EngineError; then the next look
   * makes up for it.
   */
  async update(): Promise<number> {
    try {
      this.held ??= await this.read();
      return await this.insertChanges(this.held);
    } catch (error) {
      this.held = undefined; // what became of the insert is unknown
      throw error;
    }
  }

  private async insertChanges(held: Map<string, string>): Promise<number> {
    const gone = new Set(held.keys());
    let rows: ChargePointRow[] = [];
    let inserted = 0;
    const flush = async (): Promise<void> => {
      await this.insert(rows);
      for (const { chargePointId, removed, receivedAt: _, ...facts } of rows) {
        if (removed) held.delete(chargePointId);
        else held.set(chargePointId, textOf(facts));
      }
      inserted += rows.length;
      rows = [];
    };
    this.newest = Math.max(this.clock(), this.newest + 1);
    for await (const known of knownChargePoints(this.store)) {
      gone.delete(known.id);
      const facts = factsOf(known, this.store);
      if (held.get(known.id) === textOf(facts)) continue;
      rows.push({ chargePointId: known.id, ...facts, removed: false, receivedAt: this.newest });
      if (rows.length >= ROWS_PER_INSERT) await flush();
    }
    for (const chargePointId of gone) {
      rows.push({ chargePointId, ...NOTHING, removed: true, receivedAt: this.newest });
    }
    await flush();
    return inserted;
  }

  private async insert(rows: readonly ChargePointRow[]): Promise<void> {
    if (rows.length === 0) return;
    const lines = Buffer.from(rows.map((row) => `${encodeRow(chargePoints, row)}\n`).join(''));
    const token = `charge-points:${this.newest}:${Buffer.from(rows[0]?.chargePointId ?? '').toString('hex')}`;
    await this.engine.insert({ table: 'charge_points', lines, token });
  }

  private async read(): Promise<Map<string, string>> {
    const rows = await this.engine.query<Facts & { chargePointId: string; at: number }>(`
SELECT charge_point_id AS chargePointId, vendor, model, firmware_version AS firmwareVersion, serial_number AS serialNumber,
  group_name AS \`group\`, connectors, toUnixTimestamp64Milli(received_at) AS at
FROM charge_points FINAL
WHERE NOT removed`);
    const held = new Map<string, string>();
    for (const { chargePointId, at, ...facts } of rows) {
      held.set(chargePointId, textOf(facts));
      this.newest = Math.max(this.newest, at);
    }
    return held;
  }
}

const NOTHING: Facts = {
  vendor: '',
  model: '',
  firmwareVersion: '',
  serialNumber: '',
  group: '',
  connectors: 0,
};

function factsOf({ id, record, settings }: KnownChargePoint, { connectors }: KnownStore): Facts {
  const { vendor = '', model = '', firmwareVersion = '', serialNumber } = record?.boot ?? {};
  return {
    vendor,
    model,
    firmwareVersion,
    serialNumber: serialNumber ?? record?.boot?.chargeBoxSerialNumber ?? '',
    group: settings?.group ?? '',
    connectors: connectors.of(id).filter(({ connectorId }) => connectorId > 0).length,
  };
}

function textOf(facts: Facts): string {
  return JSON.stringify([
    facts.vendor,
    facts.model,
    facts.firmwareVersion,
    facts.serialNumber,
    facts.group,
    facts.connectors,
  ]);
}
