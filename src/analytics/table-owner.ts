import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';

/** Whose rows a database of a ClickHouse server holds: those of one data directory, or of one cluster. */
export interface TableOwner {
  /** As in `<dataDir>/installation.json`; of a cluster the identity of its log. */
  readonly installation: string;
  /** Every transactionId that it has handed out is lower; Infinity where that cannot be said here. */
  readonly idsBelow: number;
}

const TABLE = `
CREATE TABLE IF NOT EXISTS installation
(
    id String,
    claimed_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY id
SETTINGS fsync_after_insert = 1`;

/**
 * Marks the tables of a server as those of one data directory, or sees that they are. Throws EngineError with
 * the fault `setup` where they hold the rows of another one, or of a later state of this one: transactionIds
 * would then mean two things.
 */
export async function claimTables(engine: Engine, owner: TableOwner): Promise<void> {
  const marked = await ownerOf(engine);
  if (marked !== undefined && marked !== owner.installation)
    throw foreign('the rows of another installation');
  const highest = await highestTransactionId(engine);
  if (highest >= owner.idsBelow)
    throw foreign(`transaction ${highest}, which this data directory has not handed out`);
  if (marked === undefined) await mark(engine, owner.installation);
}

/**
 * Takes what the tables hold for rows of this installation from now on, by an operator's word. Throws
 * EngineError.
 */
export async function adoptTables(engine: Engine, installation: string): Promise<void> {
  await engine.command(TABLE);
  await mark(engine, installation);
}

/** Returns the highest transactionId that the tables know; 0 where they know none. Throws EngineError. */
export async function highestTransactionId(engine: Engine): Promise<number> {
  const [row] = await engine.query<{ highest: number }>(
    'SELECT max(transaction_id) AS highest FROM transactions',
  );
  return row?.highest ?? 0;
}

/** Whose rows the tables hold; undefined where nobody has said so. Throws EngineError. */
export async function ownerOf(engine: Engine): Promise<string | undefined> {
  await engine.command(TABLE);
  const [row] = await engine.query<{ id: string }>(
    'SELECT id FROM installation ORDER BY claimed_at DESC LIMIT 1',
  );
  return row?.id;
}

async function mark(engine: Engine, installation: string): Promise<void> {
  if (!/^[\w-]+$/.test(installation)) throw new TypeError(`${installation} is no id of an installation`);
  await engine.command(`INSERT INTO installation VALUES ('${installation}', now64(3))`);
}

function foreign(what: string): EngineError {
  return new EngineError(
    'setup',
    `the ClickHouse database holds ${what}: set clickhouse.database to one of its own, or run \`farad adopt-data\` if these rows belong to this data directory`,
  );
}
