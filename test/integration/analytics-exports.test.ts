import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ClickHouseServer, startClickHouse } from '../../load/cluster/clickhouse-server.ts';
import type { Engine } from '../../src/analytics/engine.ts';
import { Exports } from '../../src/analytics/exports.ts';
import { openHttp } from '../../src/analytics/http-engine.ts';
import { migrate } from '../../src/analytics/migrate.ts';
import type { ExportFormat, ExportQuestion } from '../../src/link/methods.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { registerSample } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, insertRows, linesOf, openEmbeddedEngine } from '../support/embedded-engine.ts';
import { until } from '../support/until.ts';

const ROWS = 20_000;
const noon = Date.UTC(2026, 4, 4, 12);
const rows = Array.from({ length: ROWS }, (_, index) =>
  registerSample({ ts: noon + index * 1000, value: index }),
);

describe('answers as files', () => {
  let embedded: EmbeddedEngine;
  let server: ClickHouseServer;
  let remote: Engine;
  let exports: Exports;

  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
    await insertRows(embedded.engine, meterSamples, rows);
    server = await startClickHouse();
    remote = openHttp({
      url: server.url,
      user: 'default',
      password: '',
      database: 'farad',
      insertTimeout: 20_000,
      queryTimeout: 20_000,
      queryMemory: 500_000_000,
    });
    await migrate(remote);
    await remote.insert({ table: 'meter_samples', lines: linesOf(meterSamples, rows), token: 'exports:1' });
  });
  afterEach(() => exports.close());
  afterAll(async () => {
    await remote.close();
    await server.close();
    await embedded.close();
  });

  const engines = { embedded: () => embedded.engine, server: () => remote };
  const use = (engine: Engine, patience?: number) => {
    exports = new Exports({
      engine: () => engine,
      problem: () => 'closed',
      timeLimit: 20_000,
      ...(patience !== undefined && { patience }),
    });
  };
  const question = (format: ExportFormat, parameters: object = {}): ExportQuestion => ({
    name: 'meter-samples',
    parameters: { chargePointId: 'CP-1', limit: 7, ...parameters },
    format,
  });
  async function whole(asked: ExportQuestion): Promise<Buffer> {
    const opened = await exports.begin(asked);
    if (!opened.ok) throw new Error(opened.message);
    const pieces: Uint8Array[] = [];
    for (let { piece } = opened; ; piece = await exports.next(opened.id)) {
      pieces.push(piece.bytes);
      if (piece.done) return Buffer.concat(pieces);
    }
  }
  const leftOver = () => readdirSync(join(embedded.directory, 'cwd', 'exports'));

  it.each(['embedded', 'server'] as const)(
    'CSV (%s): no text is taken for a formula, and numbers stay numbers',
    async (kind) => {
      use(engines[kind]());
      const texts = ['=1+1', '+cmd', '-x', '@SUM', '\tx', '\rx', '-5.5', '+1e3', "'='", 'a=b', '-', '12'];
      const odd = texts.map((rawValue, index) =>
        registerSample({ chargePointId: `=CP-${kind}`, ts: noon + index, value: -index, rawValue }),
      );
      await engines[kind]().insert({
        table: 'meter_samples',
        lines: linesOf(meterSamples, odd),
        token: `exports:odd:${kind}`,
      });
      const asked = { chargePointId: `=CP-${kind}` };
      const csv = (await whole(question('csv', asked))).toString('utf8');
      const [names = [], ...read]: string[][] = parse(csv);
      const column = (name: string) => read.map((row) => row[names.indexOf(name)]);
      expect(column('rawValue')).toEqual([
        "'=1+1",
        "'+cmd",
        "'-x",
        "'@SUM",
        "'\tx",
        "'\rx",
        '-5.5',
        '+1e3',
        "'='",
        'a=b',
        "'-",
        '12',
      ]);
      expect(new Set(column('chargePointId'))).toEqual(new Set([`'=CP-${kind}`]));
      expect(column('value').slice(1, 3)).toEqual(['-1', '-2']);
      const lines = (await whole(question('ndjson', asked))).toString('utf8').trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line).rawValue)).toEqual(texts);
    },
  );

  it.each(['embedded', 'server'] as const)(
    'CSV (%s): a header once and every row, not only a page of them',
    async (kind) => {
      use(engines[kind]());
      const lines = (await whole(question('csv'))).toString('utf8').trimEnd().split('\n');
      expect(lines[0]).toMatch(/^"chargePointId","connectorId"/);
      expect(lines).toHaveLength(ROWS + 1);
      expect(lines.at(-1)).toContain(`"${ROWS - 1}"`);
    },
  );

  it.each(['embedded', 'server'] as const)(
    'NDJSON (%s): an object per row, as the API shows it',
    async (kind) => {
      use(engines[kind]());
      const lines = (await whole(question('ndjson', { to: noon + 2500 })))
        .toString('utf8')
        .trimEnd()
        .split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
        [0, 1, 2].map((value) =>
          expect.objectContaining({ value, time: new Date(noon + value * 1000).toISOString() }),
        ),
      );
    },
  );

  it.each(['embedded', 'server'] as const)('Parquet (%s): one file that others can read', async (kind) => {
    use(engines[kind]());
    const path = join(embedded.directory, `${kind}.parquet`);
    writeFileSync(path, await whole(question('parquet')));
    const read = await embedded.engine.query(
      `SELECT count() AS rows, sum(value) AS sum, min(time) AS first FROM file('${path}', Parquet)`,
    );
    expect(read).toEqual([{ rows: ROWS, sum: (ROWS * (ROWS - 1)) / 2, first: new Date(noon).toISOString() }]);
  });

  it('wait for their reader without holding up anybody, and leave nothing behind', async () => {
    use(embedded.engine);
    const opened = await exports.begin(question('ndjson'));
    expect(leftOver()).toHaveLength(1);
    expect(await embedded.engine.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await whole(question('csv'))).length).toBeGreaterThan(ROWS);
    expect(opened).toMatchObject({ ok: true, piece: { done: false } });
    if (opened.ok) await exports.end(opened.id);
    expect(leftOver()).toEqual([]);
    if (opened.ok) await expect(exports.next(opened.id)).rejects.toThrow(/no such export/);
  });

  it('a query that failed half-way leaves nothing behind for the next one', async () => {
    const { engine } = embedded;
    const failing = "SELECT number, throwIf(number = {n:Int32}, 'stop') AS t FROM numbers(300000)";
    for (let times = 0; times < 3; times++) {
      await expect(engine.query(failing, { n: 200_000 })).rejects.toThrow(/stop/);
      expect(await engine.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      const file = engine.export(failing, { n: 200_000 }, 'CSV', 5000)[Symbol.asyncIterator]();
      await expect(file.next()).rejects.toThrow(/stop/);
    }
    expect(leftOver()).toEqual([]);
  });

  it('are given up when nobody asks for the next piece', async () => {
    use(embedded.engine, 20);
    await exports.begin(question('ndjson'));
    await until('the file is gone', () => leftOver().length === 0);
  });

  it('say what is wrong with the question before anything is sent', async () => {
    use(embedded.engine);
    expect(await exports.begin({ ...question('csv'), name: 'nothing' })).toMatchObject({
      code: 'bad_parameter',
    });
    expect(await exports.begin(question('csv', { order: 'up' }))).toMatchObject({ code: 'bad_parameter' });
    const all = await Promise.all(Array.from({ length: 10 }, () => exports.begin(question('csv'))));
    expect(all.filter(({ ok }) => ok)).toHaveLength(8);
    expect(leftOver()).toHaveLength(8);
  });
});
