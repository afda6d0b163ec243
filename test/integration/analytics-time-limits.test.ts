import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openEngine } from '../../src/analytics/engine-start.ts';
import { loadConfig } from '../../src/config/load-config.ts';

const program = fileURLToPath(new URL('./programs/tables-with-time-limits.mjs', import.meta.url));

test('tables of an earlier version lose no row at the first start, however far the clock is ahead', async () => {
  const home = process.cwd();
  const dataDir = await mkdtemp(join(tmpdir(), 'farad-time-limits-'));
  await promisify(execFile)(process.execPath, [program, dataDir]);
  const config = loadConfig({ flags: { 'data-dir': dataDir, 'log-level': 'error' } });
  // Opened alone: the statements of a start that remove time limits may come too late.
  const engine = await openEngine(config);
  try {
    await engine.prepare();
    for (const table of ['messages', 'connections']) {
      await engine.command(`OPTIMIZE TABLE ${table} FINAL`);
      expect(await engine.query(`SELECT toUInt32(count()) AS rows FROM ${table}`)).toEqual([{ rows: 1000 }]);
    }
    expect(
      await engine.query(
        "SELECT name FROM system.tables WHERE database = 'farad' AND engine_full LIKE '% TTL %'",
      ),
    ).toEqual([]);
  } finally {
    await engine.close();
    process.chdir(home);
    await rm(dataDir, { recursive: true, force: true });
  }
});
