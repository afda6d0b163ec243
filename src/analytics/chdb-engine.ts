import { randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Session } from 'chdb';
import { ChdbReader } from './chdb-reader.ts';
import type { ReaderSettings } from './chdb-thread.ts';
import type { Engine, Insert, QueryParameters, ReadBounds } from './engine.ts';
import { EngineError, engineErrorOf } from './engine-error.ts';
import {
  boundedQuery,
  columnNames,
  foreignSettings,
  insertSettings,
  type ReadLimits,
  withValues,
} from './statement.ts';
import { Turns } from './turns.ts';

export interface ChdbOptions {
  /** Directory of the tables. One process at a time, and one such directory per process. */
  readonly path: string;
  /** Becomes the working directory of this process: chDB silently loads a ./config.xml, so it must be a directory of our own. */
  readonly workDirectory: string;
  readonly database: string;
  /** Directory that backups are written to, and read from by `restore`. */
  readonly backups: string;
  /** Most memory of the engine, bytes. The process needs about 250 MiB beside it. */
  readonly memory: number;
  /** Default time limit of a query, ms. */
  readonly queryTimeout: number;
  /** Told once when the kernel does not let queries give way to everything else, and why. */
  readonly onNotIdle?: (reason: string) => void;
}

/** Cache of the marks (where granules begin), bytes; the default of 5 GiB counts towards the memory limit. */
const MARK_CACHE_BYTES = 64 * 1024 * 1024;

/** The part of the engine's memory that one query may use. */
const QUERY_SHARE = 0.5;

/** Queries at a time, each on a thread of its own: what is asked from outside, and what this process wants to know. */
const READERS = 4;

/**
 * Opens ClickHouse inside this process. Only for a process of its own: the threads that write occupy those that LMDB commits on. Throws EngineError:
 * `setup` where the package is not installed, `away` while another process has the directory.
 */
export async function openChdb(options: ChdbOptions): Promise<Engine> {
  const { Session } = await loadChdb();
  const path = resolve(options.path);
  mkdirSync(path, { recursive: true });
  mkdirSync(options.workDirectory, { recursive: true });
  process.chdir(options.workDirectory);
  // The first session decides about the engine, the others join it.
  const connectionArgs = [
    `--max_server_memory_usage=${options.memory}`,
    `--mark_cache_size=${MARK_CACHE_BYTES}`,
    `--backups.allowed_path=${resolve(options.backups)}`,
    // No thread is kept for the next statement: whoever asks starts its own, which are of the scheduling class of the one that asks.
    '--max_thread_pool_free_size=0',
  ];
  const writer = firstSession(() => new Session(path, { connectionArgs }), path);
  // What an earlier process left behind.
  rmSync(join(options.workDirectory, EXPORTS), { recursive: true, force: true });
  mkdirSync(join(options.workDirectory, EXPORTS));
  return new ChdbEngine(writer, { ...options, path });
}

function firstSession(open: () => Session, path: string): Session {
  try {
    return open();
  } catch (error) {
    throw new EngineError('away', `chDB cannot open ${path}: ${textOf(error)}`, { cause: error });
  }
}

/** Files of exports under way, in the working directory. */
const EXPORTS = 'exports';

/** Read from such a file at a time, bytes. */
const PIECE_BYTES = 256 * 1024;

/** Fills the empty directory `options.path` from what `Engine.backup` wrote to `source`, a directory in `options.backups`. Throws EngineError. */
export async function restoreChdb(options: ChdbOptions, source: string): Promise<void> {
  const engine = await openChdb({ ...options, backups: resolve(options.backups) });
  try {
    await engine.command(`RESTORE DATABASE ${options.database} FROM File('${quoted(resolve(source))}')`);
  } finally {
    await engine.close();
  }
}

class ChdbEngine implements Engine {
  private readonly writer: Session;
  /** All that were ever started, and of those for queries the ones that have nothing to do. */
  private readonly readers = new Set<ChdbReader>();
  private readonly idle: ChdbReader[] = [];
  private readonly options: ChdbOptions;
  private readonly writing = new Turns(1);
  private readonly reading = new Turns(READERS);
  private readonly exporting = new Turns(1);
  private readonly foreigners = new Turns(1);
  private exporter: ChdbReader | undefined;
  private foreigner: ChdbReader | undefined;
  /** Settings that the foreigner's session has. */
  private foreignLimits = '';
  private toldNotIdle = false;
  private closed = false;

  constructor(writer: Session, options: ChdbOptions) {
    this.writer = writer;
    this.options = options;
  }

  async prepare(): Promise<void> {
    const { database } = this.options;
    await this.command(`CREATE DATABASE IF NOT EXISTS ${database}`);
    await this.command(`USE ${database}`);
  }

  async command(sql: string): Promise<void> {
    await this.writing.run(() => attempt(() => this.writer.queryAsync(sql)));
  }

  async insert({ table, lines, token }: Insert): Promise<void> {
    const insert = {
      table,
      columns: columnNames(table),
      format: 'JSONCompactEachRow',
      settings: insertSettings(token),
      values: lines,
    } as const;
    await this.writing.run(() => attempt(() => this.writer.insert(insert)));
  }

  query<Row>(
    sql: string,
    parameters: QueryParameters = {},
    { timeLimitMs = this.options.queryTimeout, patient = false }: ReadBounds = {},
  ): Promise<Row[]> {
    const limits = { ...this.limits(timeLimitMs), patient };
    const statement = boundedQuery(withValues(sql, parameters), limits);
    return this.reading.run(async () => {
      const reader = this.idle.pop() ?? this.reader();
      try {
        return rowsOf<Row>(await reader.read(statement, 'JSONEachRow'));
      } finally {
        if (reader.isAlive) this.idle.push(reader);
      }
    });
  }

  /** By way of a file: a format of the engine's own comes out of it in one piece only, and a slow reader must not hold up a session. */
  async *export(
    sql: string,
    parameters: QueryParameters,
    format: string,
    timeLimitMs: number,
  ): AsyncGenerator<Buffer> {
    const file = resolve(this.options.workDirectory, EXPORTS, randomUUID());
    try {
      await this.exporting.run(async () => {
        if (!this.exporter?.isAlive) this.exporter = this.reader();
        const limits = this.limits(timeLimitMs);
        const asked = withValues(sql, parameters);
        const statement = boundedQuery(`${asked}\nINTO OUTFILE '${quoted(file)}' FORMAT ${format}`, limits);
        await this.exporter.read(statement, 'Null');
      });
      yield* createReadStream(file, { highWaterMark: PIECE_BYTES });
    } finally {
      await rm(file, { force: true });
    }
  }

  foreign(sql: string, format: string, timeLimitMs: number): Promise<string> {
    return this.foreigners.run(async () => {
      const settings = { ...foreignSettings(this.limits(timeLimitMs)), readonly: 1 };
      const wanted = JSON.stringify(settings);
      if (!this.foreigner?.isAlive || this.foreignLimits !== wanted) {
        await this.foreigner?.close();
        this.foreigner = this.reader(settings);
        this.foreignLimits = wanted;
      }
      return this.foreigner.read(sql, format);
    });
  }

  async backup(name: string): Promise<string> {
    const path = resolve(this.options.backups, name);
    mkdirSync(this.options.backups, { recursive: true });
    await this.command(`BACKUP DATABASE ${this.options.database} TO File('${quoted(path)}')`);
    return path;
  }

  async close(): Promise<void> {
    const { drainPending } = await loadChdb();
    await drainPending();
    // The engine goes with the last session, and a statement that runs then would take the process with it.
    this.closed = true;
    await Promise.all([...this.readers].map((reader) => reader.close()));
    this.writer.close();
  }

  private reader(session: ReaderSettings['session'] = {}): ChdbReader {
    if (this.closed) throw new EngineError('broken', 'the embedded ClickHouse is closed');
    const { path, database } = this.options;
    const onNotIdle = (reason: string): void => this.tellNotIdle(reason);
    const reader = new ChdbReader({ path, database, session, onNotIdle });
    this.readers.add(reader);
    return reader;
  }

  private tellNotIdle(reason: string): void {
    if (this.toldNotIdle) return;
    this.toldNotIdle = true;
    this.options.onNotIdle?.(reason);
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

function quoted(text: string): string {
  return text.replace(/['\\]/g, '\\$&');
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
