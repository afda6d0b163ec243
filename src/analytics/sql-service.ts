import type { SchemaAnswer, SchemaTable, SqlAnswer, SqlQuestion } from '../link/methods.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { RefusedStatement, readStatement, StatementJudge } from './foreign-statement.ts';
import { readSchema, readSchemaQuestion, type SchemaQuestion } from './own-schema.ts';
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
    const question = readSchemaQuestion(sql, database);
    try {
      if (question) return describe(question, await readSchema(engine, database), rows);
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

/** Answers a question about the tables. Throws RefusedStatement where there is no such table. */
function describe(question: SchemaQuestion, tables: readonly SchemaTable[], most: number): SqlAnswer {
  const table = question === 'tables' ? undefined : tables.find(({ name }) => name === question.describe);
  if (question !== 'tables' && !table) throw new RefusedStatement(`there is no table ${question.describe}`);
  const heads = table ? ['name', 'type', 'comment', 'key'] : ['name', 'rows', 'comment'];
  const rows = table
    ? table.columns.map(({ name, type, comment, key }) => [name, type, comment, key ? 'yes' : ''])
    : tables.map(({ name, rows: held, comment }) => [name, held, comment]);
  return {
    ok: true,
    columns: heads.map((name) => ({ name, type: name === 'rows' ? 'Nullable(UInt64)' : 'String' })),
    rows: rows.slice(0, most),
    truncated: rows.length > most,
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
