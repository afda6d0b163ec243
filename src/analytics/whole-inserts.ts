import type { BrokenParts } from './broken-parts.ts';
import type { DiskRoom } from './disk-room.ts';
import type { CommandOrder, Engine, Insert, QueryParameters, ReadBounds } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { Turns } from './turns.ts';

export interface WholeInsertsOptions {
  readonly engine: Engine;
  readonly parts: BrokenParts;
  readonly room: DiskRoom;
}

/**
 * The embedded engine, whose inserts succeed only with a part that can be read. Where the disk was full in
 * the middle of one, ClickHouse commits a part although it could not write the end of it, and sets it aside,
 * with its rows, at the next start.
 */
export class WholeInserts implements Engine {
  private readonly engine: Engine;
  private readonly parts: BrokenParts;
  private readonly room: DiskRoom;
  /** A part that is being looked for as a broken one must not be mended under the eyes of its insert. */
  private readonly turns = new Turns(1);
  /** Parts that were written since may be broken, epoch ms; undefined where all are known to be whole. */
  private suspectSince: number | undefined;

  constructor({ engine, parts, room }: WholeInsertsOptions) {
    this.engine = engine;
    this.parts = parts;
    this.room = room;
  }

  /** Rejects with EngineError (`away`) where the part was broken; it is set aside by then. */
  insert(insert: Insert): Promise<void> {
    return this.turns.run(async () => {
      const [began, beganAt] = [performance.now(), Date.now()];
      try {
        await this.engine.insert(insert);
      } finally {
        if (this.room.wasShortSince(began)) this.suspectSince ??= beganAt;
        if (this.suspectSince !== undefined) await this.look(this.suspectSince);
      }
    });
  }

  /** Mends what merges have broken, between inserts. Throws EngineError. */
  async mendMerged(): Promise<void> {
    await this.turns.run(() => this.parts.look());
  }

  private async look(since: number): Promise<void> {
    const broken = await this.parts.lookAtInserted(since);
    this.suspectSince = undefined;
    if (broken.length === 0) return;
    throw new EngineError('away', `the disk was full when ClickHouse wrote ${broken.join(', ')}`);
  }

  prepare(): Promise<void> {
    return this.engine.prepare();
  }

  command(sql: string, order?: CommandOrder): Promise<void> {
    return this.engine.command(sql, order);
  }

  query<Row>(sql: string, parameters?: QueryParameters, bounds?: ReadBounds): Promise<Row[]> {
    return this.engine.query(sql, parameters, bounds);
  }

  export(sql: string, parameters: QueryParameters, format: string, timeLimitMs: number) {
    return this.engine.export(sql, parameters, format, timeLimitMs);
  }

  foreign(sql: string, format: string, timeLimitMs: number): Promise<string> {
    return this.engine.foreign(sql, format, timeLimitMs);
  }

  syntaxTree(sql: string, timeLimitMs: number): Promise<string> {
    return this.engine.syntaxTree(sql, timeLimitMs);
  }

  backup(name: string): Promise<string | undefined> {
    return this.engine.backup(name);
  }

  close(): Promise<void> {
    return this.engine.close();
  }
}
