import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { BackupBegun } from '../link/methods.ts';
import { watchman } from '../telemetry/watchman.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import type { Sink } from './sink.ts';

export interface BackupsOptions {
  readonly engine: () => Engine | undefined;
  readonly problem: () => string;
  readonly sink: Pick<Sink, 'hold' | 'release'>;
  readonly database: string;
  /** How long rows are held at most, ms. */
  readonly patience?: number;
}

const PATIENCE_MS = 10 * 60_000;

/** How long the batch under way may take, ms. */
const BATCH_MS = 60_000;

/** Copies of the tables; a big one takes its time. */
const copies = watchman.workOf({ name: 'copy for a backup', limit: 2 * PATIENCE_MS });

/**
 * Holds rows where they are while a backup is taken: each is then either in ClickHouse or in a queue, in the
 * copy as well, and a restored Farad neither misses nor doubles any.
 */
export class Backups {
  private readonly options: BackupsOptions;
  private current: { readonly id: string; readonly impatience: NodeJS.Timeout; copy?: string } | undefined;

  constructor(options: BackupsOptions) {
    this.options = options;
  }

  async begin(): Promise<BackupBegun> {
    const { engine, problem, sink, database, patience = PATIENCE_MS } = this.options;
    const open = engine();
    if (!open) return unavailable(problem());
    if (this.current) return { ok: false, code: 'backup_running', message: 'another backup is under way' };
    const id = randomUUID();
    const heldUntil = Date.now() + patience;
    const current: NonNullable<Backups['current']> = {
      id,
      impatience: setTimeout(() => void this.end(id), patience).unref(),
    };
    this.current = current;
    try {
      const held = sink.hold().then(() => true);
      if (!(await Promise.race([held, delay(BATCH_MS, false, { ref: false })]))) {
        await this.end(id);
        return unavailable('the rows under way do not get into ClickHouse');
      }
      const copy = await copies.during(() => open.backup(id));
      if (copy !== undefined) current.copy = copy;
      return { ok: true, id, clickhouse: copy ?? null, database, heldUntil };
    } catch (error) {
      await this.end(id);
      if (error instanceof EngineError) return unavailable(error.message);
      throw error;
    }
  }

  async end(id: string): Promise<{ held: boolean }> {
    const { current } = this;
    if (current?.id !== id) return { held: false };
    clearTimeout(current.impatience);
    this.options.sink.release();
    this.current = undefined;
    // Whoever asked for the copy has moved it away by now.
    if (current.copy !== undefined) await rm(current.copy, { recursive: true, force: true });
    return { held: true };
  }
}

function unavailable(message: string): BackupBegun {
  return { ok: false, code: 'engine_unavailable', message };
}
