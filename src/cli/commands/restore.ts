import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { restoreChdb } from '../../analytics/chdb-engine.ts';
import { EngineError } from '../../analytics/engine-error.ts';
import { loadConfigWithOrigins } from '../../config/load-config.ts';
import { markRestoredTables } from '../../store/installation.ts';
import { readManifest, TABLES } from '../backup-folder.ts';
import type { Command } from '../command.ts';
import { lockDataDir } from '../data-dir-lock.ts';
import { settingsFileFlag, sourcesFrom } from '../settings-sources.ts';
import { StartError } from '../start-error.ts';
import { UsageError } from '../usage-error.ts';

export const restoreCommand: Command = {
  name: 'restore',
  summary: 'Fills an empty data directory from a backup.',
  takesSettings: true,
  flags: [settingsFileFlag, { name: 'from', help: 'The folder of the backup.', value: 'a path' }],
  async run({ flags: { from, ...flags } }) {
    if (from === undefined) throw new UsageError('farad restore needs --from FOLDER');
    const { config } = loadConfigWithOrigins(sourcesFrom(flags));
    const folder = resolve(from);
    const manifest = readManifest(folder);
    const isServer = config.clickhouse.url !== '';
    if (manifest.clickhouse === isServer) {
      throw new StartError(
        isServer
          ? 'the backup holds the tables of an embedded ClickHouse, but clickhouse.url names a server'
          : 'the tables of this backup are on a ClickHouse server: set clickhouse.url',
      );
    }
    if (config.clickhouse.database !== manifest.database) {
      throw new StartError(
        `the backup is of the database ${manifest.database}: set clickhouse.database to it`,
      );
    }
    if (existsSync(config.dataDir) && readdirSync(config.dataDir).length > 0) {
      throw new StartError(`dataDir ${config.dataDir} is not empty`);
    }
    const lock = await lockDataDir(config.dataDir);
    try {
      const home = process.cwd();
      for (const name of [...manifest.environments, ...manifest.files]) {
        cpSync(join(folder, name), join(lock.directory, name), { recursive: true, preserveTimestamps: true });
      }
      if (manifest.clickhouse) {
        await restoreChdb(
          {
            path: join(lock.directory, 'clickhouse'),
            workDirectory: join(lock.directory, 'clickhouse-cwd'),
            backups: folder,
            database: manifest.database,
            memory: config.clickhouse.memory,
            queryTimeout: config.clickhouse.queryTimeout,
          },
          join(folder, TABLES),
        );
        markRestoredTables(lock.directory);
      }
      process.chdir(home);
    } catch (error) {
      if (error instanceof EngineError)
        throw new StartError(`the tables cannot be restored: ${error.message}`);
      throw error;
    } finally {
      lock.release();
    }
    console.log(`farad: ${config.dataDir} is as it was at ${manifest.takenAt}`);
    return 0;
  },
};
