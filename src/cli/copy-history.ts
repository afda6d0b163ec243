import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../analytics/engine.ts';
import { EngineError, isOfBrokenPart } from '../analytics/engine-error.ts';
import { openEngine } from '../analytics/engine-start.ts';
import { PIECE_LIMIT_MS } from '../analytics/history/comparison.ts';
import { copyHistory, isWhole, type TableOutcome } from '../analytics/history/history-copy.ts';
import { migrate } from '../analytics/migrate.ts';
import { namedEngine } from '../analytics/named-engine.ts';
import { claimTables, ownerOf } from '../analytics/table-owner.ts';
import { membershipOf } from '../cluster/membership.ts';
import type { Config } from '../config/schema.ts';
import { installationId } from '../store/installation.ts';
import { TransactionIdMark } from '../store/transaction-id-mark.ts';
import { checkDataDir } from './data-dir-check.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { edgeNames } from './gateway-plan.ts';
import { makePrivate } from './private-data-dir.ts';
import { settleGround } from './settle-ground.ts';
import { StartError } from './start-error.ts';

export interface CopyHistoryOptions {
  readonly config: Config;
  /** The database of the embedded tables; the one of the server may have another name. */
  readonly fromDatabase: string;
  /** Moves the embedded tables away once all of them are on the server. */
  readonly setAside: boolean;
  readonly say: (text: string) => void;
}

const TABLES = 'clickhouse';

/**
 * Copies what the embedded ClickHouse of a data directory holds to the server of `clickhouse.url`, and
 * compares. Returns whether all of it is there. Throws StartError.
 */
export async function copyHistoryOf(options: CopyHistoryOptions): Promise<boolean> {
  const { config, fromDatabase, setAside, say } = options;
  requireTables(config.dataDir, fromDatabase);
  const lock = await lockDataDir(config.dataDir);
  const { directory: dataDir } = lock;
  try {
    makePrivate(dataDir);
    checkDataDir(dataDir);
    await settleGround({ dataDir, edges: edgeNames(config), tables: true });
    const outcomes = await copyBetween({ ...config, dataDir }, fromDatabase, say);
    for (const outcome of outcomes) say(textOf(outcome));
    const isDone = outcomes.every(isWhole);
    if (isDone && setAside) say(`the embedded tables are now ${moveAway(dataDir)}`);
    return isDone;
  } catch (error) {
    if (error instanceof EngineError)
      throw new StartError(`${error.message.replace(/\.$/, '')}${hintFor(error)}`);
    throw error;
  } finally {
    lock.release();
  }
}

/** UNKNOWN_USER, WRONG_PASSWORD, ACCESS_DENIED, AUTHENTICATION_FAILED */
const NOT_ALLOWED = new Set([192, 193, 497, 516]);

function hintFor(error: EngineError): string {
  const { fault, code } = error;
  if (fault === 'setup') return '';
  if (code !== undefined && NOT_ALLOWED.has(code)) return '; see clickhouse.user and clickhouse.password';
  if (isOfBrokenPart(error)) return '; it is damaged: put it back from a backup';
  return '; what was copied stays, so run the command again';
}

function requireTables(dataDir: string, database: string): void {
  const metadata = join(dataDir, TABLES, 'metadata');
  const found = existsSync(metadata) ? namesIn(metadata, /^(\w+)\.sql$/) : [];
  if (found.includes(database)) return;
  if (found.length > 0)
    throw new StartError(
      `${join(dataDir, TABLES)} has no database ${database}, but ${found.join(', ')}: say which with --from-database`,
    );
  const [moved] = existsSync(dataDir) ? namesIn(dataDir, /^(clickhouse\.copied-.+)$/) : [];
  throw new StartError(
    `${join(dataDir, TABLES)} is not there, or holds no tables: there is nothing to copy${moved === undefined ? '' : ` (${moved} was copied)`}`,
  );
}

function namesIn(directory: string, pattern: RegExp): string[] {
  return readdirSync(directory).flatMap((name) => pattern.exec(name)?.[1] ?? []);
}

async function copyBetween(
  config: Config,
  fromDatabase: string,
  say: (text: string) => void,
): Promise<readonly TableOutcome[]> {
  const { clickhouse, dataDir } = config;
  const installation = installationId(dataDir) ?? '';
  const home = process.cwd();
  const server = await openEngine({ ...config, clickhouse: { ...clickhouse, queryTimeout: PIECE_LIMIT_MS } });
  const there = namedEngine(server, `ClickHouse at ${clickhouse.url}`);
  try {
    // Before the embedded engine, which takes seconds: most of what can be wrong is the way to the server.
    await there.prepare();
    await migrate(there);
    await own(there, config, installation);
    const embedded = await openEngine({
      ...config,
      clickhouse: { ...clickhouse, url: '', database: fromDatabase },
    });
    const here = namedEngine(embedded, `the tables in ${join(dataDir, TABLES)}`);
    try {
      await here.prepare();
      await migrate(here);
      const outcomes = await copyHistory({ here, there, installation, say });
      await tellBroken(here, say);
      return outcomes;
    } finally {
      await embedded.close();
      process.chdir(home);
    }
  } finally {
    await server.close();
  }
}

/** Sees to it that the tables of the server are those of this data directory, or of the cluster it is in. */
async function own(there: Engine, { clickhouse, dataDir }: Config, installation: string): Promise<void> {
  const owner = await ownerOf(there);
  if (owner !== undefined && owner === membershipOf(dataDir)?.identity) return;
  if (owner !== undefined && owner !== installation)
    throw new StartError(
      `the database ${clickhouse.database} of ${clickhouse.url} holds the rows of another installation: set clickhouse.database to one of its own`,
    );
  if (owner === undefined)
    await claimTables(there, { installation, idsBelow: new TransactionIdMark(dataDir).read() });
}

/** Parts that the engine could not read when it opened its tables are no longer part of them. */
async function tellBroken(here: Engine, say: (text: string) => void): Promise<void> {
  const parts = await here.query<{ part: string }>(
    "SELECT concat(table, ' ', name) AS part FROM system.detached_parts WHERE database = currentDatabase() AND reason LIKE 'broken%' ORDER BY part LIMIT 10",
  );
  if (parts.length === 0) return;
  const names = parts.map(({ part }) => part).join(', ');
  say(`the embedded ClickHouse has set parts aside as broken, what only they held is not copied: ${names}`);
}

function textOf(outcome: TableOutcome): string {
  const { table, rows, inserted, checksum, replaced, absent, different } = outcome;
  const counted = `${table}: ${rows.toLocaleString('en')} rows, ${inserted.toLocaleString('en')} of them inserted now`;
  if (!isWhole(outcome))
    return `${counted}; DIFFERENT on the server: ${absent} are not there, ${different} are not the same`;
  const since = replaced === 0 ? '' : `, ${replaced} were replaced there since`;
  return `${counted}; the same on the server, checksum ${checksum.toString(16).padStart(16, '0')}${since}`;
}

function moveAway(dataDir: string): string {
  const date = new Date().toISOString().slice(0, 10);
  const path = join(dataDir, `${TABLES}.copied-${date}`);
  for (let number = 1; ; number++) {
    const free = number === 1 ? path : `${path}-${number}`;
    if (existsSync(free)) continue;
    renameSync(join(dataDir, TABLES), free);
    return free;
  }
}
