import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ClickHouseServer, startClickHouse } from '../../load/cluster/clickhouse-server.ts';
import type { Engine, Insert } from '../../src/analytics/engine.ts';
import { COPIED } from '../../src/analytics/history/copied-table.ts';
import { copyHistory, isWhole, type TableOutcome } from '../../src/analytics/history/history-copy.ts';
import { openHttp } from '../../src/analytics/http-engine.ts';
import { migrate } from '../../src/analytics/migrate.ts';
import { namedEngine } from '../../src/analytics/named-engine.ts';
import { rowIdentities } from '../../src/analytics/row-identity.ts';
import type { TableName } from '../../src/records/table.ts';
import { type EmbeddedEngine, openEmbeddedEngine } from '../support/embedded-engine.ts';

const ROWS = { many: 300, few: 40 };

/** Of each kind that merges leave something of. */
const SOME_TABLES: readonly TableName[] = ['meter_samples', 'transactions', 'messages', 'energy_days'];

/**
 * Anything that fits the columns, bytes that are no text among it, from some months, for some charge points.
 */
async function fill(engine: Engine, table: TableName, seed: number): Promise<void> {
  const columns = await engine.query<{ name: string; type: string }>(
    `SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = '${table}' ORDER BY position`,
  );
  const cells = columns.map(({ name, type }) => {
    const hash = `cityHash64(\`${name}\`)`;
    if (type.includes('DateTime64'))
      return `toDateTime64('2026-09-20 00:00:00', 3, 'UTC') + toIntervalMillisecond(${hash} % 2000000000)`;
    // Sums of any numbers at all would be none.
    if (name === 'amounts') return 'arrayMap(one -> cityHash64(one) % 5000 / 8, arrayResize(amounts, 3))';
    if (type.startsWith('Array')) return `arrayResize(\`${name}\`, 3)`;
    if (name === 'day') return `20000 + ${hash} % 100`;
    return name === 'charge_point_id' ? `concat('CP-', toString(${hash} % 40))` : `\`${name}\``;
  });
  const structure = columns
    .map(({ name, type }) => `\`${name}\` ${type.replace(/DateTime64\(3, 'UTC'\)/, 'UInt64')}`)
    .join(', ');
  await engine.command(
    `INSERT INTO ${table} SELECT ${cells.join(', ')} FROM generateRandom('${structure}', ${seed}, 12, 3) LIMIT ${SOME_TABLES.includes(table) ? ROWS.many : ROWS.few}`,
  );
}

describe('history that moves from the embedded ClickHouse to a server', () => {
  let embedded: EmbeddedEngine;
  let here: Engine;
  let server: ClickHouseServer;
  let there: Engine;

  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
    here = embedded.engine;
    for (const table of COPIED) {
      await fill(here, table, 1);
      // What nothing merges is there twice then, and means two things that happened.
      await here.command(`INSERT INTO ${table} SELECT * FROM ${table} WHERE rand() % 20 = 0`);
    }
    // Each row as it counts, so that two counts can be compared.
    for (const table of COPIED) await here.command(`OPTIMIZE TABLE ${table} FINAL`);
    server = await startClickHouse();
  }, 60_000);
  afterEach(() => there.close());
  afterAll(async () => {
    await server?.close();
    await embedded.close();
  });

  /** Tables of their own, or those that an earlier test has left. */
  async function openServer(database: string): Promise<void> {
    there = openHttp({
      url: server.url,
      user: 'default',
      password: '',
      database,
      insertTimeout: 10_000,
      queryTimeout: 60_000,
      queryMemory: 500_000_000,
    });
    await migrate(there);
  }

  async function copy(to: Engine = there): Promise<{ outcomes: readonly TableOutcome[]; said: string[] }> {
    const said: string[] = [];
    const say = (text: string) => void said.push(text);
    const options = { here, there: to, installation: 'installation-1', say, every: 0, mostRows: 100 };
    return { outcomes: await copyHistory(options), said };
  }

  async function counts(engine: Engine, where = '1'): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const table of COPIED) {
      const final = rowIdentities[table].left === 'all' ? '' : 'FINAL';
      const [row] = await engine.query<{ rows: number }>(
        `SELECT count() AS rows FROM ${table} ${final} WHERE ${where}`,
      );
      found[table] = row?.rows ?? 0;
    }
    return found;
  }

  const insertedIn = (outcomes: readonly TableOutcome[]) =>
    outcomes.reduce((sum, { inserted }) => sum + inserted, 0);

  test('a copy that was interrupted goes on, and each row is there once, the same as here', async () => {
    await openServer('alone');
    let left = 12;
    let late: Insert | undefined;
    const dying: Engine = {
      ...namedEngine(there, 'there'),
      async insert(insert) {
        if (left-- === 0) {
          late = insert;
          throw new Error('killed');
        }
        await there.insert(insert);
      },
    };
    // What was under way then reaches the server after it was looked for, before it is inserted again.
    const overtaken: Engine = {
      ...namedEngine(there, 'there'),
      async insert(insert) {
        if (late) await there.insert(late);
        late = undefined;
        await there.insert(insert);
      },
    };
    await expect(copy(dying)).rejects.toThrow('killed');
    // The connection is cut before the answer: the rows are there, and nobody knows.
    await server.fail('cut-after', 3);
    const { outcomes, said } = await copy(overtaken);
    expect(outcomes.filter((one) => !isWhole(one))).toEqual([]);
    expect(outcomes.map(({ table }) => table)).toEqual(COPIED);
    expect(await counts(there)).toEqual(await counts(here));
    expect(said.at(-1)).toMatch(/^comparing transactions \(table 14 of 14\): .* rows; 100 % done/);

    const again = await copy();
    expect(insertedIn(again.outcomes)).toBe(0);
    const checksums = ({ outcomes }: { outcomes: readonly TableOutcome[] }) =>
      outcomes.map(({ table, rows, checksum }) => ({ table, rows, checksum }));
    expect(checksums(again)).toEqual(checksums({ outcomes }));
    expect(await counts(there)).toEqual(await counts(here));
    // Sums over the fleet are made anew of the days that were copied.
    const sums = `SELECT round(sum(arraySum(amounts)) / (SELECT sum(arraySum(amounts)) FROM energy_days FINAL), 6) AS share FROM energy_fleet_days FINAL`;
    expect(await there.query(sums)).toEqual([{ share: 1 }]);
  }, 60_000);

  test('rows of others between them stay as they are and count for nothing', async () => {
    await openServer('shared');
    const others = `SELECT * REPLACE(concat(charge_point_id, '-of-another') AS charge_point_id)`;
    for (const table of SOME_TABLES) await fill(there, table, 2);
    for (const table of SOME_TABLES)
      await there.command(`INSERT INTO ${table} ${others} FROM ${table} LIMIT 100`);
    const before = await counts(there);
    const { outcomes } = await copy();
    expect(outcomes.filter((one) => !isWhole(one))).toEqual([]);
    const after = await counts(there);
    const own = await counts(here);
    for (const table of COPIED)
      expect([table, after[table]]).toEqual([table, (before[table] ?? 0) + (own[table] ?? 0)]);
    expect(insertedIn((await copy()).outcomes)).toBe(0);
  }, 60_000);

  test('what is newer there stays, and is no difference', async () => {
    await openServer('alone');
    await there.command(
      "INSERT INTO transactions SELECT * REPLACE(toUInt32(4294967295) AS version, 'stopped' AS state) FROM transactions LIMIT 5",
    );
    await there.command(
      'INSERT INTO meter_samples SELECT * REPLACE(received_at + toIntervalMillisecond(1) AS received_at) FROM meter_samples LIMIT 7',
    );
    const { outcomes } = await copy();
    const byName = Object.fromEntries(outcomes.map((outcome) => [outcome.table, outcome]));
    expect(byName.transactions).toMatchObject({ replaced: 5, absent: 0, different: 0, inserted: 0 });
    expect(byName.meter_samples).toMatchObject({ absent: 0, different: 0, inserted: 0 });
  }, 60_000);

  test('rows that the server has lost although it knows their tokens are inserted again', async () => {
    await openServer('alone');
    for (const table of SOME_TABLES)
      await there.command(`ALTER TABLE ${table} DELETE WHERE 1 SETTINGS mutations_sync = 1`);
    const { outcomes } = await copy();
    expect(outcomes.filter((one) => !isWhole(one))).toEqual([]);
    expect(await counts(there)).toEqual(await counts(here));
  }, 60_000);

  test('a row with another content is told as a difference', async () => {
    await openServer('alone');
    await there.command(
      'ALTER TABLE meter_samples UPDATE value = 4711 WHERE charge_point_id = (SELECT min(charge_point_id) FROM meter_samples) SETTINGS mutations_sync = 1',
    );
    const [changed] = await there.query<{ rows: number }>(
      'SELECT count() AS rows FROM meter_samples FINAL WHERE value = 4711',
    );
    const { outcomes } = await copy();
    expect(outcomes.filter((one) => !isWhole(one))).toEqual([
      expect.objectContaining({ table: 'meter_samples', different: changed?.rows, absent: 0 }),
    ]);
  }, 60_000);
});
