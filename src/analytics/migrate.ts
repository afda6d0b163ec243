import { readdirSync, readFileSync } from 'node:fs';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';

/** One numbered file of `migrations/`: statements that do no harm when they are repeated. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** Older servers lack a table setting that the migrations use. */
const OLDEST_SERVER = [25, 3] as const;

const FOLDER = new URL('./migrations/', import.meta.url);

const SCHEMA_TABLE = `
CREATE TABLE IF NOT EXISTS schema_migrations
(
    number UInt32,
    name String,
    applied_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY number
SETTINGS fsync_after_insert = 1`;

/** All migrations, in order; a number may be left out. Throws TypeError when one is doubled. */
export function readMigrations(folder: URL = FOLDER): Migration[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort();
  let last = 0;
  return files.map((file) => {
    const number = Number(/^(\d{3})-[a-z0-9-]+\.sql$/.exec(file)?.[1]);
    if (!(number > last)) throw new TypeError(`migration ${file} should have a number above ${last}`);
    last = number;
    return {
      number,
      name: file.slice(0, -'.sql'.length),
      statements: statementsOf(readFileSync(new URL(file, folder), 'utf8')),
    };
  });
}

/**
 * Brings the database to the newest schema; returns the migrations that it ran. Throws EngineError: `setup`
 * where a newer Farad has been at this database or the server is too old, else what the engine said (then
 * call it again).
 */
export async function migrate(
  engine: Engine,
  migrations: readonly Migration[] = readMigrations(),
): Promise<string[]> {
  await engine.prepare();
  await checkVersion(engine);
  await engine.command(SCHEMA_TABLE);
  const due = await dueMigrations(engine, migrations);
  for (const { number, name, statements } of due) {
    for (const statement of statements) await engine.command(statement);
    await engine.command(`INSERT INTO schema_migrations VALUES (${number}, '${name}', now64(3))`);
  }
  return due.map(({ name }) => name);
}

/**
 * Returns the migrations that `migrate` would run now, in order; changes nothing. Throws EngineError as
 * `migrate` does.
 */
export async function dueMigrations(
  engine: Engine,
  migrations: readonly Migration[] = readMigrations(),
): Promise<readonly Migration[]> {
  const [existing] = await engine.query<{ result: number }>('EXISTS TABLE schema_migrations');
  if (existing?.result !== 1) return migrations;
  const rows = await engine.query<{ number: number }>('SELECT DISTINCT number FROM schema_migrations');
  const applied = new Set(rows.map(({ number }) => number));
  const reached = Math.max(0, ...applied);
  const newest = migrations.at(-1)?.number ?? 0;
  if (reached > newest) {
    throw new EngineError(
      'setup',
      `the ClickHouse database has schema ${reached}, but this version of Farad knows schemas up to ${newest}: start the newer version, or use another database`,
    );
  }
  return migrations.filter(({ number }) => !applied.has(number));
}

/** Statements end with a semicolon at the end of a line; comments are whole lines. */
function statementsOf(sql: string): string[] {
  return sql
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

async function checkVersion(engine: Engine): Promise<void> {
  const [row] = await engine.query<{ version: string }>('SELECT version() AS version');
  const version = row?.version ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST_SERVER[0] || (major === OLDEST_SERVER[0] && minor >= OLDEST_SERVER[1])) return;
  throw new EngineError(
    'setup',
    `ClickHouse ${version} is too old: ${OLDEST_SERVER.join('.')} or newer is needed`,
  );
}
