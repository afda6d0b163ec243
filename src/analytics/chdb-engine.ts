import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Session } from 'chdb';
import type { Engine, Insert, QueryParameters } from './engine.ts';
import { EngineError, engineErrorOf } from './engine-error.ts';
import { boundedQuery, columnNames, insertSettings } from './statement.ts';
import { Turns } from './turns.ts';

export interface ChdbOptions {
  /** Directory of the tables. One process at a time, and one such directory per process. */
  readonly path: string;
  /** Becomes the working directory of this process: chDB silently loads a ./config.xml, so it must be a directory of our own. */
  readonly workDirectory: string;
  readonly database: string;
  /** Most memory of the engine, bytes. The process needs about 250 MiB beside it. */
  readonly memory: number;
  /** Default time limit of a query, ms. */
  readonly queryTimeout: number;
}

/** Cache of the marks (where granules begin), bytes; the default of 5 GiB counts towards the memory limit. */
const MARK_CACHE_BYTES = 64 * 1024 * 1024;

/** The part of the engine's memory that one query may use. */
const QUERY_SHARE = 0.5;

/**
 * Queries at a time. chDB runs queries with parameters one after the other, so a second reader only lets those without any pass. Each
 * running call holds one of the four threads that file access shares.
 */
const READERS = 2;

/**
 * Opens ClickHouse inside this process. Only for a process of its own: it ends in a segmentation fault when a worker thread that used it
 * ends, and its calls occupy the threads that LMDB commits on. Throws EngineError: `setup` where the package is not installed, `away`
 * while another process has the directory.
 */
export async function openChdb(options: ChdbOptions): Promise<Engine> {
  const { Session } = await loadChdb();
  const path = resolve(options.path);
  mkdirSync(path, { recursive: true });
  mkdirSync(options.workDirectory, { recursive: true });
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
  ]);
  const readers = Array.from({ length: READERS }, () => open([]));
  return new ChdbEngine(writer, readers, options);
}

class ChdbEngine implements Engine {
  private readonly writer: Session;
  private readonly idle: Session[];
  private readonly readers: readonly Session[];
  private readonly options: ChdbOptions;
  private readonly writing = new Turns(1);
  private readonly reading: Turns;

  constructor(writer: Session, readers: readonly Session[], options: ChdbOptions) {
    this.writer = writer;
    this.readers = readers;
    this.idle = [...readers];
    this.reading = new Turns(readers.length);
    this.options = options;
  }

  async prepare(): Promise<void> {
    const { database } = this.options;
    await this.command(`CREATE DATABASE IF NOT EXISTS ${database}`);
    await this.command(`USE ${database}`);
    for (const reader of this.readers) await attempt(() => reader.queryAsync(`USE ${database}`));
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

  query<Row>(sql: string, parameters: QueryParameters = {}, timeLimitMs?: number): Promise<Row[]> {
    const limits = {
      time: timeLimitMs ?? this.options.queryTimeout,
      memory: Math.floor(this.options.memory * QUERY_SHARE),
    };
    const bounded = boundedQuery(sql, limits);
    return this.reading.run(async () => {
      const reader = this.idle.pop() as Session;
      try {
        const result = await attempt(() =>
          Object.keys(parameters).length === 0
            ? reader.queryAsync(bounded, { format: 'JSONEachRow' })
            : reader.queryBindAsync(bounded, parameters, { format: 'JSONEachRow' }),
        );
        return rowsOf<Row>(result.text());
      } finally {
        this.idle.push(reader);
      }
    });
  }

  async close(): Promise<void> {
    const { drainPending } = await loadChdb();
    await drainPending();
    for (const session of [...this.readers, this.writer]) session.close();
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

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
