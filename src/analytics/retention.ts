import type { Config } from '../config/schema.ts';
import type { TableName } from '../records/table.ts';
import type { Engine } from './engine.ts';

type Retention = Config['retention'];

interface Expiry {
  readonly table: TableName | 'energy_hourly';
  /** When a row expires at the earliest, before its retention is added. */
  readonly from: string;
  readonly setting: keyof Retention;
}

const EXPIRIES: readonly Expiry[] = [
  { table: 'meter_samples', from: 'toDateTime(received_at)', setting: 'meterSamples' },
  // A rollup row is as old as the youngest sample that it may contain.
  { table: 'energy_hourly', from: '(received_month + toIntervalMonth(1))', setting: 'meterSamples' },
  { table: 'energy_days', from: 'toDateTime(worked_at)', setting: 'energy' },
  { table: 'transaction_energy', from: 'toDateTime(worked_at)', setting: 'transactions' },
  { table: 'transactions', from: 'toDateTime(received_at)', setting: 'transactions' },
  { table: 'authorizations', from: 'toDateTime(received_at)', setting: 'authorizations' },
  { table: 'connector_status', from: 'toDateTime(received_at)', setting: 'connectorStatus' },
  { table: 'connections', from: 'toDateTime(received_at)', setting: 'connections' },
  { table: 'messages', from: 'toDateTime(received_at)', setting: 'messages' },
  { table: 'reservations', from: 'toDateTime(received_at)', setting: 'reservations' },
  { table: 'rejected_rows', from: 'toDateTime(received_at)', setting: 'rejectedRows' },
];

const SECONDS_PER_DAY = 86_400;

/**
 * Makes the tables expire their rows as the settings say; answers the tables that had to be changed. A change rewrites what ClickHouse
 * knows about the age of old rows, so nothing is done where the setting is as it was.
 */
export async function applyRetention(engine: Engine, retention: Retention): Promise<string[]> {
  const current = await engine.query<{ name: string; definition: string }>(
    'SELECT name, engine_full AS definition FROM system.tables WHERE database = currentDatabase()',
  );
  const definitions = new Map(current.map(({ name, definition }) => [name, definition]));
  const changed: string[] = [];
  for (const { table, from, setting } of EXPIRIES) {
    const expiry = `${from} + ${interval(retention[setting])}`;
    if (definitions.get(table)?.includes(`TTL ${expiry} `)) continue;
    await engine.command(`ALTER TABLE ${table} MODIFY TTL ${expiry}`);
    changed.push(table);
  }
  return changed;
}

/** As ClickHouse itself writes an interval. */
function interval(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds % SECONDS_PER_DAY === 0
    ? `toIntervalDay(${seconds / SECONDS_PER_DAY})`
    : `toIntervalSecond(${seconds})`;
}
