import { RefusedStatement } from './foreign-statement.ts';
import type { PureFunctions } from './pure-functions.ts';

export interface WallRules {
  readonly functions: PureFunctions;
  /** The only database that may be read. */
  readonly database: string;
}

/** What a wall asks its engine, in the session for statements of people. */
export interface WallOptions {
  readonly ask: (sql: string, format: string) => Promise<string>;
  /** Asked once, when a statement comes that has to be judged. */
  readonly rules: () => Promise<WallRules>;
}

/** Clauses that write, or change how a statement runs, as ClickHouse writes them itself. */
const CLAUSES = /\b(INTO OUTFILE|INTO DUMPFILE|FROM INFILE|FORMAT|SETTINGS|PARALLEL WITH)\b/;

/** Words of the language that are names of functions, too. */
const KEYWORDS = new Set([
  'IN',
  'EXISTS',
  'IGNORE',
  'ARRAY',
  'REPLACE',
  'VALUES',
  'INTERVAL',
  'USING',
  'WITH',
]);

/**
 * The second wall around statements that people wrote, which does not rely on the first one reading them
 * right: the engine itself says how it reads a statement (its own text of it, without running anything) and
 * what that comes to (its query tree, in which every name is resolved). It has to, because nothing in a
 * ClickHouse that is embedded keeps the function `file` from reading any file, or INTO OUTFILE from writing
 * one: neither users and their grants, nor `readonly`, nor `user_files_path`.
 */
export class EngineWall {
  private readonly options: WallOptions;
  private rules: WallRules | undefined;

  constructor(options: WallOptions) {
    this.options = options;
  }

  /**
   * The statement as the engine writes it, and nothing but a SELECT without further clauses. Runs nothing.
   * Throws RefusedStatement and EngineError.
   */
  async read(sql: string): Promise<string> {
    const { functions } = await this.known();
    const text = await this.options.ask(`SELECT formatQuerySingleLine(${hexadecimal(sql)})`, 'TSVRaw');
    const statement = text.trim();
    judgeText(statement, functions);
    return statement;
  }

  /**
   * Runs a statement if all that it comes to is computed from tables of Farad. Throws RefusedStatement and
   * EngineError.
   */
  async run(sql: string, format: string): Promise<string> {
    const statement = await this.read(sql);
    const rules = await this.known();
    judgeQueryTree(await this.options.ask(`EXPLAIN QUERY TREE ${statement}`, 'TSVRaw'), rules);
    return this.options.ask(statement, format);
  }

  private async known(): Promise<WallRules> {
    this.rules ??= await this.options.rules();
    return this.rules;
  }
}

/** Judges a statement by the engine's own text of it. Throws RefusedStatement. */
export function judgeText(statement: string, functions: PureFunctions): void {
  if (!/^(SELECT|WITH|\()/.test(statement)) throw new RefusedStatement('it is no SELECT');
  // A text keeps its place, so that nothing in it looks like a word of the language.
  const bare = statement.replace(/'(?:[^'\\]|\\.)*'/gs, "''");
  const [clause] = CLAUSES.exec(bare.replace(/`(?:[^`\\]|\\.)*`/gs, '``')) ?? [];
  if (clause !== undefined) throw new RefusedStatement(`${clause} is not allowed in it`);
  for (const [word] of bare.matchAll(/[A-Za-z_]\w*/g)) {
    if (!KEYWORDS.has(word) && functions.isSuspect(word))
      throw new RefusedStatement(`${word} is the name of a function that is not allowed in it`);
  }
}

/** Functions that the engine puts into a query tree by itself. */
const INTERNAL = new Set([
  '__getScalar',
  '__actionName',
  '_CAST',
  'in',
  'notIn',
  'globalIn',
  'globalNotIn',
  'nullIn',
  'notNullIn',
  'exists',
  'arrayJoin',
  'grouping',
  'lambda',
]);

/**
 * Judges what EXPLAIN QUERY TREE says. A name that was made to look like a part of the tree adds to what is
 * judged, and hides nothing. Throws RefusedStatement.
 */
export function judgeQueryTree(tree: string, { functions, database }: WallRules): void {
  for (const [, name = ''] of tree.matchAll(/\btable_function_name: ([^,\n]*)/g)) {
    if (!functions.isPureTable(name))
      throw new RefusedStatement(`the table function ${name} is not allowed in it`);
  }
  for (const [, name = ''] of tree.matchAll(/(?<!table_)function_name: ([^,\n]*)/g)) {
    if (!INTERNAL.has(name) && !functions.isPure(name))
      throw new RefusedStatement(`the function ${name} is not allowed in it`);
  }
  for (const [, name = ''] of tree.matchAll(/\btable_name: ([^,\n]*)/g)) {
    // A SELECT without FROM reads that one row.
    if (
      name !== 'system.one' &&
      !name.startsWith(`${database}.`) &&
      !name.startsWith('_temporary_and_external_tables.')
    )
      throw new RefusedStatement(`only the tables of the database ${database} may be read`);
  }
}

function hexadecimal(text: string): string {
  return `unhex('${Buffer.from(text).toString('hex')}')`;
}
