import { expect, test, vi } from 'vitest';
import { namesOneFile } from '../../../src/analytics/block-file.ts';
import { openChdb } from '../../../src/analytics/chdb-engine.ts';
import { engineErrorOf, isStanding } from '../../../src/analytics/engine-error.ts';
import { readMigrations } from '../../../src/analytics/migrate.ts';
import { insertStatement, withValues } from '../../../src/analytics/statement.ts';
import { tokenOf } from '../../../src/analytics/token.ts';
import { Turns } from '../../../src/analytics/turns.ts';

vi.mock('chdb', () => {
  throw new Error("Cannot find package 'chdb'");
});

test('an absent chdb is said in one line that tells what to do', async () => {
  const options = {
    path: '/nowhere',
    workDirectory: '/nowhere',
    backups: '/nowhere',
    database: 'farad',
    memory: 1,
    queryTimeout: 1,
  };
  await expect(openChdb(options)).rejects.toMatchObject({
    fault: 'setup',
    message: expect.stringMatching(
      /^the embedded ClickHouse \(optional package chdb\) cannot be loaded: .*clickhouse\.url/,
    ),
  });
});

test.each([
  [25, 'Cannot parse escape sequence', 'rows'],
  [252, 'Too many partitions for single INSERT block (more than 100)', 'rows'],
  [252, 'Too many parts (3000). Merges are processing significantly slower than inserts', 'away'],
  [159, 'Timeout exceeded', 'time'],
  [241, 'memory limit exceeded', 'memory'],
  [236, 'server is shutting down due to a fatal error', 'broken'],
  [60, 'Table farad.x does not exist', 'other'],
] as const)('ClickHouse error %i (%s) is the fault of %s', (code, text, fault) => {
  const error = engineErrorOf(code, `Code: ${code}. DB::Exception: ${text}: \nRow 1:\nColumn 0, ...`);
  expect([error.fault, error.message]).toEqual([fault, `ClickHouse error ${code}: ${text}`]);
});

test('a missing table, a full disk or a wrong password is never taken to the rows; something unheard of may be', () => {
  for (const code of [60, 243, 516]) expect(isStanding(engineErrorOf(code, 'x'))).toBe(true);
  const filesystem =
    'std::exception. Code: 1001, type: std::__1::__fs::filesystem::filesystem_error, No space left on device';
  expect(isStanding(engineErrorOf(1001, filesystem))).toBe(true);
  expect(isStanding(engineErrorOf(4711, 'x'))).toBe(false);
});

test('the token of an insert names queue, table, spans and part, and is part of the statement', () => {
  const spans = [
    { lane: 0, from: 1, to: 9 },
    { lane: 3, from: 4, to: 4 },
  ];
  const whole = { uuid: 'u-1', table: 'connections', spans };
  const token = tokenOf(whole);
  expect(token).toBe('u-1:connections:0.1-9,3.4-4');
  expect(tokenOf({ ...whole, part: Buffer.from('[1]\n') })).toMatch(
    /^u-1:connections:0.1-9,3.4-4@[0-9a-f]{32}$/,
  );
  expect(tokenOf({ ...whole, part: Buffer.from('[1]\n') })).not.toBe(
    tokenOf({ ...whole, part: Buffer.from('[2]\n') }),
  );
  expect(insertStatement({ table: 'connections', token }, 'JSONCompactEachRow')).toBe(
    'INSERT INTO connections (`charge_point_id`, `event`, `epoch`, `remote_address`, `code`, `reason`, `duration_ms`, `received_at`) ' +
      `SETTINGS insert_deduplication_token = '${token}', insert_deduplicate = 1, ` +
      'deduplicate_blocks_in_dependent_materialized_views = 1, async_insert = 0 FORMAT JSONCompactEachRow',
  );
  expect(insertStatement({ table: 'charge_points', token }, 'Native', "/data/o'b/x")).toMatch(
    /^INSERT INTO charge_points \(.*\) FROM INFILE '\/data\/o\\'b\/x' SETTINGS .* FORMAT Native$/,
  );
  expect(() => insertStatement({ table: 'connections', token: "x' --" }, 'Native')).toThrow(TypeError);
});

test('a path that the engine would take for a pattern is known', () => {
  expect(['/srv/farad/data', '/srv/[a] b/ü'].map(namesOneFile)).toEqual([true, true]);
  expect(['/srv/*', '/srv/a?', '/srv/{a,b}'].map(namesOneFile)).toEqual([false, false, false]);
});

test('the token of a batch of very many spans stays short, since servers and proxies bound what an URL may be', () => {
  const spans = Array.from({ length: 2000 }, (_, lane) => ({ lane, from: 1, to: 9 }));
  const token = tokenOf({ uuid: 'u-1', table: 'connections', spans });
  expect(token).toMatch(/^u-1:connections:[0-9a-f]{32}$/);
  expect(tokenOf({ uuid: 'u-1', table: 'connections', spans: spans.slice(1) })).not.toBe(token);
});

test('turns are taken in order, so many at a time, and one that fails gives its turn on', async () => {
  const turns = new Turns(2);
  const log: string[] = [];
  const gates: (() => void)[] = [];
  const work = (name: string) =>
    turns.run(async () => {
      log.push(name);
      await new Promise<void>((resolve) => gates.push(resolve));
      if (name === 'a') throw new Error('a failed');
    });
  const all = ['a', 'b', 'c', 'd'].map((name) => work(name).catch(() => undefined));
  expect([log, turns.length]).toEqual([['a', 'b'], 2]);
  gates[0]?.();
  await all[0];
  expect(log).toEqual(['a', 'b', 'c']);
  gates[1]?.();
  gates[2]?.();
  await Promise.all([all[1], all[2]]);
  expect(log).toEqual(['a', 'b', 'c', 'd']);
  gates[3]?.();
  await Promise.all(all);
  expect(turns.length).toBe(0);
});

test('migrations are numbered in order and hold whole statements', () => {
  const migrations = readMigrations();
  const numbers = migrations.map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  for (const { name, statements } of migrations) {
    for (const statement of statements)
      expect(statement, name).toMatch(
        /^(CREATE (TABLE|MATERIALIZED VIEW) IF NOT EXISTS|ALTER TABLE \w+\s+(ADD (COLUMN|INDEX) IF NOT EXISTS|MATERIALIZE (COLUMN|INDEX)|MODIFY (QUERY|COLUMN)|COMMENT COLUMN|UPDATE)|INSERT INTO energy_(touched|fleet_days)|DROP (TABLE|VIEW) IF EXISTS \w+)/,
      );
  }
});

test('values in the text of a query are numbers or hexadecimal digits, and nothing else', () => {
  const sql = 'SELECT {id:String}, {ids:Array(String)}, {from:Int64} LIMIT {limit:UInt32}';
  const parameters = { id: "'; DROP", ids: ['a', 'ü'], from: -5, limit: 10 };
  expect(withValues(sql, parameters)).toBe(
    "SELECT unhex('273b2044524f50'), CAST([unhex('61'), unhex('c3bc')], 'Array(String)'), toInt64(-5) LIMIT toUInt32(10)",
  );
  expect(withValues('SELECT {ids:Array(String)}', { ids: [] })).toBe("SELECT CAST([], 'Array(String)')");
  for (const wrong of [{ limit: '1' }, { limit: 1.5 }, {}, { limit: null }]) {
    expect(() => withValues('LIMIT {limit:UInt32}', wrong)).toThrow(/limit is no UInt32/);
  }
  expect(() => withValues('{id:String}', { id: 1 })).toThrow(TypeError);
});
