import type { SchemaAnswer, SchemaTable, SqlAnswer, SqlQuestion } from '../link/methods.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { RefusedStatement, readStatement, StatementJudge } from './foreign-statement.ts';
import { describedTable, readSchema } from './own-schema.ts';
import { learnFunctions } from './pure-functions.ts';

export interface SqlServiceOptions {
  /** Undefined while nothing can be asked. */
  readonly engine: () => Engine | undefined;
  readonly problem: () => string;
  readonly database: string;
  /** Time limit of a statement, ms. */
  readonly timeLimit: number;
}

export const MOST_SQL_ROWS = 10_000;

interface CompactAnswer {
  readonly meta: readonly { readonly name: string; readonly type: string }[];
  readonly data: readonly (readonly unknown[])[];
}

/**
 * Answers SQL that people wrote. Four fences: what the statement may consist of, what the engine resolves it
 * to, a session that can only read, and limits of rows, time and memory.
 */
export class SqlService {
  private readonly options: SqlServiceOptions;
  private judge: StatementJudge | undefined;

  constructor(options: SqlServiceOptions) {
    this.options = options;
  }

  /** Throws nothing that concerns the statement. */
  async answer({ sql, limit }: SqlQuestion): Promise<SqlAnswer> {
    const engine = this.options.engine();
    if (!engine) return { ok: false, code: 'engine_unavailable', message: this.options.problem() };
    const rows = Math.min(limit, MOST_SQL_ROWS);
    const { database } = this.options;
    const described = describedTable(sql, database);
    try {
      if (described !== undefined) return describe(described, await readSchema(engine, database), rows);
      const statement = readStatement(sql);
      const wrapped = `SELECT * FROM (\n${statement}\n) LIMIT ${rows + 1}`;
      this.judge ??= await this.learn(engine);
      const { timeLimit } = this.options;
      this.judge.judge(await engine.syntaxTree(wrapped, timeLimit));
      const answer = await engine.foreign(wrapped, 'JSONCompact', timeLimit);
      const { meta, data } = JSON.parse(answer) as CompactAnswer;
      return { ok: true, columns: meta, rows: data.slice(0, rows), truncated: data.length > rows };
    } catch (error) {
      if (error instanceof RefusedStatement)
        return { ok: false, code: 'bad_statement', message: error.message };
      if (error instanceof EngineError) return failureOf(error);
      throw error;
    }
  }

  /** What the tables are made of that may be asked. */
  async schema(): Promise<SchemaAnswer> {
    const engine = this.options.engine();
    if (!engine) return { ok: false, code: 'engine_unavailable', message: this.options.problem() };
    try {
      return { ok: true, tables: await readSchema(engine, this.options.database) };
    } catch (error) {
      if (error instanceof EngineError) return failureOf(error);
      throw error;
    }
  }

  private async learn(engine: Engine): Promise<StatementJudge> {
    const functions = await learnFunctions(engine);
    const databases = await engine.query<{ name: string }>('SELECT name FROM system.databases');
    return new StatementJudge({
      functions,
      database: this.options.database,
      databases: databases.map(({ name }) => name),
    });
  }
}

/** Describes a table. Throws RefusedStatement where there is no such table. */
function describe(name: string, tables: readonly SchemaTable[], most: number): SqlAnswer {
  const table = tables.find((one) => one.name === name);
  if (!table) throw new RefusedStatement(`there is no table ${name}`);
  return {
    ok: true,
    columns: ['name', 'type', 'comment', 'key'].map((head) => ({ name: head, type: 'String' })),
    rows: table.columns
      .slice(0, most)
      .map(({ name: column, type, comment, key }) => [column, type, comment, key ? 'yes' : '']),
    truncated: table.columns.length > most,
  };
}

function failureOf({ fault, message }: EngineError): Extract<SqlAnswer, { ok: false }> {
  switch (fault) {
    case 'other':
    case 'rows':
      return { ok: false, code: 'bad_statement', message };
    case 'time':
    case 'memory':
      return { ok: false, code: 'time_limit', message };
    default:
      return { ok: false, code: 'engine_unavailable', message };
  }
}
