// Makes tables as earlier versions had them, with rows whose time is over and which ClickHouse has not come
// to delete. Argument: directory.
import { EngineStart } from '../../../dist/analytics/engine-start.js';
import { loadConfig } from '../../../dist/config/load-config.js';
import { createLog } from '../../../dist/telemetry/log.js';

const config = loadConfig({ flags: { 'data-dir': process.argv[2], 'log-level': 'error' } });
const engine = await new EngineStart(config, createLog(config, 'tables')).attempt();
for (const table of ['messages', 'connections']) {
  await engine.command(`SYSTEM STOP MERGES ${table}`);
  await engine.command(
    `INSERT INTO ${table} (charge_point_id, received_at)
     SELECT 'CP-1', toDateTime64('2020-01-01 00:00:00', 3, 'UTC') + number FROM numbers(1000)`,
  );
  // Else it would wait for the merges that are stopped.
  await engine.command(
    `ALTER TABLE ${table} MODIFY TTL toDateTime(received_at) + toIntervalDay(3) SETTINGS materialize_ttl_after_modify = 0`,
  );
}
process.exit(0);
