import type { Log } from '../telemetry/log.ts';
import { touchAgain } from './energy/touch-again.ts';
import type { Engine } from './engine.ts';

/**
 * Parts that merges made longer ago are left alone, s: what they were made of is gone by then
 * (`old_parts_lifetime` is 8 minutes).
 */
const MENDABLE_FOR_S = 450;

/** Errors of ClickHouse that say that a part may be broken: it had no room, or met one that is. */
const SIGNS = ['NOT_ENOUGH_SPACE', 'CORRUPTED_DATA'];

/** By itself ClickHouse takes up no table with more than 1 GiB or 100 parts that are broken. */
const TAKE_UP_ALL =
  'max_suspicious_broken_parts = 100000, max_suspicious_broken_parts_bytes = 1099511627776000';

interface Part {
  readonly table: string;
  readonly name: string;
}

export interface BrokenPartsOptions {
  readonly engine: Engine;
  readonly log: Pick<Log, 'error'>;
}

/**
 * Mends parts that ClickHouse has written while its disk was full: it takes no notice where the end of a part
 * cannot be written. A table that is attached anew sets such a part aside; where it was merged, the table
 * takes up again what it was made of, which ClickHouse would remove some minutes later.
 */
export class BrokenParts {
  private readonly engine: Engine;
  private readonly log: BrokenPartsOptions['log'];
  private signs: number | undefined;
  /** Merges that may break a part may still go on until then, monotonic ms. */
  private watchUntil = 0;
  /** Parts that were looked at. */
  private readonly whole = new Set<string>();
  /** Tables that have yet to be attached. */
  private readonly detached = new Set<string>();
  /** Notes of days to work out may be missing of what arrived since, epoch ms. */
  private notesMissingSince: number | undefined;

  constructor({ engine, log }: BrokenPartsOptions) {
    this.engine = engine;
    this.log = log;
  }

  /**
   * Looks at the last merges where there was no room of late; returns the parts that were mended. Throws
   * EngineError.
   */
  async look(): Promise<string[]> {
    await this.attach();
    const signs = await this.countSigns();
    // At a start ClickHouse itself sets aside what is broken.
    if (this.signs !== undefined && signs !== this.signs)
      this.watchUntil = performance.now() + MENDABLE_FOR_S * 1000;
    this.signs = signs;
    if (performance.now() >= this.watchUntil) {
      this.whole.clear();
      return [];
    }
    return this.mendBroken(`level > 0 AND modification_time > now() - INTERVAL ${MENDABLE_FOR_S} SECOND`);
  }

  /**
   * Looks at the parts that were written since a time, epoch ms, and sets aside those that are broken;
   * returns them. Their rows are gone, unless they were merged from parts that are still there. Throws
   * EngineError.
   */
  async lookAtInserted(since: number): Promise<string[]> {
    await this.attach();
    return this.mendBroken(`modification_time >= toDateTime(${Math.floor(since / 1000) - 1})`);
  }

  /** Mends the active parts that are broken among those that meet the condition; returns them. */
  private async mendBroken(condition: string): Promise<string[]> {
    const broken = await this.findBroken(condition);
    const parts = broken.map(({ table, name }) => `${table}/${name}`);
    if (parts.length > 0)
      this.log.error(
        { parts },
        'ClickHouse has written parts on a full disk and broken them, they are mended',
      );
    for (const table of new Set(broken.map((part) => part.table))) await this.mend(table);
    return parts;
  }

  private async mend(table: string): Promise<void> {
    // Nobody inserts notes again: they come out of a view.
    if (table === 'energy_touched') this.notesMissingSince ??= Date.now() - MENDABLE_FOR_S * 1000;
    await this.engine.command(`ALTER TABLE ${table} MODIFY SETTING ${TAKE_UP_ALL}`);
    this.detached.add(table);
    await this.engine.command(`DETACH TABLE ${table} SYNC`);
    await this.attach();
  }

  /** Attaches what an earlier look could not, and waits until all of it is there. */
  private async attach(): Promise<void> {
    for (const table of this.detached) {
      await this.engine.command(`ATTACH TABLE IF NOT EXISTS ${table}`);
      await this.engine.command(`SYSTEM WAIT LOADING PARTS ${table}`);
      this.detached.delete(table);
    }
    if (this.notesMissingSince === undefined) return;
    await touchAgain(this.engine, this.notesMissingSince);
    this.notesMissingSince = undefined;
  }

  private async countSigns(): Promise<number> {
    const [row] = await this.engine.query<{ signs: number }>(
      'SELECT sum(value) AS signs FROM system.errors WHERE has({names:Array(String)}, name)',
      { names: SIGNS },
    );
    return row?.signs ?? 0;
  }

  private async findBroken(condition: string): Promise<Part[]> {
    const suspects = await this.engine.query<Part>(
      `SELECT table, name FROM system.parts WHERE database = currentDatabase() AND active AND ${condition}`,
    );
    const broken: Part[] = [];
    for (const part of suspects) {
      const key = `${part.table}/${part.name}`;
      if (this.whole.has(key)) continue;
      if (await this.isWhole(part)) this.whole.add(key);
      else broken.push(part);
    }
    return broken;
  }

  private async isWhole({ table, name }: Part): Promise<boolean> {
    const found = await this.engine.query<{ is_passed: number }>(
      `CHECK TABLE ${table} PART '${name}'`,
      {},
      { patient: true },
    );
    return found.every((row) => row.is_passed === 1);
  }
}
