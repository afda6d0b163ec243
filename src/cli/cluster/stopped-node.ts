import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../analytics/engine-error.ts';
import { openEngine } from '../../analytics/engine-start.ts';
import { migrate } from '../../analytics/migrate.ts';
import { adoptTables, highestTransactionId, ownerOf } from '../../analytics/table-owner.ts';
import { ClusterRefusal } from '../../cluster/cluster-refusal.ts';
import type { SharedTables } from '../../cluster/shared-tables.ts';
import { isClustered } from '../../config/cluster-check.ts';
import type { Config } from '../../config/schema.ts';
import { installationId } from '../../store/installation.ts';
import { checkDataDir } from '../data-dir-check.ts';
import { lockDataDir } from '../data-dir-lock.ts';
import { edgeNames, holdsTables } from '../gateway-plan.ts';
import { makePrivate } from '../private-data-dir.ts';
import { settleGround } from '../settle-ground.ts';
import { StartError } from '../start-error.ts';
import { UsageError } from '../usage-error.ts';

/** A data directory on which no gateway runs, as long as the work with it lasts. */
export interface StoppedNode {
  /** `dataDir` is its real path. */
  readonly config: Config;
  /** Id of the data directory. */
  readonly installation: string;
  readonly tables: SharedTables;
}

/**
 * Runs `work` with a data directory that holds something and that no gateway uses. Throws StartError where
 * that is not so, and with what `work` refuses.
 */
export async function withStoppedNode(
  config: Config,
  command: string,
  work: (node: StoppedNode) => Promise<void>,
): Promise<void> {
  if (!isClustered(config))
    throw new UsageError(
      `${command} needs the settings of the cluster: cluster.nats.servers and cluster.node`,
    );
  if (!existsSync(join(config.dataDir, 'state', 'data.mdb')))
    throw new StartError(`dataDir ${config.dataDir} holds nothing: a node may begin with that as it is`);
  const lock = await lockDataDir(config.dataDir);
  const { directory } = lock;
  try {
    makePrivate(directory);
    checkDataDir(directory);
    await settleGround({ dataDir: directory, edges: edgeNames(config), tables: holdsTables(config) });
    const settled = { ...config, dataDir: directory };
    const installation = installationId(directory) ?? '';
    await withTables(settled, (tables) => work({ config: settled, installation, tables }));
  } catch (error) {
    if (error instanceof ClusterRefusal) throw new StartError(error.message);
    throw error;
  } finally {
    lock.release();
  }
}

/** The tables of `clickhouse.url`. Throws StartError where the server fails. */
async function withTables(config: Config, work: (tables: SharedTables) => Promise<void>): Promise<void> {
  const engine = await openEngine(config);
  let isPrepared = false;
  const prepared = async () => {
    if (!isPrepared) {
      await engine.prepare();
      await migrate(engine);
      isPrepared = true;
    }
    return engine;
  };
  try {
    await work({
      owner: async () => ownerOf(await prepared()),
      highestTransactionId: async () => highestTransactionId(await prepared()),
      handTo: async (owner) => adoptTables(await prepared(), owner),
    });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new StartError(
      `ClickHouse at ${config.clickhouse.url} refuses or does not answer: ${error.message}`,
    );
  } finally {
    await engine.close();
  }
}
