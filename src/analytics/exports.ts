import { randomUUID } from 'node:crypto';
import type { ExportFormat, ExportOpened, ExportPiece, ExportQuestion } from '../link/methods.ts';
import type { EnergyRollup } from './energy/energy-rollup.ts';
import type { Engine, QueryParameters } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { backlogOf, failureOf, prepare } from './query-service.ts';

export interface ExportsOptions {
  readonly engine: () => Engine | undefined;
  /** What works out energy ahead of the questions about it. */
  readonly energy?: () => EnergyRollup | undefined;
  readonly problem: () => string;
  /** Time limit of the query, ms. */
  readonly timeLimit: number;
  /** An export that nobody asks for any more is given up after this time, ms. */
  readonly patience?: number;
}

/** Exports under way at a time. */
const MOST_OPEN = 8;

/** Most rows of an export. */
export const MOST_EXPORTED_ROWS = 5_000_000;

const PATIENCE_MS = 120_000;

const FORMATS: Record<ExportFormat, string> = {
  csv: 'CSVWithNames',
  ndjson: 'JSONEachRow',
  parquet: 'Parquet',
};

interface Open {
  readonly pieces: AsyncIterator<Buffer>;
  impatience: NodeJS.Timeout;
  /** Pieces are read one after the other. */
  reading: Promise<unknown>;
}

/**
 * Answers of named queries as files, piece by piece: a piece is read when it is asked for, so whoever reads
 * slowly holds up nobody, and nothing of it lies in memory.
 */
export class Exports {
  private readonly options: ExportsOptions;
  private readonly open = new Map<string, Open>();
  private opening = 0;

  constructor(options: ExportsOptions) {
    this.options = options;
  }

  /**
   * Answers once there is a first piece, so that what is wrong with the question is told before anything is
   * sent.
   */
  async begin({ name, parameters, format }: ExportQuestion): Promise<ExportOpened> {
    const prepared = prepare(name, parameters);
    if ('ok' in prepared) return prepared;
    const engine = this.options.engine();
    if (!engine) return { ok: false, code: 'engine_unavailable', message: this.options.problem() };
    if (this.open.size + this.opening >= MOST_OPEN) {
      return { ok: false, code: 'engine_unavailable', message: `${MOST_OPEN} exports are under way already` };
    }
    const all = { ...prepared.parameters, limit: MOST_EXPORTED_ROWS, offset: 0 };
    const bounded = 'limit' in prepared.parameters ? all : prepared.parameters;
    this.opening++;
    try {
      const { failure: behind } = await backlogOf(prepared, this.options.energy?.());
      if (behind) return behind;
      const sql = format === 'csv' ? await guarded(engine, prepared.sql, bounded) : prepared.sql;
      const pieces = engine.export(sql, bounded, FORMATS[format], this.options.timeLimit);
      const iterator = pieces[Symbol.asyncIterator]();
      const first = await iterator.next();
      const id = randomUUID();
      if (first.done) return { ok: true, id, piece: { bytes: new Uint8Array(), done: true } };
      this.open.set(id, {
        pieces: iterator,
        impatience: this.waitFor(id),
        reading: Promise.resolve(),
      });
      return { ok: true, id, piece: pieceOf(first.value) };
    } catch (error) {
      if (error instanceof EngineError) return failureOf(error);
      throw error;
    } finally {
      this.opening--;
    }
  }

  /** The next piece. Rejects where there is no such export, or no longer, or the engine failed. */
  next(id: string): Promise<ExportPiece> {
    const open = this.open.get(id);
    if (!open) return Promise.reject(new EngineError('other', 'there is no such export'));
    clearTimeout(open.impatience);
    const piece = open.reading.then(async () => {
      const { done, value } = await open.pieces.next();
      if (done) {
        this.open.delete(id);
        return { bytes: new Uint8Array(), done: true };
      }
      open.impatience = this.waitFor(id);
      return pieceOf(value);
    });
    open.reading = piece.catch(() => this.end(id));
    return piece;
  }

  /** Gives one up, or has it forgotten. */
  async end(id: string): Promise<void> {
    const open = this.open.get(id);
    if (!open) return;
    this.open.delete(id);
    clearTimeout(open.impatience);
    await open.pieces.return?.();
  }

  async close(): Promise<void> {
    await Promise.all([...this.open.keys()].map((id) => this.end(id)));
  }

  private waitFor(id: string): NodeJS.Timeout {
    return setTimeout(() => void this.end(id), this.options.patience ?? PATIENCE_MS).unref();
  }
}

/**
 * Charge points may send any text, and spreadsheets take for a formula what begins with one of `= + - @`, a
 * tab or a carriage return. Such text gets an apostrophe in front, unless it is a plain number.
 */
async function guarded(engine: Engine, sql: string, parameters: QueryParameters): Promise<string> {
  const columns = await engine.query<{ name: string; type: string }>(`DESCRIBE TABLE (${sql})`, parameters);
  const texts = columns.filter(({ type }) => /^(LowCardinality\(|Nullable\()*String\b/.test(type));
  if (texts.length === 0) return sql;
  const replaced = texts.map(({ name }) => {
    const column = `\`${name.replace(/[`\\]/g, '\\$&')}\``;
    return `if(match(${column}, '^[=+@\\\\t\\\\r-]') AND NOT match(${column}, '^[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$'), concat('\\'', ${column}), ${column}) AS ${column}`;
  });
  return `SELECT * REPLACE (${replaced.join(', ')}) FROM (${sql})`;
}

function pieceOf(bytes: Buffer): ExportPiece {
  return { bytes, done: false };
}
