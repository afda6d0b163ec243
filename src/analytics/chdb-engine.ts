import { randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Session } from 'chdb';
import { namesOneFile, withBlockFile } from './block-file.ts';
import {
  type BlockInsert,
  type CommandOrder,
  type Engine,
  type Insert,
  type QueryParameters,
  type ReadBounds,
  withLines,
} from './engine.ts';
import { EngineError, engineErrorOf } from './engine-error.ts';
import { EngineWall } from './engine-wall.ts';
import { learnFunctions, type PureFunctions } from './pure-functions.ts';
import {
  boundedQuery,
  columnNames,
  foreignSettings,
  insertSettings,
  insertStatement,
  quotedText,
  type ReadLimits,
  withValues,
} from './statement.ts';
import { Turns } from './turns.ts';

export interface ChdbOptions {
  /** Directory of the tables. One process at a time, and one such directory per process. */
  readonly path: string;
  /**
   * Becomes the working directory of this process: chDB silently loads a ./config.xml, so it must be a
   * directory of our own.
   */
  readonly workDirectory: string;
  readonly database: string;
  /** Directory that backups are written to, and read from by `restore`. */
  readonly backups: string;
  /** Most memory of the engine, bytes. The process needs about 250 MiB beside it. */
  readonly memory: number;
  /** Default time limit of a query, ms. */
  readonly queryTimeout: number;
}

/** Cache of the marks (where granules begin), bytes; the default of 5 GiB counts towards the memory limit. */
const MARK_CACHE_BYTES = 64 * 1024 * 1024;

/**
 * How often the engine asks the system for the size of this process, ms; by default it does so 20 times a
 * second, busy or not.
 */
const MEMORY_LOOK_MS = 1000;

/** The part of the engine's memory that one query may use. */
const QUERY_SHARE = 0.5;

/**
 * Queries at a time, those that this process asks itself among them. Each running call holds one of the
 * threads that file access shares.
 */
const READERS = 4;

/**
 * Opens ClickHouse inside this process. Only for a process of its own: it ends in a segmentation fault when a
 * worker thread that used it ends, and its calls occupy the threads that LMDB commits on. Throws EngineError:
 * `setup` where the package is not installed, `away` while another process has the directory.
 */
export async function openChdb(options: ChdbOptions): Promise<Engine> {
  const { Session } = await loadChdb();
  const path = resolve(options.path);
  mkdirSync(path, { recursive: true });
  mkdirSync(join(options.workDirectory, USER_FILES), { recursive: true });
  process.chdir(options.workDirectory);
  const open = (connectionArgs: string[]): Session => {
    try {
      return new Session(path, { connectionArgs });
    } catch (error) {
      throw new EngineError('away', `chDB cannot open ${path}: ${textOf(error)}`, { cause: error });
    }
  };
  // The first session decides about the engine, the others join it.
  const writer = open([
    `--max_server_memory_usage=${options.memory}`,
    `--mark_cache_size=${MARK_CACHE_BYTES}`,
    `--memory_worker_period_ms=${MEMORY_LOOK_MS}`,
    `--backups.allowed_path=${resolve(options.backups)}`,
    // An empty folder of our own: relative names lead nowhere else.
    `--user_files_path=${join(resolve(options.workDirectory), USER_FILES)}`,
  ]);
  // What an earlier process left behind.
  rmSync(join(options.workDirectory, EXPORTS), { recursive: true, force: true });
  mkdirSync(join(options.workDirectory, EXPORTS));
  return new ChdbEngine(writer, open, options);
}

/** What statements may name as files: nothing. In the working directory. */
const USER_FILES = 'user-files';

/** Files of exports under way, in the working directory. */
const EXPORTS = 'exports';

/** Read from such a file at a time, bytes. */
const PIECE_BYTES = 256 * 1024;

/**
 * Fills the empty directory `options.path` from what `Engine.backup` wrote to `source`, a directory in
 * `options.backups`. Throws EngineError.
 */
export async function restoreChdb(options: ChdbOptions, source: string): Promise<void> {
  const engine = await openChdb({ ...options, backups: resolve(options.backups) });
  try {
    await engine.command(`RESTORE DATABASE ${options.database} FROM File(${quotedText(resolve(source))})`);
  } finally {
    await engine.close();
  }
}

class ChdbEngine implements Engine {
  private readonly writer: Session;
  /** Sessions that read and have nothing to do. */
  private readonly idle: Session[] = [];
  private readonly options: ChdbOptions;
  private readonly writing = new Turns(1);
  private readonly reading = new Turns(READERS);
  private readonly exporting = new Turns(1);
  private readonly foreigners = new Turns(1);
  private readonly open: (connectionArgs: string[]) => Session;
  private exporter: Session | undefined;
  private foreigner: Session | undefined;
  /** Of commands that wait for nothing. */
  private foremost: Promise<Session> | undefined;
  private pure: PureFunctions | undefined;
  /** Settings that the foreigner's session was given. */
  private foreignLimits = '';

  constructor(writer: Session, open: (connectionArgs: string[]) => Session, options: ChdbOptions) {
    this.writer = writer;
    this.open = open;
    this.options = options;
  }

  async prepare(): Promise<void> {
    const { database } = this.options;
    await this.command(`CREATE DATABASE IF NOT EXISTS ${database}`);
    await this.command(`USE ${database}`);
  }

  async command(sql: string, { ahead = false }: CommandOrder = {}): Promise<void> {
    if (ahead) return this.commandAhead(sql);
    await this.writing.run(() => attempt(() => this.writer.queryAsync(sql)));
  }

  private async commandAhead(sql: string): Promise<void> {
    this.foremost ??= this.session();
    const session = await this.foremost;
    await attempt(() => session.queryAsync(sql));
  }

  async insert(insert: Insert): Promise<void> {
    if ('block' in insert && namesOneFile(this.options.workDirectory)) return this.insertBlock(insert);
    const { table, lines, token } = withLines(insert);
    const given = {
      table,
      columns: columnNames(table),
      format: 'JSONCompactEachRow',
      settings: insertSettings(token),
      values: lines,
    } as const;
    await this.writing.run(() => attempt(() => this.writer.insert(given)));
  }

  private async insertBlock(insert: BlockInsert): Promise<void> {
    await this.writing.run(() =>
      withBlockFile(this.options.workDirectory, insert.block, (file) =>
        attempt(() => this.writer.queryAsync(insertStatement(insert, 'Native', file))),
      ),
    );
  }

  query<Row>(
    sql: string,
    parameters: QueryParameters = {},
    { timeLimitMs = this.options.queryTimeout, patient = false }: ReadBounds = {},
  ): Promise<Row[]> {
    const limits = { ...this.limits(timeLimitMs), patient };
    const statement = boundedQuery(withValues(sql, parameters), limits);
    return this.reading.run(async () => {
      const reader = this.idle.pop() ?? (await this.session());
      try {
        const result = await attempt(() => reader.queryAsync(statement, { format: 'JSONEachRow' }));
        this.idle.push(reader);
        return rowsOf<Row>(result.text());
      } catch (error) {
        throw dropped(reader, error);
      }
    });
  }

  /**
   * By way of a file: a format of the engine's own comes out of it in one piece only, and a slow reader must
   * not hold up a session.
   */
  async *export(
    sql: string,
    parameters: QueryParameters,
    format: string,
    timeLimitMs: number,
  ): AsyncGenerator<Buffer> {
    const file = resolve(this.options.workDirectory, EXPORTS, randomUUID());
    try {
      await this.exporting.run(async () => {
        this.exporter ??= await this.session();
        const limits = this.limits(timeLimitMs);
        const asked = withValues(sql, parameters);
        const statement = boundedQuery(`${asked}\nINTO OUTFILE ${quotedText(file)} FORMAT ${format}`, limits);
        const { exporter } = this;
        this.exporter = undefined;
        await attempt(() => exporter.queryAsync(statement)).catch((error: unknown) =>
          Promise.reject(dropped(exporter, error)),
        );
        this.exporter = exporter;
      });
      yield* createReadStream(file, { highWaterMark: PIECE_BYTES });
    } finally {
      await rm(file, { force: true });
    }
  }

  foreign(sql: string, format: string, timeLimitMs: number): Promise<string> {
    return this.foreigners.run(() => this.wall(timeLimitMs).run(sql, format));
  }

  syntaxTree(sql: string, timeLimitMs: number): Promise<string> {
    return this.foreigners.run(async () => {
      const statement = await this.wall(timeLimitMs).read(sql);
      return this.askForeigner(`EXPLAIN AST ${statement}`, 'TSVRaw', timeLimitMs);
    });
  }

  private wall(timeLimitMs: number): EngineWall {
    return new EngineWall({
      ask: (sql, format) => this.askForeigner(sql, format, timeLimitMs),
      rules: async () => {
        this.pure ??= await learnFunctions(this);
        return { functions: this.pure, database: this.options.database };
      },
    });
  }

  /** In the session for statements of people, one at a time. */
  private async askForeigner(sql: string, format: string, timeLimitMs: number): Promise<string> {
    const settings = foreignSettings(this.limits(timeLimitMs));
    const wanted = JSON.stringify(settings);
    if (this.foreigner && this.foreignLimits !== wanted) {
      this.foreigner.close();
      this.foreigner = undefined;
    }
    const session = this.foreigner ?? (await this.foreignSession(settings));
    this.foreigner = undefined;
    this.foreignLimits = wanted;
    try {
      const text = (await attempt(() => session.queryAsync(sql, { format }))).text();
      this.foreigner = session;
      return text;
    } catch (error) {
      throw dropped(session, error);
    }
  }

  async backup(name: string): Promise<string> {
    const path = resolve(this.options.backups, name);
    mkdirSync(this.options.backups, { recursive: true });
    await this.command(`BACKUP DATABASE ${this.options.database} TO File(${quotedText(path)})`);
    return path;
  }

  async close(): Promise<void> {
    const { drainPending } = await loadChdb();
    await drainPending();
    const foremost = await this.foremost;
    for (const session of [...this.idle, this.exporter, this.foreigner, foremost, this.writer])
      session?.close();
  }

  private async session(): Promise<Session> {
    const session = this.open([]);
    await attempt(() => session.queryAsync(`USE ${this.options.database}`));
    return session;
  }

  private async foreignSession(settings: Readonly<Record<string, string | number>>): Promise<Session> {
    const session = await this.session();
    for (const [name, value] of Object.entries(settings)) {
      const text = typeof value === 'number' ? String(value) : `'${value}'`;
      await attempt(() => session.queryAsync(`SET ${name} = ${text}`));
    }
    await attempt(() => session.queryAsync('SET readonly = 1'));
    return session;
  }

  /** Those of what is patient. */
  private limits(time: number): ReadLimits {
    return { time, memory: Math.floor(this.options.memory * QUERY_SHARE), patient: true };
  }
}

async function loadChdb(): Promise<typeof import('chdb')> {
  try {
    return await import('chdb');
  } catch (error) {
    const reason = textOf(error).split('\n')[0];
    throw new EngineError(
      'setup',
      `the embedded ClickHouse (optional package chdb) cannot be loaded: ${reason}; install it, or set clickhouse.url to a server`,
      { cause: error },
    );
  }
}

async function attempt<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    const code = (error as { clickhouseCode?: number }).clickhouseCode;
    const closed = (error as { code?: string }).code === 'CHDB_CLOSED';
    throw closed
      ? new EngineError('broken', textOf(error), { cause: error })
      : engineErrorOf(code, textOf(error), error);
  }
}

function rowsOf<Row>(text: string): Row[] {
  return text === '' ? [] : (JSON.parse(`[${text.trimEnd().replaceAll('\n', ',')}]`) as Row[]);
}

/**
 * Closes the session of a failed query: what it had read until then would be the beginning of the answer to
 * the next one.
 */
function dropped(session: Session, error: unknown): unknown {
  session.close();
  return error;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
