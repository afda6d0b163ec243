// Drains a data directory into the embedded ClickHouse, telling of each insert, until it is killed. Argument:
// directory.
import { EngineStart } from '../../../dist/analytics/engine-start.js';
import { Sink } from '../../../dist/analytics/sink.js';
import { loadConfig } from '../../../dist/config/load-config.js';
import { openStore } from '../../../dist/store/store.js';
import { createLog } from '../../../dist/telemetry/log.js';

const dataDir = process.argv[2];
const config = loadConfig({ flags: { 'data-dir': dataDir, 'log-level': 'error' } });
const log = createLog(config, 'sink');
const store = openStore({ dataDir, role: 'analytics' });
const sink = new Sink({
  dataDir,
  outbox: store.outbox,
  batchRows: 2000,
  interval: 10,
  listener: () => undefined,
  log,
  onBroken(error) {
    throw error;
  },
});
const engine = await new EngineStart(config, log).attempt();
sink.start({
  query: (...query) => engine.query(...query),
  async insert(insert) {
    process.send({ inserting: insert.token });
    await engine.insert(insert);
    process.send({ inserted: insert.token });
  },
});
