import { setTimeout as delay } from 'node:timers/promises';
import type { TableName } from '../../records/table.ts';
import { sumUpAnew } from '../energy/fleet-days.ts';
import type { Engine } from '../engine.ts';
import {
  type AbsentRows,
  type Comparison,
  compare,
  PIECE_LIMIT_MS,
  sameOnBoth,
  totalsOf,
} from './comparison.ts';
import { COPIED, type CopiedTable, describeTable } from './copied-table.ts';
import { CopyProgress } from './copy-progress.ts';
import { type InsertOptions, insertAbsent, insertPiece } from './insert-piece.ts';
import { type Piece, piecesOf } from './pieces.ts';

export interface HistoryCopyOptions {
  /** The embedded engine that has the rows. */
  readonly here: Engine;
  /** The server that gets them, with the same tables. */
  readonly there: Engine;
  /** Id of the data directory whose rows they are. */
  readonly installation: string;
  /** Hears from time to time how far it is. */
  readonly say: (text: string) => void;
  /** How often, ms. */
  readonly every?: number;
  /** Most rows of one insert; 65,536 where that is missing. */
  readonly mostRows?: number;
}

/** What the comparison at the end has found of a table. */
export interface TableOutcome extends Omit<Comparison, 'absent'> {
  readonly table: TableName;
  /** Rows that this run has inserted, about. */
  readonly inserted: number;
  /** Rows that are not there. */
  readonly absent: number;
}

/**
 * How long an insert that nobody waits for any more may go on at a server before its rows are looked for, ms.
 */
const SETTLING_MS = 1000;

/**
 * Copies all rows of one engine to another, each once however often it is repeated: of every piece it looks
 * first what is there. Compares both at the end. Throws EngineError of either.
 */
export async function copyHistory(options: HistoryCopyOptions): Promise<readonly TableOutcome[]> {
  const copy = new HistoryCopy(options, await rowsIn(options.here));
  return copy.run();
}

/** Whether all rows of a table are there, each as it is here or replaced since. */
export function isWhole({ absent, different }: TableOutcome): boolean {
  return absent === 0 && different === 0;
}

class HistoryCopy {
  private readonly options: HistoryCopyOptions;
  private readonly progress: CopyProgress;
  private readonly inserted = new Map<TableName, number>();

  constructor(options: HistoryCopyOptions, rows: number) {
    const { say, every } = options;
    this.options = options;
    const tables = COPIED.length;
    this.progress = new CopyProgress({ tables, rows, passes: 2, say, ...(every !== undefined && { every }) });
  }

  async run(): Promise<TableOutcome[]> {
    const { here, there } = this.options;
    await this.forEachPiece('copying', (piece) => this.copy(piece));
    await sumUpAnew(here, there, { timeLimitMs: PIECE_LIMIT_MS });
    await delay(SETTLING_MS);
    const outcomes = new Map<TableName, TableOutcome>();
    const begin = (table: TableName) => {
      const inserted = this.inserted.get(table) ?? 0;
      outcomes.set(table, { ...NOTHING, table, inserted });
    };
    await this.forEachPiece(
      'comparing',
      async (piece) => {
        const { name } = piece.table;
        outcomes.set(name, added(outcomes.get(name) as TableOutcome, await this.verify(piece)));
      },
      begin,
    );
    return [...outcomes.values()];
  }

  private async forEachPiece(
    doing: string,
    work: (piece: Piece) => Promise<void>,
    begin: (table: TableName) => void = () => undefined,
  ): Promise<void> {
    const { here, mostRows } = this.options;
    for (const name of COPIED) {
      begin(name);
      this.progress.begin();
      const table: CopiedTable = await describeTable(here, name);
      for await (const piece of piecesOf(here, table, mostRows)) {
        await work(piece);
        this.progress.step(doing, name, piece.rows);
      }
    }
  }

  private async copy(piece: Piece): Promise<void> {
    const { here, there } = this.options;
    const [own, found] = await Promise.all([totalsOf(here, piece), totalsOf(there, piece)]);
    if (own.rows === found.rows && own.sum === found.sum) return;
    const compared = found.rows === 0 ? undefined : await compare(here, there, piece);
    const absent = compared ? sumOf(compared.absent) : own.rows;
    this.count(piece, absent);
    // What is there may all be of others.
    if (!compared || absent === compared.rows) return insertPiece(this.inserting, piece, own);
    await insertAbsent(this.inserting, piece, compared.absent);
  }

  /** What a server took for a repetition, although it lost the rows when it was killed, is inserted anew. */
  private async verify(piece: Piece): Promise<Comparison> {
    const first = await this.look(piece);
    const { absent } = first;
    if (absent.length === 0) return first;
    await insertAbsent({ ...this.inserting, anew: true }, piece, absent);
    this.count(piece, sumOf(absent));
    return this.look(piece);
  }

  private async look(piece: Piece): Promise<Comparison> {
    const { here, there } = this.options;
    const [own, found] = await Promise.all([totalsOf(here, piece), totalsOf(there, piece)]);
    const isSame = own.rows === found.rows && own.sum === found.sum;
    return isSame ? sameOnBoth(own) : compare(here, there, piece);
  }

  private count({ table }: Piece, rows: number): void {
    this.inserted.set(table.name, (this.inserted.get(table.name) ?? 0) + rows);
  }

  private get inserting(): InsertOptions {
    const { here, there, installation } = this.options;
    return { here, there, installation };
  }
}

const NOTHING = { rows: 0, checksum: 0n, replaced: 0, different: 0, absent: 0 } as const;

function added(outcome: TableOutcome, piece: Comparison): TableOutcome {
  return {
    ...outcome,
    rows: outcome.rows + piece.rows,
    checksum: BigInt.asUintN(64, outcome.checksum + piece.checksum),
    replaced: outcome.replaced + piece.replaced,
    different: outcome.different + piece.different,
    absent: outcome.absent + sumOf(piece.absent),
  };
}

function sumOf(absent: readonly AbsentRows[]): number {
  return absent.reduce((sum, { rows }) => sum + rows, 0);
}

async function rowsIn(engine: Engine): Promise<number> {
  const [found] = await engine.query<{ rows: number }>(
    'SELECT sum(rows) AS rows FROM system.parts WHERE active AND database = currentDatabase() AND table IN ({names:Array(String)})',
    { names: COPIED },
  );
  return found?.rows ?? 0;
}
