import { EngineError } from '../../analytics/engine-error.ts';
import { openEngine } from '../../analytics/engine-start.ts';
import { migrate } from '../../analytics/migrate.ts';
import { adoptTables, highestTransactionId } from '../../analytics/table-owner.ts';
import { loadConfigWithOrigins } from '../../config/load-config.ts';
import type { Config } from '../../config/schema.ts';
import { installationId } from '../../store/installation.ts';
import { TransactionIdMark } from '../../store/transaction-id-mark.ts';
import type { Command } from '../command.ts';
import { checkDataDir } from '../data-dir-check.ts';
import { lockDataDir } from '../data-dir-lock.ts';
import { edgeNames, holdsTables } from '../gateway-plan.ts';
import { makePrivate } from '../private-data-dir.ts';
import { settingsFileFlag, sourcesFrom } from '../settings-sources.ts';
import { settleGround } from '../settle-ground.ts';
import { StartError } from '../start-error.ts';

export const adoptDataCommand: Command = {
  name: 'adopt-data',
  summary: 'Declares what lies in the data directory to be right: what is missing there is begun anew.',
  takesSettings: true,
  flags: [settingsFileFlag],
  async run({ flags }) {
    const { config } = loadConfigWithOrigins(sourcesFrom(flags));
    const lock = await lockDataDir(config.dataDir);
    const { directory } = lock;
    try {
      makePrivate(directory);
      checkDataDir(directory);
      await withTablesOfServer({ ...config, dataDir: directory }, () =>
        settleGround({
          dataDir: directory,
          edges: edgeNames(config),
          tables: holdsTables(config),
          adopt: true,
        }),
      );
    } finally {
      lock.release();
    }
    console.log(`farad: ${config.dataDir} is taken as it is from now on`);
    return 0;
  },
};

/**
 * Adopts what a ClickHouse server holds, too: transactionIds go on behind its highest. Throws StartError
 * where it cannot be asked.
 */
async function withTablesOfServer(config: Config, settle: () => Promise<void>): Promise<void> {
  const { clickhouse, dataDir } = config;
  if (clickhouse.url === '') return settle();
  const engine = await openEngine(config);
  try {
    await migrate(engine);
    new TransactionIdMark(dataDir).raise((await highestTransactionId(engine)) + 1);
    await settle();
    await adoptTables(engine, installationId(dataDir) ?? '');
  } catch (error) {
    if (error instanceof EngineError)
      throw new StartError(
        `ClickHouse at ${clickhouse.url} cannot be asked for what it holds: ${error.message}`,
      );
    throw error;
  } finally {
    await engine.close();
  }
}
