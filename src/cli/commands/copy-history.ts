import { loadConfigWithOrigins } from '../../config/load-config.ts';
import type { Command } from '../command.ts';
import { settingsFileFlag, sourcesFrom } from '../settings-sources.ts';
import { UsageError } from '../usage-error.ts';

const SET_ASIDE = 'set-aside';
const FROM_DATABASE = 'from-database';

export const copyHistoryCommand: Command = {
  name: 'copy-history',
  summary: 'Copies what the embedded ClickHouse of a stopped gateway holds to the server of clickhouse.url.',
  details: [
    'Each row is there once, however often the command is run or interrupted. At the end it compares both, table by',
    'table. Exit codes: 0 all is there, 1 something is not, or it could not be done.',
  ],
  takesSettings: true,
  flags: [
    settingsFileFlag,
    {
      name: FROM_DATABASE,
      help: 'Database of the embedded tables, where clickhouse.database names another one on the server.',
      value: 'a name',
    },
    {
      name: SET_ASIDE,
      help: 'Renames the folder of the embedded tables to clickhouse.copied-DATE once all is on the server.',
    },
  ],
  /** What it needs is loaded here, so that no other command waits for it. */
  async run({ flags: { [SET_ASIDE]: setAside, [FROM_DATABASE]: from, ...flags } }) {
    const { config } = loadConfigWithOrigins(sourcesFrom(flags));
    if (config.clickhouse.url === '')
      throw new UsageError('farad copy-history needs the server to copy to: --clickhouse-url URL');
    const { copyHistoryOf } = await import('../copy-history.ts');
    const say = (text: string) => console.log(`farad: ${text}`);
    const fromDatabase = from ?? config.clickhouse.database;
    const isDone = await copyHistoryOf({ config, fromDatabase, setAside: setAside !== undefined, say });
    if (!isDone) console.error('farad: not all of the history is on the server; run the command again');
    return isDone ? 0 : 1;
  },
};
