import { sizeOf, type Table } from '../journal/environment.ts';
import type { ChargePointChange, ChargePointRecord } from './charge-point-record.ts';
import { textKey } from './keys.ts';
import { type ListOptions, listPage, type Page } from './listing.ts';
import { type Unversioned, versionAfter } from './record-version.ts';
import type { StatePath } from './state-path.ts';

/** The charge points that have ever connected. In `state`. */
export interface ChargePoints {
  get(id: string): ChargePointRecord | undefined;
  /** Finds or creates it; `full` where it is unknown and there are `max` already. */
  register(id: string, now: number, max: number): Promise<ChargePointRecord | 'full'>;
  /** Changes it, creating it where it is unknown; returns the new record. */
  update(id: string, change: ChargePointChange, now: number): Promise<ChargePointRecord>;
  /** As `update`, with the next write: nobody waits for it. */
  note(id: string, change: ChargePointChange, now: number): Promise<ChargePointRecord>;
  /**
   * Notes signs of life, epoch ms, of many at once, `gently` with the next write; unknown ones are left out.
   * Give at most some hundred: they are one transaction.
   */
  seen(lastSeenAt: ReadonlyMap<string, number>, gently?: boolean): Promise<void>;
  /**
   * Removes it with what hangs on it (connectors, configuration and the like); its transactions and
   * reservations stay: end the open ones before.
   */
  remove(id: string): Promise<boolean>;
  /** In the order of the ids; `search` looks at id, vendor, model and serial numbers. */
  list(options: ListOptions): Page<ChargePointRecord>;
  /** O(1). */
  count(): number;
}

/** A table whose records go with their charge point. */
export interface OfChargePoints {
  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void;
}

export class ChargePointTable implements ChargePoints {
  private readonly path: StatePath;
  private readonly table: Table<ChargePointRecord>;
  private readonly dependents: readonly OfChargePoints[];
  /** Who is being registered by this process and is not counted yet. */
  private readonly newcomers = new Set<string>();

  constructor(path: StatePath, dependents: readonly OfChargePoints[]) {
    this.path = path;
    this.table = path.records('charge-points');
    this.dependents = dependents;
  }

  get(id: string): ChargePointRecord | undefined {
    return this.table.get(textKey(id));
  }

  async register(id: string, now: number, max: number): Promise<ChargePointRecord | 'full'> {
    const known = this.get(id);
    if (known) return known;
    try {
      return await this.path.transact(id, () => {
        const held = this.get(id);
        if (held) return held;
        this.newcomers.delete(id);
        if (this.count() + this.newcomers.size >= max) return 'full';
        this.newcomers.add(id);
        return this.write(unseen(id, now), {});
      });
    } finally {
      this.newcomers.delete(id);
    }
  }

  update(id: string, change: ChargePointChange, now: number): Promise<ChargePointRecord> {
    return this.path.transact(id, () => this.write(this.get(id) ?? unseen(id, now), change));
  }

  note(id: string, change: ChargePointChange, now: number): Promise<ChargePointRecord> {
    return this.path.transactLater(id, () => this.write(this.get(id) ?? unseen(id, now), change));
  }

  async seen(lastSeenAt: ReadonlyMap<string, number>, gently = false): Promise<void> {
    if (lastSeenAt.size === 0) return;
    await Promise.all(
      Array.from(lastSeenAt, ([id, at]) => {
        const note = (): void => {
          const known = this.get(id);
          if (known && known.lastSeenAt < at) this.write(known, { lastSeenAt: at });
        };
        return gently ? this.path.transactLater(id, note) : this.path.transact(id, note);
      }),
    );
  }

  remove(id: string): Promise<boolean> {
    return this.path.transact(id, () => {
      for (const table of this.dependents) table.removeAllOf(id);
      return this.table.removeSync(textKey(id));
    });
  }

  list(options: ListOptions): Page<ChargePointRecord> {
    return listPage(this.table, options, {
      key: ({ id }) => id,
      searched: ({ id, boot }) => [
        id,
        boot?.vendor,
        boot?.model,
        boot?.serialNumber,
        boot?.chargeBoxSerialNumber,
      ],
    });
  }

  count(): number {
    return sizeOf(this.table).entries;
  }

  private write(record: Unversioned<ChargePointRecord>, change: ChargePointChange): ChargePointRecord {
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    const changed = { ...record, ...Object.fromEntries(given), version: versionAfter(record) };
    this.table.put(textKey(record.id), changed);
    return changed;
  }
}

function unseen(id: string, now: number): Unversioned<ChargePointRecord> {
  return { id, registration: 'Unknown', firstSeenAt: now, lastSeenAt: now };
}
