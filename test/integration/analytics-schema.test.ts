import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, Insert } from '../../src/analytics/engine.ts';
import { migrate, readMigrations } from '../../src/analytics/migrate.ts';
import { readSchema } from '../../src/analytics/own-schema.ts';
import { removeTimeLimits } from '../../src/analytics/retention.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { tables } from '../../src/records/tables.ts';
import { registerSample } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, linesOf, openEmbeddedEngine } from '../support/embedded-engine.ts';

describe('the tables in ClickHouse', () => {
  let embedded: EmbeddedEngine;
  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
  });
  afterAll(() => embedded.close());

  const query = <Row>(sql: string) => embedded.engine.query<Row>(sql);
  const scalar = async (sql: string) =>
    Object.values((await query<Record<string, unknown>>(sql))[0] ?? {})[0];

  it.each(tables.map((table) => [table.name, table] as const))(
    '%s has the columns of its records',
    async (name, table) => {
      const columns = await query(
        `SELECT name, type FROM system.columns WHERE database = 'farad' AND table = '${name}' ORDER BY position`,
      );
      expect(columns).toEqual(table.columns.map((column) => ({ name: column.name, type: column.type })));
    },
  );

  it('every table and column says what it holds', async () => {
    const schema = await readSchema(embedded.engine, 'farad');
    expect(schema.map(({ name }) => name).sort()).toEqual(tables.map(({ name }) => name).sort());
    const silent = schema.flatMap(({ name, comment, columns }) => [
      ...(comment === '' ? [name] : []),
      ...columns.filter((column) => column.comment === '').map((column) => `${name}.${column.name}`),
    ]);
    expect(silent).toEqual([]);
  });

  it('every table that rows are inserted into, rollups included, remembers at least 10,000 tokens and flushes', async () => {
    const definitions = await query<{ name: string; definition: string }>(
      "SELECT name, engine_full AS definition FROM system.tables WHERE database = 'farad' AND engine LIKE '%MergeTree' AND name != 'schema_migrations'",
    );
    expect(definitions.map(({ name }) => name).sort()).toEqual(
      [...tables.map(({ name }) => name), 'energy_touched'].sort(),
    );
    for (const { name, definition } of definitions) {
      const window = /non_replicated_deduplication_window = (\d+)/.exec(definition)?.[1];
      expect(Number(window), name).toBeGreaterThanOrEqual(10_000);
      expect(definition, name).toContain('fsync_after_insert = 1, fsync_part_directory = 1');
    }
  });

  it('no table is partitioned or expires by the clock of a charge point', async () => {
    const keys = await query<{ name: string; key: string }>(
      "SELECT name, partition_key AS key FROM system.tables WHERE database = 'farad' AND partition_key != ''",
    );
    // Newer rows of charge_points, of corrections and of energy replace older ones, so each of these tables
    // has one partition.
    expect(keys).toHaveLength(tables.length - 5);
    for (const { name, key } of keys) expect(key, name).toMatch(/received_(at|month)/);
  });

  it('are left alone by a second start', async () => {
    expect(await migrate(embedded.engine)).toEqual([]);
    expect(await scalar('SELECT count() FROM schema_migrations')).toBe(readMigrations().length);
  });

  it('finish a migration that a crash interrupted', async () => {
    const done = readMigrations();
    const more = {
      number: (done.at(-1)?.number ?? 0) + 1,
      name: 'more',
      statements: ['CREATE TABLE IF NOT EXISTS two (a Int32) ENGINE = Memory', 'DROP TABLE nowhere'],
    };
    await expect(migrate(embedded.engine, [...done, more])).rejects.toThrow(/nowhere/);
    const mended = { ...more, statements: more.statements.slice(0, 1) };
    expect(await migrate(embedded.engine, [...done, mended])).toEqual(['more']);
  });

  it('of a newer Farad are refused', async () => {
    const known = readMigrations().at(-1)?.number ?? 0;
    await expect(migrate(embedded.engine)).rejects.toMatchObject({
      fault: 'setup',
      message: expect.stringContaining(
        `schema ${known + 1}, but this version of Farad knows schemas up to ${known}`,
      ),
    });
  });

  it('leave nothing to the clock of ClickHouse', async () => {
    // The table of touched days was made with a time limit.
    expect(await removeTimeLimits(embedded.engine)).toEqual(['energy_touched']);
    await embedded.engine.command(
      'ALTER TABLE messages MODIFY TTL toDateTime(received_at) + toIntervalDay(7)',
    );
    expect(await removeTimeLimits(embedded.engine)).toEqual(['messages']);
    expect(await removeTimeLimits(embedded.engine)).toEqual([]);
    expect(
      await scalar("SELECT count() FROM system.tables WHERE database = 'farad' AND engine_full LIKE '%TTL%'"),
    ).toBe(0);
  });

  describe('with an insert that is repeated', () => {
    const noon = Date.UTC(2026, 4, 4, 12);
    const lines = linesOf(
      meterSamples,
      Array.from({ length: 100 }, (_, index) =>
        registerSample({
          ts: noon + index * 1000,
          value: index,
          // Two months, so two partitions: each has to recognise its part.
          receivedAt: index < 50 ? Date.UTC(2026, 3, 30) : Date.UTC(2026, 4, 1),
        }),
      ),
    );
    const insert = (token: string): Insert => ({ table: 'meter_samples', lines, token });

    it('hold every row once, and note once what they touched', async () => {
      const { engine } = embedded;
      for (let attempt = 0; attempt < 3; attempt++) await engine.insert(insert('schema:repeat'));
      expect(await scalar('SELECT count() FROM meter_samples')).toBe(100);
      expect(
        await scalar("SELECT sum(rows) FROM system.parts WHERE active AND table = 'energy_touched'"),
      ).toBeLessThanOrEqual(2);
    });

    it('would hold them twice under another token, and still note the same', async () => {
      const { engine } = embedded;
      const state = 'SELECT charge_point_id, connector_id, day FROM energy_touched FINAL';
      const before = await query(state);
      await engine.insert(insert('schema:other'));
      expect(await scalar('SELECT count() FROM meter_samples')).toBe(200);
      expect(await query(state)).toEqual(before);
      await engine.command('OPTIMIZE TABLE meter_samples FINAL');
      expect(await scalar('SELECT count() FROM meter_samples')).toBe(100);
    });

    it('note what they touched in a repetition where the first attempt broke before it', async () => {
      const { engine } = embedded;
      await engine.command('TRUNCATE TABLE meter_samples');
      await engine.command('TRUNCATE TABLE energy_touched');
      const view = await scalar(
        "SELECT create_table_query FROM system.tables WHERE name = 'energy_touched_by_samples'",
      );
      await engine.command('DROP VIEW energy_touched_by_samples');
      await engine.insert(insert('schema:half'));
      await engine.command(String(view));
      await engine.insert(insert('schema:half'));
      expect(await scalar('SELECT count() FROM meter_samples')).toBe(100);
      expect(await scalar('SELECT uniqExact(day) FROM energy_touched')).toBe(1);
    });
  });

  it('are brought up to date over existing rows, which then answer the new questions', async () => {
    const all = readMigrations();
    const { engine } = embedded;
    await engine.command('CREATE DATABASE earlier');
    await engine.command('USE earlier');
    // The state of an installation from before the tenth migration.
    expect(await migrate(inDatabase('earlier'), all.slice(0, 9))).toHaveLength(9);
    const insert = (minute: number, value: number, token: string) =>
      engine.insert({
        table: 'meter_samples',
        lines: linesOf(meterSamples, [
          registerSample({ ts: Date.UTC(2026, 4, 4, 12, minute), value, transactionId: 7 }),
        ]),
        token,
      });
    await insert(1, 1000, 'earlier:1');
    await insert(30, 2000, 'earlier:2');
    expect(await migrate(inDatabase('earlier'), all)).toEqual(all.slice(9).map(({ name }) => name));
    await insert(40, 2000, 'earlier:3');
    await insert(40, 2000, 'earlier:4'); // repeated
    const rows = await engine.query(
      'SELECT charge_point_id AS id, connector_id AS connector, day, count() AS parts FROM earlier.energy_touched GROUP BY ALL',
    );
    const day = Math.floor(Date.UTC(2026, 4, 4) / 86_400_000);
    expect(rows).toEqual([{ id: 'CP-1', connector: 1, day, parts: expect.any(Number) }]);
    await engine.command('USE farad');
  });

  function inDatabase(database: string): Engine {
    const { engine } = embedded;
    return {
      prepare: async () => undefined,
      command: (sql) => engine.command(sql),
      insert: (insert) => engine.insert(insert),
      query: (sql) =>
        engine.query(sql.replace('FROM schema_migrations', `FROM ${database}.schema_migrations`)),
      close: async () => undefined,
    } as Engine;
  }
});
