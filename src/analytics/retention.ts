import type { Config } from '../config/schema.ts';
import type { TableName } from '../records/table.ts';
import type { Engine } from './engine.ts';

type Settings = Config['retention'];

/** How a table is partitioned: what a partition's id says is the begin of one. */
type Span = 'week' | 'month' | 'year';

interface Expiry {
  readonly table: TableName | 'energy_touched';
  /**
   * The column with the time that a row's age counts from; missing where only whole partitions go, since the
   * table is large.
   */
  readonly since?: string;
  readonly partition?: Span;
  /** The setting that says how old rows get, or that age in ms. */
  readonly keep: keyof Settings | number;
}

const DAY_MS = 86_400_000;

/** Days that were touched longer ago have long been worked out. */
const TOUCHED_KEPT_MS = 60 * DAY_MS;

const EXPIRIES: readonly Expiry[] = [
  { table: 'meter_samples', partition: 'month', keep: 'meterSamples' },
  { table: 'energy_days', since: 'worked_at', keep: 'energy' },
  { table: 'energy_fleet_days', since: 'worked_at', keep: 'energy' },
  { table: 'energy_touched', since: 'touched_at', keep: TOUCHED_KEPT_MS },
  { table: 'transaction_energy', since: 'worked_at', keep: 'transactions' },
  { table: 'transactions', since: 'received_at', partition: 'year', keep: 'transactions' },
  { table: 'transaction_closures', since: 'received_at', partition: 'year', keep: 'transactions' },
  { table: 'authorizations', since: 'received_at', partition: 'month', keep: 'authorizations' },
  { table: 'connector_status', since: 'received_at', partition: 'month', keep: 'connectorStatus' },
  { table: 'connections', since: 'received_at', partition: 'month', keep: 'connections' },
  { table: 'security_events', since: 'received_at', partition: 'month', keep: 'securityEvents' },
  { table: 'messages', partition: 'week', keep: 'messages' },
  { table: 'reservations', since: 'received_at', partition: 'year', keep: 'reservations' },
  { table: 'rejected_rows', since: 'received_at', partition: 'month', keep: 'rejectedRows' },
];

export interface RetentionOptions {
  readonly engine: Engine;
  readonly settings: Settings;
  /** `clickhouse.cluster`. */
  readonly cluster: string;
  /** Epoch ms; undefined while the clock is doubted. */
  readonly trustedNow: () => number | undefined;
}

/**
 * Deletes rows of ClickHouse that are older than the settings say. ClickHouse itself does not know when rows
 * expire (TTL): it would go by its clock alone, and a clock that was set forward would cost nearly everything
 * within seconds.
 */
export class Retention {
  private readonly options: RetentionOptions;
  /** Up to which time rows of a table were deleted, epoch ms. */
  private readonly reached = new Map<string, number>();

  constructor(options: RetentionOptions) {
    this.options = options;
  }

  /**
   * Deletes what is due, nothing while the clock is doubted; returns the statements that it ran. Throws
   * EngineError.
   */
  async run(): Promise<string[]> {
    const now = this.options.trustedNow();
    if (now === undefined) return [];
    const partitions = await this.partitions();
    const statements: string[] = [];
    for (const expiry of EXPIRIES) {
      const { table, since, partition, keep } = expiry;
      const before = now - (typeof keep === 'number' ? keep : this.options.settings[keep]);
      for (const id of partitions.get(table) ?? []) {
        if (partition === undefined || !(endOf(id, partition) <= before)) continue;
        // A server refuses to drop more than 50 GB unless it is told that this is meant.
        statements.push(
          `ALTER TABLE ${table} DROP PARTITION ID '${id}' SETTINGS max_partition_size_to_drop = 0`,
        );
      }
      if (since !== undefined) statements.push(...(await this.rowsBefore(table, since, before)));
    }
    for (const statement of statements) await this.options.engine.command(statement);
    return statements;
  }

  /** Rows go once a day at most: to delete them rewrites what stands beside them. */
  private async rowsBefore(table: string, since: string, before: number): Promise<string[]> {
    const cutoff = Math.floor(before / DAY_MS) * DAY_MS;
    if (this.reached.get(table) === cutoff) return [];
    const where = `${since} < fromUnixTimestamp64Milli(toInt64(${cutoff}), 'UTC')`;
    const [row] = await this.options.engine.query<{ found: number }>(
      `SELECT toUInt8(count() > 0) AS found FROM (SELECT 1 FROM ${table} WHERE ${where} LIMIT 1)`,
    );
    this.reached.set(table, cutoff);
    return row?.found ? [`ALTER TABLE ${table} DELETE WHERE ${where}`] : [];
  }

  /** Ids of the partitions of each table, on all shards. */
  private async partitions(): Promise<Map<string, string[]>> {
    const { engine, cluster } = this.options;
    const parts = cluster === '' ? 'system.parts' : `clusterAllReplicas('${cluster}', system.parts)`;
    const rows = await engine.query<{ name: string; ids: string[] }>(
      `SELECT table AS name, groupUniqArray(partition_id) AS ids FROM ${parts}
       WHERE active AND database = currentDatabase() GROUP BY name`,
    );
    return new Map(rows.map(({ name, ids }) => [name.replace(/_local$/, ''), ids.sort()]));
  }
}

/**
 * Takes from the tables of an earlier version what makes ClickHouse delete rows by its own clock; returns
 * their names. Throws EngineError.
 */
export async function removeTimeLimits(engine: Engine): Promise<string[]> {
  const rows = await engine.query<{ name: string }>(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine_full LIKE '% TTL %'",
  );
  const limited = new Set(rows.map(({ name }) => name.replace(/_local$/, '')));
  const removed = EXPIRIES.map(({ table }) => table).filter((table) => limited.has(table));
  for (const table of removed) await engine.command(`ALTER TABLE ${table} REMOVE TTL`);
  return removed;
}

/** When a partition is over, epoch ms; NaN where the id is none of such a span. */
function endOf(id: string, span: Span): number {
  const [, year = '', month = '1', day = '1'] = /^(\d{4})(\d{2})?(\d{2})?$/.exec(id) ?? [];
  if (span === 'week') return Date.UTC(Number(year), Number(month) - 1, Number(day) + 7);
  if (span === 'month') return Date.UTC(Number(year), Number(month), 1);
  return Date.UTC(Number(year) + 1, 0, 1);
}
