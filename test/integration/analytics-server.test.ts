import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ClickHouseServer, startClickHouse } from '../../load/cluster/clickhouse-server.ts';
import { batchOf } from '../../src/analytics/batch.ts';
import type { Engine } from '../../src/analytics/engine.ts';
import { EngineStart } from '../../src/analytics/engine-start.ts';
import { openHttp } from '../../src/analytics/http-engine.ts';
import { migrate } from '../../src/analytics/migrate.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { transactions } from '../../src/records/transactions.ts';
import { settleInstallation } from '../../src/store/installation.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { registerSample, sampleChunk, transactionRow } from '../support/analytics-rows.ts';
import { linesOf } from '../support/embedded-engine.ts';
import { scratchDirectory } from '../unit/journal/scratch.ts';

const PASSWORD = 'f4r4d: and more';

describe('ClickHouse as a server', () => {
  let server: ClickHouseServer;
  let engine: Engine;

  const connect = (password: string, insertTimeout = 5000): Engine =>
    openHttp({
      url: server.url,
      user: 'default',
      password,
      database: 'farad',
      insertTimeout,
      queryTimeout: 5000,
      queryMemory: 500_000_000,
    });

  beforeAll(async () => {
    server = await startClickHouse({ password: PASSWORD });
    engine = connect(PASSWORD);
    await migrate(engine);
  });
  afterEach(() => engine.command('TRUNCATE TABLE meter_samples'));
  afterAll(async () => {
    await engine.close();
    await server.close();
  });

  const noon = Date.UTC(2026, 4, 4, 12);
  const samples = Array.from({ length: 500 }, (_, index) =>
    registerSample({ ts: noon + index * 1000, value: index }),
  );
  const lines = linesOf(meterSamples, samples);
  const insert = (token: string, by = engine) => by.insert({ table: 'meter_samples', lines, token });
  const count = async () =>
    (await engine.query<{ rows: number }>('SELECT count() AS rows FROM meter_samples'))[0]?.rows;

  it('runs the same migrations once, in a database that it creates', async () => {
    expect(await migrate(engine)).toEqual([]);
    const [row] = await engine.query<{ tables: number }>(
      "SELECT count() AS tables FROM system.tables WHERE database = 'farad'",
    );
    expect(row?.tables).toBeGreaterThanOrEqual(9);
  });

  it('takes the same buffers, and each token once', async () => {
    await insert('server:once');
    await insert('server:once');
    expect(await count()).toBe(500);
  });

  it('takes packed samples as a block, once by the token of their lines, too', async () => {
    const [rows] = batchOf([{ lane: 1, seq: 1, chunk: sampleChunk(samples) }]).tables;
    if (!rows || !('block' in rows)) throw new Error('no block');
    await engine.insert({ ...rows, token: 'server:block' });
    const stored = () => engine.query('SELECT * FROM meter_samples ORDER BY ALL');
    const asBlock = await stored();
    await insert('server:block');
    expect(await stored()).toEqual(asBlock);
    await engine.command('TRUNCATE TABLE meter_samples');
    await insert('server:lines');
    expect(await stored()).toEqual(asBlock);
  });

  it('an insert whose answer was lost is not doubled by the retry', async () => {
    await server.fail('cut-after');
    await expect(insert('server:cut-after')).rejects.toMatchObject({ fault: 'away' });
    await insert('server:cut-after');
    expect(await count()).toBe(500);
  });

  it.each(['cut-before', 'unavailable'] as const)('%s is no fault of the rows', async (fault) => {
    await server.fail(fault);
    await expect(insert(`server:${fault}`)).rejects.toMatchObject({ fault: 'away' });
    expect(await count()).toBe(0);
  });

  it('a silent server counts as away after the insert timeout', async () => {
    const impatient = connect(PASSWORD, 300);
    await server.fail('silent');
    await expect(insert('server:silent', impatient)).rejects.toMatchObject({ fault: 'away' });
    await impatient.close();
  });

  it('a killed server is away, and has what it confirmed when it comes back', async () => {
    await insert('server:killed');
    await server.kill();
    await expect(insert('server:killed')).rejects.toMatchObject({ fault: 'away' });
    await expect(engine.query('SELECT 1')).rejects.toMatchObject({ fault: 'away' });
    await server.restart();
    await insert('server:killed');
    expect(await count()).toBe(500);
  });

  it('a wrong password is no fault of the rows either', async () => {
    const stranger = connect('wrong');
    await expect(insert('server:stranger', stranger)).rejects.toMatchObject({ fault: 'other', code: 516 });
    await stranger.close();
  });

  it('tells rows that cannot be read from everything else', async () => {
    const bad = Buffer.from('["CP-1",1]\n');
    await expect(
      engine.insert({ table: 'meter_samples', lines: bad, token: 'server:bad' }),
    ).rejects.toMatchObject({
      fault: 'rows',
      code: 27,
    });
  });

  it('passes parameters as values whatever is in them', async () => {
    const awkward = "'; DROP TABLE meter_samples; --\\\n\t\u0000{x:String}\u{1f50c}";
    const [row] = await engine.query('SELECT {text:String} AS text, {time:Int64} AS time', {
      text: awkward,
      time: noon,
    });
    expect(row).toEqual({ text: awkward, time: noon });
  });

  it('ends a query at its time limit', async () => {
    await expect(
      engine.query('SELECT count() FROM numbers(1e12)', {}, { timeLimitMs: 200 }),
    ).rejects.toMatchObject({
      fault: 'time',
    });
  });
});

describe('a server holds the rows of one data directory', () => {
  const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;
  let server: ClickHouseServer;
  beforeAll(async () => {
    server = await startClickHouse();
  });
  afterAll(() => server.close());

  const flagsOf = (dataDir: string) => ({ 'data-dir': dataDir, 'clickhouse-url': server.url });
  const newDirectory = async (): Promise<string> => {
    const dataDir = scratchDirectory();
    await settleInstallation({ dataDir, edges: ['edge-0'], tables: false });
    return dataDir;
  };
  /** Resolves with the engine once its tables may be used. */
  const start = (dataDir: string): Promise<Engine> => {
    const config = loadConfig({ flags: { ...flagsOf(dataDir), 'log-level': 'error' } });
    return new EngineStart(config, createLog(config, 'analytics')).attempt();
  };
  const adopt = (dataDir: string) => {
    const flags = Object.entries(flagsOf(dataDir)).flatMap(([name, value]) => [`--${name}`, value]);
    return promisify(execFile)(process.execPath, [MAIN, 'adopt-data', ...flags]);
  };

  it('refuses those of another until an operator adopts them, with transactionIds behind theirs', async () => {
    const [ours, theirs] = [await newDirectory(), await newDirectory()];
    const engine = await start(ours);
    await expect(start(theirs)).rejects.toMatchObject({
      fault: 'setup',
      message: expect.stringMatching(
        /holds the rows of another installation: set clickhouse\.database .*adopt-data/,
      ),
    });
    await start(ours);

    const row = transactionRow({ transactionId: 5000, startedAt: Date.UTC(2026, 4, 4), meterStart: 0 });
    await engine.insert({ table: 'transactions', lines: linesOf(transactions, [row]), token: 'foreign' });
    await expect(start(ours)).rejects.toThrow(
      'holds transaction 5000, which this data directory has not handed out',
    );

    await adopt(theirs);
    await start(theirs);
    expect(readFileSync(join(theirs, 'transaction-ids'), 'utf8')).toBe('5001\n');
    await expect(start(ours)).rejects.toThrow('holds the rows of another installation');
  });

  it('says that a server which is away cannot be asked when its rows are to be adopted', async () => {
    const dataDir = await newDirectory();
    await server.kill();
    await expect(adopt(dataDir)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^farad: ClickHouse at http:\S+ cannot be asked for what it holds: [^\n]+\n$/,
      ),
    });
    await server.restart();
  });
});
