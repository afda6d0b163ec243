import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isClustered } from '../config/cluster-check.ts';
import type { Config } from '../config/schema.ts';
import { installationId } from '../store/installation.ts';
import { TransactionIdMark } from '../store/transaction-id-mark.ts';
import { type Log, throttled } from '../telemetry/log.ts';
import { BackOff } from './back-off.ts';
import { openChdb } from './chdb-engine.ts';
import { onCluster } from './cluster.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { openHttp } from './http-engine.ts';
import { migrate } from './migrate.ts';
import { removeTimeLimits } from './retention.ts';
import { removeStoredTimeLimits } from './stored-time-limits.ts';
import { claimTables, type TableOwner } from './table-owner.ts';

/**
 * The engine of the configuration: a server where there is a URL, else the embedded one. Throws EngineError.
 */
export async function openEngine({ clickhouse, dataDir }: Config): Promise<Engine> {
  const { url, user, password, database, cluster, memory, queryTimeout, insertTimeout } = clickhouse;
  const { sqlUser, sqlPassword } = clickhouse;
  if (url !== '') {
    const queryMemory = Math.floor(memory / 2);
    const server = openHttp({
      url,
      user,
      password,
      database,
      cluster,
      insertTimeout,
      queryTimeout,
      queryMemory,
      ...(sqlUser !== '' && { guest: { user: sqlUser, password: sqlPassword } }),
    });
    return cluster === '' ? server : onCluster(server, cluster);
  }
  const path = resolve(dataDir, 'clickhouse');
  removeStoredTimeLimits(path);
  return openChdb({
    path,
    workDirectory: resolve(join(dataDir, 'clickhouse-cwd')),
    database,
    backups: resolve(dataDir, 'clickhouse-backups'),
    memory,
    queryTimeout,
  });
}

/**
 * Opens the engine and brings its tables up to date, again and again until that has succeeded: a server may
 * be away when Farad starts.
 */
export class EngineStart {
  private readonly config: Config;
  private readonly log: Log;
  private readonly identityOfLog: () => Promise<string | null>;
  private readonly open: () => Promise<Engine>;
  private opened: Engine | undefined;
  private ready = false;
  /** Why the engine cannot be used yet. */
  problem = 'ClickHouse is being started';

  /** `identityOfLog`: of the cluster's log; null while this node does not take part in it yet. */
  constructor(
    config: Config,
    log: Log,
    identityOfLog: () => Promise<string | null> = async () => null,
    open: () => Promise<Engine> = () => openEngine(config),
  ) {
    this.config = config;
    this.log = log;
    this.identityOfLog = identityOfLog;
    this.open = open;
  }

  /** The engine, once its tables are there. */
  get engine(): Engine | undefined {
    return this.ready ? this.opened : undefined;
  }

  /** One attempt. Throws EngineError; `setup` where another one is pointless. */
  async attempt(): Promise<Engine> {
    try {
      this.opened ??= await this.open();
      await this.opened.prepare();
      await this.withoutTimeLimits(this.opened);
      const applied = await migrate(this.opened);
      if (applied.length > 0) this.log.info({ migrations: applied }, 'ClickHouse tables brought up to date');
      await this.withoutTimeLimits(this.opened);
      await this.claim(this.opened);
      this.ready = true;
      return this.opened;
    } catch (error) {
      if (error instanceof EngineError) this.problem = error.message;
      throw error;
    }
  }

  /** Attempts until one succeeds; rejects with AbortError when `signal` fires before. */
  async untilReady(signal: AbortSignal): Promise<Engine> {
    const backOff = new BackOff();
    const warn = throttled(this.log, 30_000);
    for (;;) {
      try {
        return await this.attempt();
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        warn.warn({ err: error }, 'ClickHouse cannot be used yet, rows wait in the journal');
      }
      await delay(backOff.next(), undefined, { signal });
    }
  }

  async close(): Promise<void> {
    await this.opened?.close();
  }

  /** The tables of a server are elsewhere than the data directory whose rows they hold. */
  private async claim(engine: Engine): Promise<void> {
    const { clickhouse, dataDir } = this.config;
    if (clickhouse.url === '') return;
    if (isClustered(this.config)) return claimTables(engine, await this.cluster());
    const installation = installationId(dataDir);
    if (installation === undefined) return;
    await claimTables(engine, { installation, idsBelow: new TransactionIdMark(dataDir).read() });
  }

  /** All nodes of a cluster share their tables. */
  private async cluster(): Promise<TableOwner> {
    const installation = await this.identityOfLog();
    if (installation === null)
      throw new EngineError('away', 'this node does not take part in its cluster yet');
    return { installation, idsBelow: Number.POSITIVE_INFINITY };
  }

  private async withoutTimeLimits(engine: Engine): Promise<void> {
    const tables = await removeTimeLimits(engine);
    if (tables.length > 0)
      this.log.info({ tables }, 'from now on Farad, not ClickHouse, deletes rows that are too old');
  }
}
