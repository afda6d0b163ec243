import type { Environment, Table } from '../journal/environment.ts';
import type { TransactionLane } from '../journal/lane.ts';
import { type Change, type ChangeRef, NO_CHANGE, type Part } from './change.ts';
import { type Copy, type CopyView, UnknownTable } from './copy.ts';

type Pair = readonly [seq: number, id: string];

/**
 * What of the log has come to an environment: positions in streams, newest changes of scopes, changes that
 * were refused, and parts of changes that are still to come.
 */
export const LOG_TABLES = ['log-positions', 'log-applied', 'log-refused', 'log-parts'] as const;

/** Among the positions in streams, none of which is called so. */
export const ORIGIN = Buffer.from('origin');

/** What of the log has come to an environment; also read by processes that do not write it. */
export class LmdbCopyView implements CopyView {
  protected readonly positions: Table<Pair>;
  protected readonly newest: Table<readonly Pair[]>;
  /** The id where there is one only. */
  protected readonly refusals: Table<string | readonly string[]>;

  constructor(environment: Pick<Environment, 'records'>) {
    const [positions, newest, refusals] = LOG_TABLES;
    this.positions = environment.records(positions);
    this.newest = environment.records(newest);
    this.refusals = environment.records(refusals);
  }

  position(stream: string): ChangeRef {
    return refOf(this.positions.get(Buffer.from(stream)));
  }

  applied(scope: string): readonly ChangeRef[] {
    return (this.newest.get(scopeKey(scope)) ?? []).map(refOf);
  }

  refused(stream: string, seq: number): readonly string[] {
    const ids = this.refusals.get(placeKey(stream, seq)) ?? [];
    return typeof ids === 'string' ? [ids] : ids;
  }

  origin(): string {
    return this.positions.get(ORIGIN)?.[1] ?? '';
  }
}

export interface LmdbCopyOptions {
  /** Names of the tables that changes write to. */
  readonly tables: readonly string[];
  /** Of this node: rows of its own changes leave for ClickHouse from here. */
  readonly node: string;
  /** Where those rows wait; absent: its changes carry none. */
  readonly lane?: Pick<TransactionLane, 'append'>;
  /** Rows of its changes leave only from behind these places of streams: others are recovered. */
  readonly rowsAfter?: Readonly<Record<string, number>> | undefined;
}

/** A node's copy of what the log makes, in LMDB. One process writes it. */
export class LmdbCopy extends LmdbCopyView implements Copy {
  readonly environment: Environment;
  private readonly tables: ReadonlyMap<string, Table<Buffer>>;
  private readonly parts: Table<Part>;
  private readonly node: string;
  private readonly lane: LmdbCopyOptions['lane'];
  private readonly rowsAfter: Readonly<Record<string, number>>;

  constructor(environment: Environment, { tables, node, lane, rowsAfter = {} }: LmdbCopyOptions) {
    super(environment);
    this.environment = environment;
    this.tables = new Map(tables.map((name) => [name, environment.bytes(name)]));
    this.parts = environment.records(LOG_TABLES[3]);
    this.node = node;
    this.lane = lane;
    this.rowsAfter = rowsAfter;
  }

  transact<Result>(work: () => Result): Promise<Result> {
    return this.environment.transact(work);
  }

  put(table: string, key: Uint8Array, value: Uint8Array): void {
    this.table(table).put(key, Buffer.from(value));
  }

  remove(table: string, key: Uint8Array): void {
    this.table(table).remove(key);
  }

  addRows({ node, rows }: Pick<Change, 'node' | 'rows'>, stream: string, seq: number): void {
    if (node !== this.node || seq <= (this.rowsAfter[stream] ?? 0)) return;
    if (!this.lane) throw new TypeError('rows came with a change that carries none');
    for (const chunk of rows) this.lane.append(chunk);
  }

  setPosition(stream: string, { seq, id }: ChangeRef): void {
    this.positions.put(Buffer.from(stream), [seq, id]);
  }

  setApplied(scope: string, newest: readonly ChangeRef[]): void {
    this.newest.put(
      scopeKey(scope),
      newest.map(({ seq, id }): Pair => [seq, id]),
    );
  }

  setRefused(stream: string, seq: number, ids: readonly [string, ...string[]]): void {
    this.refusals.put(placeKey(stream, seq), ids.length > 1 ? ids : ids[0]);
  }

  forgetRefused(stream: string, before: number): void {
    removeBefore(this.refusals, stream, before);
  }

  setPart(stream: string, seq: number, part: Part): void {
    this.parts.put(placeKey(stream, seq), part);
  }

  part(stream: string, seq: number): Part | undefined {
    return this.parts.get(placeKey(stream, seq));
  }

  removePart(stream: string, seq: number): void {
    this.parts.remove(placeKey(stream, seq));
  }

  forgetParts(stream: string, before: number): void {
    if (before > 0) removeBefore(this.parts, stream, before);
  }

  private table(name: string): Table<Buffer> {
    const table = this.tables.get(name);
    if (!table) throw new UnknownTable(name);
    return table;
  }
}

function refOf(pair: Pair | undefined): ChangeRef {
  return pair ? { seq: pair[0], id: pair[1] } : NO_CHANGE;
}

function scopeKey(scope: string): Buffer {
  return Buffer.from(scope);
}

function removeBefore(table: Table<unknown>, stream: string, before: number): void {
  const range = { start: placeKey(stream, 0), end: placeKey(stream, before) };
  for (const key of [...table.getKeys(range)]) table.remove(key);
}

/** In the order of sequences within a stream. */
function placeKey(stream: string, seq: number): Buffer {
  const key = Buffer.alloc(stream.length + 8);
  key.write(stream);
  key.writeBigUInt64BE(BigInt(seq), stream.length);
  return key;
}
