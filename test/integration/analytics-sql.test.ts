import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClickHouseServer, startClickHouse } from '../../load/cluster/clickhouse-server.ts';
import { RefusedStatement } from '../../src/analytics/foreign-statement.ts';
import { openHttp } from '../../src/analytics/http-engine.ts';
import { migrate } from '../../src/analytics/migrate.ts';
import { SqlService } from '../../src/analytics/sql-service.ts';
import { connections } from '../../src/records/connections.ts';
import { type EmbeddedEngine, insertRows, linesOf, openEmbeddedEngine } from '../support/embedded-engine.ts';

const opened = {
  chargePointId: 'CP-1',
  event: 'opened' as const,
  epoch: 1,
  remoteAddress: '10.0.0.1',
  code: null,
  reason: "it's (fine); really -- yes",
  durationMs: null,
  receivedAt: Date.UTC(2026, 4, 4),
};

describe('SQL that a person wrote', () => {
  let embedded: EmbeddedEngine;
  let service: SqlService;
  const ask = (sql: string, limit = 100) => service.answer({ sql, limit });

  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
    await insertRows(embedded.engine, connections, [opened, { ...opened, chargePointId: 'CP-2', epoch: 2 }]);
    service = new SqlService({
      engine: () => embedded.engine,
      problem: () => 'closed',
      database: 'farad',
      timeLimit: 2000,
    });
  });
  afterAll(() => embedded.close());

  it.each([
    [
      'SELECT charge_point_id, epoch FROM connections ORDER BY epoch DESC',
      [
        ['CP-2', 2],
        ['CP-1', 1],
      ],
    ],
    [
      `-- which ones
       WITH long AS (SELECT charge_point_id AS id, row_number() OVER (ORDER BY epoch) AS place FROM farad.connections)
       SELECT long.id, place FROM long WHERE place = 1;  `,
      [['CP-1', 1]],
    ],
    ["SELECT count() FROM connections WHERE reason = 'it''s (fine); really -- yes'", [[2]]],
    [
      "SELECT countIf(epoch = 1), quantileIf(0.5)(epoch, 1), CASE WHEN 1 THEN 'a' ELSE 'b' END FROM connections",
      [[1, 1.5, 'a']],
    ],
    [
      'SELECT arraySum(arrayMap(x -> x * 2, groupArray(epoch))) AS s, max(received_at) FROM connections',
      [[6, '2026-05-04T00:00:00.000Z']],
    ],
    ['SELECT 1 WHERE 1 IN (SELECT epoch FROM connections) UNION ALL SELECT 2', [[1], [2]]],
  ])('%s', async (sql, rows) => {
    const answer = await ask(sql);
    expect(answer).toMatchObject({ ok: true, truncated: false });
    expect(answer.ok && [...answer.rows].sort()).toEqual([...rows].sort());
  });

  it('tells the columns, and cuts off after so many rows', async () => {
    expect(await ask('SELECT number AS n FROM numbers(10)', 3)).toEqual({
      ok: true,
      columns: [{ name: 'n', type: 'UInt64' }],
      rows: [[0], [1], [2]],
      truncated: true,
    });
  });

  it('describes tables with their columns and what they hold, and no other', async () => {
    const described = await ask('DESCRIBE connections');
    expect(described.ok && described.rows[1]).toEqual([
      'event',
      'LowCardinality(String)',
      'opened, closed or refused.',
      '',
    ]);
    expect(described.ok && described.rows[0]).toEqual(
      expect.arrayContaining(['charge_point_id', 'String', 'yes']),
    );
    for (const sql of ['DESCRIBE schema_migrations', 'DESCRIBE system.one', "DESCRIBE file('/etc/passwd')"]) {
      expect(await ask(sql)).toMatchObject({ ok: false, code: 'bad_statement' });
    }
  });

  const file = () => join(embedded.directory, 'stolen');

  it.each([
    ['a file that it writes', () => `SELECT 1 INTO OUTFILE '${file()}'`],
    ['a file that it writes from outside of the parentheses', () => `SELECT 1) INTO OUTFILE '${file()}' --`],
    ['that, with the rest made to fit', () => `SELECT 1) INTO OUTFILE '${file()}' SETTINGS a = (1`],
    ['that, behind a comment', () => `SELECT 1) INTO OUTFILE '${file()}' /*`],
    ['a file that it reads as a table', () => "SELECT * FROM file('/etc/passwd', 'LineAsString')"],
    ['a file that it reads as a value', () => "SELECT file('/etc/passwd')"],
    ['the same in other letters', () => "SELECT FILE('/etc/passwd')"],
    ['another host', () => "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')"],
    ['another host, by other means', () => "SELECT * FROM remote('127.0.0.1', 'system.one')"],
    [
      'another host, through a function',
      () => "SELECT hasColumnInTable('127.0.0.1', 'system', 'one', 'dummy')",
    ],
    ['a program', () => "SELECT * FROM executable('id', 'TSV', 'a String')"],
    ['settings', () => 'SET readonly = 0'],
    ['settings inside', () => 'SELECT 1 SETTINGS readonly = 0'],
    ['two statements', () => 'SELECT 1; DROP TABLE connections'],
    ['two statements in parentheses', () => 'SELECT 1); DROP TABLE connections; SELECT (1'],
    ['another statement', () => 'DROP TABLE connections'],
    ['an insert', () => 'INSERT INTO connections SELECT * FROM connections'],
    ['an explanation', () => 'EXPLAIN SELECT 1'],
    ['a system table', () => 'SELECT * FROM system.query_log'],
    ['a system table in quotes', () => 'SELECT * FROM `system`.`settings`'],
    ['a system table in a join', () => 'SELECT * FROM connections JOIN system.one ON 1'],
    ['a system table behind IN', () => "SELECT 'x' IN system.databases"],
    ['the information schema', () => 'SELECT * FROM information_schema.tables'],
    ['another database', () => 'SELECT * FROM default.anything'],
    ['many tables by a pattern', () => "SELECT * FROM merge('system', '.*')"],
    ['a setting by name', () => "SELECT getSetting('max_threads')"],
    ['sleeping', () => 'SELECT sleepEachRow(1)'],
    ['a heredoc', () => "SELECT $a$ ' $a$"],
    ['curly quotes', () => 'SELECT ‘a’'],
    ['an open quote', () => "SELECT 'a"],
    ['nothing', () => ' -- just a thought'],
    ['what is no SQL', () => 'SELECT FROM WHERE'],
  ])('refuses %s', async (_, sql) => {
    expect(await ask(sql())).toMatchObject({ ok: false, code: 'bad_statement' });
    expect(existsSync(file())).toBe(false);
    expect(await ask('SELECT count() FROM connections')).toMatchObject({ ok: true, rows: [[2]] });
  });

  it('even unjudged, a statement cannot write, read files or change its settings', async () => {
    const { engine } = embedded;
    for (const sql of [
      'DROP TABLE connections',
      'SET max_execution_time = 0',
      'SET readonly = 0',
      'INSERT INTO connections SELECT * FROM connections',
      "SELECT * FROM file('/etc/passwd', 'LineAsString')",
      "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
    ]) {
      await expect(engine.foreign(sql, 'JSONCompact', 2000), sql).rejects.toThrow(RefusedStatement);
    }
  });

  it('ends what takes too long or too much, and leaves the other queries as they were', async () => {
    expect(await ask('SELECT count() FROM numbers(1000000000000)')).toMatchObject({ code: 'time_limit' });
    expect(await ask('SELECT uniqExact(number) FROM numbers(1000000000)')).toMatchObject({
      code: 'time_limit',
    });
    expect(await ask("SELECT repeat('x', 100000) FROM numbers(5000)", 5000)).toMatchObject({
      code: 'time_limit',
    });
    expect(await ask('SELECT 1')).toMatchObject({ ok: true, rows: [[1]] });
    await embedded.engine.command('CREATE TABLE still_writable (a Int32) ENGINE = Memory');
    await embedded.engine.command('DROP TABLE still_writable');
    expect(readdirSync(join(embedded.directory, 'cwd', 'exports'))).toEqual([]);
  });
});

describe('SQL that a person wrote, against a server', () => {
  let server: ClickHouseServer;
  const options = {
    user: 'default',
    password: '',
    database: 'farad',
    insertTimeout: 5000,
    queryTimeout: 5000,
  };
  beforeAll(async () => {
    server = await startClickHouse();
  });
  afterAll(() => server.close());

  it('is asked and refused alike', async () => {
    const engine = openHttp({ ...options, url: server.url, queryMemory: 500_000_000 });
    await migrate(engine);
    await engine.insert({ table: 'connections', lines: linesOf(connections, [opened]), token: 'sql:1' });
    const service = new SqlService({
      engine: () => engine,
      problem: () => 'closed',
      database: 'farad',
      timeLimit: 2000,
    });
    expect(await service.answer({ sql: 'SELECT epoch FROM connections', limit: 10 })).toMatchObject({
      ok: true,
      rows: [[1]],
    });
    expect(await service.answer({ sql: "SELECT file('/etc/passwd')", limit: 10 })).toMatchObject({
      code: 'bad_statement',
    });
    await server.kill();
    expect(await service.answer({ sql: 'SELECT epoch FROM connections', limit: 10 })).toMatchObject({
      code: 'engine_unavailable',
    });
    await engine.close();
  });
});
