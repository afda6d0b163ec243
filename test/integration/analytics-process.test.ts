import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startClickHouse } from '../../load/cluster/clickhouse-server.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { journalPath, openJournal } from '../../src/journal/journal.ts';
import type { AnalyticsRows, Topic } from '../../src/link/methods.ts';
import { packChunk } from '../../src/records/chunk.ts';
import { type ConnectionRow, connections } from '../../src/records/connections.ts';
import { startAnalytics } from '../support/analytics-process.ts';
import { linesOf } from '../support/embedded-engine.ts';
import { until } from '../support/until.ts';

const topics: Topic[] = ['connections'];

function dataDirectory(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'farad-analytics-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 }));
  return dataDir;
}

/** An edge that writes connection rows to its journal. */
function openEdge(dataDir: string) {
  mkdirSync(dataDir, { recursive: true });
  const journal = openJournal({ path: journalPath(dataDir, 'edge-0') });
  onTestFinished(() => journal.close());
  const lane = journal.openLane();
  let epoch = 0;
  return {
    queue: journal.queue,
    async write(count: number): Promise<void> {
      const rows = Array.from(
        { length: count },
        (): ConnectionRow => ({
          chargePointId: 'CP-1',
          event: 'opened',
          epoch: ++epoch,
          remoteAddress: '127.0.0.1',
          code: null,
          reason: '',
          durationMs: null,
          receivedAt: Date.now(),
        }),
      );
      await lane.append(packChunk(connections.id, count, Date.now(), linesOf(connections, rows).toString()));
    },
  };
}

const rowsIn = (answer: AnalyticsRows) =>
  answer.ok ? answer.rows.find(({ table }) => table === 'connections')?.rows : answer.code;

describe('the analytics process', () => {
  it('with the embedded engine inserts, answers and stops; nothing in its directories leads it astray', async () => {
    const dataDir = dataDirectory();
    const edge = openEdge(dataDir);
    await edge.write(3);
    // chDB loads ./config.xml: this one of a stranger would keep it from starting.
    const strange = join(dataDir, 'elsewhere');
    mkdirSync(strange);
    writeFileSync(join(strange, 'config.xml'), '<clickhouse>');
    const home = process.cwd();
    process.chdir(strange);
    const analytics = startAnalytics(loadConfig({ flags: { 'data-dir': dataDir, 'sink-interval': '20ms' } }));
    process.chdir(home);
    expect(await analytics.started).toBe('ready');

    const ask = (name: string, parameters = {}) =>
      analytics.control.call('analytics', 'analytics.query', { name, parameters });
    await until('the rows are in', async () => rowsIn(await ask('storage')) === 3);
    expect(await ask('nonsense')).toMatchObject({ ok: false, code: 'bad_parameter' });
    expect(await analytics.control.call('analytics', 'health.read', {})).toEqual({
      ready: true,
      problems: [],
    });
    const families = await analytics.control.call('analytics', 'metrics.read', {});
    const arrived = families.find(({ name }) => name === 'farad_sink_rows_total');
    expect(arrived).toMatchObject({ samples: [{ labels: { table: 'connections' }, value: 3 }] });

    analytics.child.kill('SIGTERM');
    expect(await analytics.ended).toBe(0);
  });

  it('runs without its server, tells live events, and brings everything in once when the server comes, goes and comes', async () => {
    const server = await startClickHouse();
    onTestFinished(() => server.close());
    await server.kill();
    const dataDir = dataDirectory();
    const edge = openEdge(dataDir);
    const analytics = startAnalytics(
      loadConfig({ flags: { 'data-dir': dataDir, 'clickhouse-url': server.url, 'sink-interval': '20ms' } }),
    );
    expect(await analytics.started).toBe('ready');
    const { control } = analytics;
    const storage = () => control.call('analytics', 'analytics.query', { name: 'storage', parameters: {} });
    const health = () => control.call('analytics', 'health.read', {});

    const { cursor } = await control.call('analytics', 'events.read', { topics, limit: 10, waitMs: 0 });
    const waiting = control.call('analytics', 'events.read', {
      topics,
      limit: 10,
      waitMs: 5000,
      after: cursor,
    });
    await edge.write(2);
    expect((await waiting).events.map(({ data }) => data.epoch)).toEqual([1, 2]);
    expect(await storage()).toMatchObject({ ok: false, code: 'engine_unavailable' });
    expect(await health()).toMatchObject({
      ready: true,
      degraded: [{ name: 'engine', cause: expect.stringContaining('ECONNREFUSED') }],
    });

    await server.restart();
    await until('the first rows are in', async () => rowsIn(await storage()) === 2);
    expect(await health()).toEqual({ ready: true, problems: [] });

    await server.fail('cut-after');
    await edge.write(5);
    await until('the insert whose answer was lost is done', () => edge.queue.depth().entries === 0);
    await server.kill();
    for (let chunk = 0; chunk < 20; chunk++) await edge.write(10);
    expect(edge.queue.depth().entries).toBeGreaterThan(0);
    await server.restart();
    await server.fail('unavailable', 2);
    await until('the journal is drained', () => edge.queue.depth().entries === 0);
    expect(rowsIn(await storage())).toBe(207);

    analytics.child.kill('SIGTERM');
    expect(await analytics.ended).toBe(0);
  });

  it('stops in time though its server hangs, and leaves the batch to the next one', async () => {
    const server = await startClickHouse();
    onTestFinished(() => server.close());
    const dataDir = dataDirectory();
    const edge = openEdge(dataDir);
    const config = loadConfig({
      flags: { 'data-dir': dataDir, 'clickhouse-url': server.url, 'sink-interval': '20ms' },
    });
    const first = startAnalytics(config);
    await first.started;
    await server.fail('silent');
    await edge.write(4);
    await until('the batch is saved', () => edge.queue.savedBatch());
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);

    const second = startAnalytics(config);
    await second.started;
    await until('the journal is drained', () => edge.queue.depth().entries === 0);
    const answer = await second.control.call('analytics', 'analytics.query', {
      name: 'storage',
      parameters: {},
    });
    expect(rowsIn(answer)).toBe(4);
  });

  it('refuses the tables of a newer Farad in one line', async () => {
    const server = await startClickHouse();
    onTestFinished(() => server.close());
    const flags = { 'clickhouse-url': server.url };
    const first = startAnalytics(loadConfig({ flags: { ...flags, 'data-dir': dataDirectory() } }));
    expect(await first.started).toBe('ready');
    first.child.kill('SIGTERM');
    await first.ended;
    await fetch(`${server.url}/?database=farad`, {
      method: 'POST',
      body: "INSERT INTO schema_migrations VALUES (999, 'later', now64(3))",
    });
    const second = startAnalytics(loadConfig({ flags: { ...flags, 'data-dir': dataDirectory() } }));
    expect(await second.started).toEqual({ refused: expect.stringMatching(/has schema 999/) });
    expect(await second.ended).toBe(78);
  });
});
