import type { TableName } from '../records/table.ts';

/**
 * Values of the `{name:Type}` placeholders of a query. Times go as integers or text, never as Date (the
 * drivers cut it to seconds).
 */
export type QueryParameters = Readonly<Record<string, string | number | readonly string[] | null>>;

interface InsertInto {
  readonly table: TableName;
  /**
   * ClickHouse ignores an insert whose token it has seen among the last 20,000 of the table: repeating an
   * insert does no harm.
   */
  readonly token: string;
}

/** Rows as text. */
export interface LinesInsert extends InsertInto {
  /**
   * Rows as JSONCompactEachRow lines in the order of the table's columns (see records), each ended by a line
   * feed.
   */
  readonly lines: Buffer;
}

/** Rows as columns, for which ClickHouse needs half of the time. */
export interface BlockInsert extends InsertInto {
  /** A block of ClickHouse's format Native. */
  readonly block: Buffer;
  readonly rows: number;
  /** The same rows as `LinesInsert` has them: to look for them, and to insert some of them. */
  readonly toLines: () => Buffer;
}

export type Insert = LinesInsert | BlockInsert;

/** The rows of an insert as lines. */
export function withLines(insert: Insert): LinesInsert {
  if ('lines' in insert) return insert;
  const { table, token, toLines } = insert;
  return { table, token, lines: toLines() };
}

/** How a read goes on. */
export interface ReadBounds {
  /** It ends after so much running at the latest, ms; `clickhouse.queryTimeout` where that is missing. */
  readonly timeLimitMs?: number;
  /** It stands still while reads run that are not patient. */
  readonly patient?: boolean;
}

/** When a command runs. */
export interface CommandOrder {
  /** At once, beside inserts and commands that are under way. */
  readonly ahead?: boolean;
}

/**
 * ClickHouse, embedded or as a server: the same SQL and the same buffers. Every method rejects with
 * EngineError. Inserts and commands wait for each other; queries run beside them.
 */
export interface Engine {
  /**
   * Creates the database where it is missing. To be called, and repeated until it succeeds, before anything
   * else.
   */
  prepare(): Promise<void>;
  /** A statement without a result. Nothing that came from outside may be part of `sql`. */
  command(sql: string, order?: CommandOrder): Promise<void>;
  insert(insert: Insert): Promise<void>;
  /**
   * Reads rows as objects. `sql` has neither SETTINGS nor FORMAT; what came from outside is in `parameters`.
   * Times come as ISO 8601 text. Queries beyond what runs at a time wait.
   */
  query<Row>(sql: string, parameters?: QueryParameters, bounds?: ReadBounds): Promise<Row[]>;
  /**
   * Reads rows as the bytes of one of ClickHouse's formats, piece by piece as they are asked for. The query,
   * which is patient, has ended before the first piece comes, so what is wrong with it is thrown then.
   */
  export(
    sql: string,
    parameters: QueryParameters,
    format: string,
    timeLimitMs: number,
  ): AsyncIterable<Buffer>;
  /**
   * Runs a statement that a person wrote, patiently, in a session that can only read, and returns text in
   * `format`. Judge it before (foreign-statement.ts); the engine does so once more by what it resolves itself
   * (engine-wall.ts) and rejects with RefusedStatement.
   */
  foreign(sql: string, format: string, timeLimitMs: number): Promise<string>;
  /** What EXPLAIN AST says of such a statement, which is not run. Rejects as `foreign`. */
  syntaxTree(sql: string, timeLimitMs: number): Promise<string>;
  /**
   * Copies the whole database into a new directory and returns its path; undefined where a server holds it,
   * which has ways of its own. Inserts and commands wait meanwhile.
   */
  backup(name: string): Promise<string | undefined>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}
