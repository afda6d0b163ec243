import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import {
  type ClickHouseClient,
  ClickHouseError,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';
import type { CommandOrder, Engine, Insert, QueryParameters, ReadBounds } from './engine.ts';
import { EngineError, engineErrorOf } from './engine-error.ts';
import { EngineWall } from './engine-wall.ts';
import { learnFunctions, type PureFunctions } from './pure-functions.ts';
import { boundedQuery, foreignSettings, insertStatement } from './statement.ts';
import { Turns } from './turns.ts';

interface Account {
  readonly user: string;
  readonly password: string;
}

export interface HttpOptions extends Account {
  readonly url: string;
  /** Whose rights statements of people have; those of `user` where it is missing. */
  readonly guest?: Account;
  readonly database: string;
  /** Cluster that the server belongs to; empty or absent for a single one. */
  readonly cluster?: string;
  /** When an insert counts as failed, ms. */
  readonly insertTimeout: number;
  /** Default time limit of a query, ms. */
  readonly queryTimeout: number;
  /** Most memory of one query, bytes. */
  readonly queryMemory: number;
}

/** Queries at a time. */
const READERS = 4;

/** What the network may take on top of the time limit of a query, ms. */
const NETWORK_MARGIN_MS = 5000;

/** A ClickHouse server over HTTP. Nothing is connected until the first call. */
export function openHttp(options: HttpOptions): Engine {
  return new HttpEngine(options);
}

class HttpEngine implements Engine {
  private readonly options: HttpOptions;
  private readonly writer: ClickHouseClient;
  private readonly reader: ClickHouseClient;
  private readonly foreigner: ClickHouseClient;
  private pure: PureFunctions | undefined;
  private readonly writing = new Turns(1);
  private readonly reading = new Turns(READERS);
  private readonly foreigners = new Turns(1);

  constructor(options: HttpOptions) {
    this.options = options;
    this.writer = this.connect(options.insertTimeout, options.database);
    const readTimeout = options.queryTimeout + NETWORK_MARGIN_MS;
    this.reader = this.connect(readTimeout, options.database);
    this.foreigner = this.connect(readTimeout, options.database, options.guest);
  }

  /**
   * With a client of its own: a server refuses every statement that names a database which does not exist
   * yet.
   */
  async prepare(): Promise<void> {
    const client = this.connect(this.options.insertTimeout);
    const { cluster = '' } = this.options;
    const onCluster = cluster === '' ? '' : ` ON CLUSTER '${cluster}'`;
    try {
      await attempt(() =>
        client.command({ query: `CREATE DATABASE IF NOT EXISTS ${this.options.database}${onCluster}` }),
      );
    } finally {
      await client.close();
    }
  }

  async command(sql: string, { ahead = false }: CommandOrder = {}): Promise<void> {
    const run = () => attempt(() => this.writer.command({ query: sql }));
    await (ahead ? run() : this.writing.run(run));
  }

  async insert(insert: Insert): Promise<void> {
    const isBlock = 'block' in insert;
    const query = insertStatement(insert, isBlock ? 'Native' : 'JSONCompactEachRow');
    await this.writing.run(() =>
      attempt(async () => {
        const values = Readable.from(isBlock ? insert.block : insert.lines, { objectMode: false });
        const { stream } = await this.writer.exec({
          query,
          values,
          // Through a Distributed table an insert is confirmed once every shard has its rows, else their
          // tokens would mean nothing.
          ...(this.options.cluster && {
            clickhouse_settings: { distributed_foreground_insert: 1 } as ClickHouseSettings,
          }),
        });
        // An insert answers nothing; its socket is free again once that was read.
        await finished(stream.resume());
      }),
    );
  }

  query<Row>(
    sql: string,
    parameters: QueryParameters = {},
    { timeLimitMs = this.options.queryTimeout, patient = false }: ReadBounds = {},
  ): Promise<Row[]> {
    const limits = { time: timeLimitMs, memory: this.options.queryMemory, patient };
    const query = boundedQuery(sql, limits);
    return this.reading.run(() =>
      attempt(async () => {
        const result = await this.reader.query({ query, query_params: parameters, format: 'JSONEachRow' });
        return result.json<Row>();
      }),
    );
  }

  async *export(
    sql: string,
    parameters: QueryParameters,
    format: string,
    timeLimitMs: number,
  ): AsyncGenerator<Buffer> {
    const limits = { time: timeLimitMs, memory: this.options.queryMemory, patient: true };
    const client = this.connect(timeLimitMs + NETWORK_MARGIN_MS, this.options.database);
    try {
      const { stream } = await attempt(() =>
        client.exec({
          query: `${boundedQuery(sql, limits)}\nFORMAT ${format}`,
          query_params: parameters,
          // Else an error in the middle would look like data: the server keeps the answer until it is whole.
          clickhouse_settings: { wait_end_of_query: 1 },
        }),
      );
      for await (const piece of stream) yield piece as Buffer;
    } catch (error) {
      throw error instanceof EngineError ? error : new EngineError('away', String(error), { cause: error });
    } finally {
      await client.close();
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

  private askForeigner(sql: string, format: string, timeLimitMs: number): Promise<string> {
    const settings = foreignSettings({
      time: timeLimitMs,
      memory: this.options.queryMemory,
      patient: true,
    });
    return attempt(async () => {
      const { stream } = await this.foreigner.exec({
        query: `${sql}\nFORMAT ${format}`,
        clickhouse_settings: { ...settings, readonly: '1' } as ClickHouseSettings,
      });
      const pieces: Buffer[] = [];
      for await (const piece of stream) pieces.push(piece as Buffer);
      return Buffer.concat(pieces).toString('utf8');
    });
  }

  backup(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async close(): Promise<void> {
    await Promise.all([this.writer.close(), this.reader.close(), this.foreigner.close()]);
  }

  private connect(timeout: number, database?: string, as: Account = this.options): ClickHouseClient {
    const { url } = this.options;
    const { user, password } = as;
    return createClient({
      url,
      username: user,
      password,
      request_timeout: timeout,
      application: 'farad',
      log: { level: ClickHouseLogLevel.OFF }, // its errors reach our log as EngineError
      ...(database !== undefined && { database }),
    });
  }
}

async function attempt<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ClickHouseError) throw engineErrorOf(Number(error.code), error.message, error);
    // Refused, reset, timed out, or an answer that ClickHouse did not write (a proxy's 503).
    const message = error instanceof Error ? error.message || error.name : String(error);
    throw new EngineError('away', message, { cause: error });
  }
}
