import { cpSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfigWithOrigins } from '../../config/load-config.ts';
import { Environment } from '../../journal/environment.ts';
import { environmentsOf, filesOf, TABLES, writeManifest } from '../backup-folder.ts';
import type { Command } from '../command.ts';
import { askGateway, endpointsOf } from '../running-gateway.ts';
import { settingsFileFlag, sourcesFrom } from '../settings-sources.ts';
import { StartError } from '../start-error.ts';
import { UsageError } from '../usage-error.ts';
import { version } from '../version.ts';

interface Begun {
  readonly id: string;
  readonly clickhouse: string | null;
  readonly database: string;
}

export const backupCommand: Command = {
  name: 'backup',
  summary: 'Copies the data of a running gateway; api.key must be an admin key.',
  takesSettings: true,
  flags: [settingsFileFlag, { name: 'to', help: 'A new folder for the backup.', value: 'a path' }],
  async run({ flags: { to, ...flags } }) {
    if (to === undefined) throw new UsageError('farad backup needs --to FOLDER');
    const { config } = loadConfigWithOrigins(sourcesFrom(flags));
    if (config.api.key === '')
      throw new UsageError('farad backup needs an admin key: --api-key or FARAD_API_KEY');
    const dataDir = resolve(config.dataDir);
    const folder = resolve(to);
    const gateway = endpointsOf(dataDir, '; while it is stopped, copy that directory as it is');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (readdirSync(folder).length > 0) throw new StartError(`${to} is not empty`);

    const takenAt = new Date().toISOString();
    const begun = (await askGateway(gateway, config.api.key, 'POST', '/api/v1/backups')) as Begun;
    let held = false;
    try {
      if (begun.clickhouse !== null) move(begun.clickhouse, join(folder, TABLES));
      // Files first: no database may be older than what they say of it.
      for (const name of filesOf(dataDir))
        cpSync(join(dataDir, name), join(folder, name), { preserveTimestamps: true });
      for (const name of environmentsOf(dataDir))
        await copyEnvironment(join(dataDir, name), join(folder, name));
    } finally {
      const end = await askGateway(gateway, config.api.key, 'DELETE', `/api/v1/backups/${begun.id}`);
      ({ held } = end as { held: boolean });
    }
    if (!held) throw new StartError('the backup took so long that its parts do not fit together; try again');
    writeManifest(folder, {
      format: 1,
      farad: version(),
      takenAt,
      environments: environmentsOf(folder),
      files: filesOf(folder),
      database: begun.database,
      clickhouse: begun.clickhouse !== null,
    });
    console.log(`farad: everything that was confirmed before ${takenAt} is in ${folder}`);
    if (begun.clickhouse === null)
      console.log('farad: the tables are on the ClickHouse server; back them up there');
    return 0;
  },
};

async function copyEnvironment(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  mkdirSync(to);
  const environment = new Environment(from, { readOnly: true });
  try {
    await environment.copyTo(to);
  } finally {
    await environment.close();
  }
}

/** Within one disk a rename, else a copy; what is left of it the gateway removes. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    cpSync(from, to, { recursive: true });
  }
}
