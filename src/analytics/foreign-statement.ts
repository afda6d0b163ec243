import type { PureFunctions } from './pure-functions.ts';

/**
 * What a person may ask ClickHouse in SQL: one SELECT over Farad's own tables, with functions that only
 * compute.
 */

/** A statement that is refused, and why. */
export class RefusedStatement extends Error {
  override readonly name = 'RefusedStatement';
}

const LONGEST = 20_000;

/**
 * What may stand outside of quotes. Everything else that ClickHouse's lexer knows (heredocs, other quotes,
 * other comments) is refused.
 */
const PLAIN = /[\w\s.,;:=<>!+\-*/%?()[\]{}|^@~]/;

const QUOTES = new Set(["'", '"', '`']);

/**
 * The statement without comments, such that it stays inside of the parentheses that it is put into: its
 * quotes and parentheses match, and there is no semicolon but at its end. Throws RefusedStatement.
 */
export function readStatement(sql: string): string {
  if (sql.length > LONGEST) throw new RefusedStatement(`it is longer than ${LONGEST} characters`);
  if (!sql.isWellFormed() || sql.includes('\0')) throw new RefusedStatement('it is no well-formed text');
  let read = '';
  let depth = 0;
  for (let at = 0; at < sql.length; ) {
    const character = sql[at] as string;
    if (QUOTES.has(character)) {
      const end = endOfQuoted(sql, at);
      read += sql.slice(at, end);
      at = end;
      continue;
    }
    if (sql.startsWith('--', at)) {
      const end = sql.indexOf('\n', at);
      at = end < 0 ? sql.length : end;
      read += ' ';
      continue;
    }
    if (sql.startsWith('/*', at) || sql.startsWith('*/', at)) {
      throw new RefusedStatement('comments are written with -- here');
    }
    if (!PLAIN.test(character))
      throw new RefusedStatement(`${JSON.stringify(character)} may stand in quotes only`);
    if (character === ';') {
      const rest = sql.slice(at + 1).replace(/--.*$/gm, '');
      if (rest.trim() !== '') throw new RefusedStatement('it is more than one statement');
      break;
    }
    if (character === '(') depth++;
    if (character === ')' && --depth < 0)
      throw new RefusedStatement('a parenthesis is closed that was not opened');
    read += character;
    at++;
  }
  if (depth > 0) throw new RefusedStatement('a parenthesis is not closed');
  if (read.trim() === '') throw new RefusedStatement('it is empty');
  return read.trim();
}

/** After the closing quote: a backslash takes the next character along, a doubled quote is one. */
function endOfQuoted(sql: string, start: number): number {
  const quote = sql[start];
  for (let at = start + 1; at < sql.length; at++) {
    if (sql[at] === '\\') at++;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  throw new RefusedStatement('a quote is not closed');
}

/**
 * Parts of a statement that read and compute. INTO OUTFILE, FORMAT, SETTINGS, EXPLAIN, SHOW and the like are
 * others.
 */
const NODES = new Set([
  'ArrayJoin',
  'Asterisk',
  'ColumnsListMatcher',
  'ColumnsRegexpMatcher',
  'ColumnsTransformerList',
  'ColumnsExceptTransformer',
  'ExpressionList',
  'Function',
  'Identifier',
  'Literal',
  'OrderByElement',
  'QualifiedAsterisk',
  'SelectIntersectExceptQuery',
  'SelectQuery',
  'SelectWithUnionQuery',
  'Subquery',
  'TableExpression',
  'TableIdentifier',
  'TableJoin',
  'TablesInSelectQuery',
  'TablesInSelectQueryElement',
  'WindowDefinition',
  'WindowListElement',
  'WithElement',
]);

export interface StatementRules {
  readonly functions: PureFunctions;
  /** The only database that may be read. */
  readonly database: string;
  /** Every database there is. */
  readonly databases: readonly string[];
}

/** Judges statements by their syntax tree. */
export class StatementJudge {
  private readonly functions: PureFunctions;
  private readonly database: string;
  private readonly foreign: ReadonlySet<string>;

  constructor({ functions, database, databases }: StatementRules) {
    this.functions = functions;
    this.database = database;
    this.foreign = new Set(
      [...databases, 'system', 'information_schema']
        .map((name) => name.toLowerCase())
        .filter((name) => name !== database),
    );
  }

  /**
   * `tree`: what EXPLAIN AST says of the statement, indented by one space per level. Throws RefusedStatement.
   */
  judge(tree: string): void {
    const path: string[] = [];
    for (const line of tree.split('\n')) {
      const [node = '', name = ''] = line.trim().split(' ');
      if (node === '') continue;
      const depth = line.length - line.trimStart().length;
      path[depth] = node;
      if (!NODES.has(node)) throw new RefusedStatement(`${node} is not allowed in it`);
      if (node === 'Function') this.judgeFunction(name, path[depth - 1] === 'TableExpression');
      if (node === 'TableIdentifier' || node === 'Identifier') this.judgeName(node, name);
    }
  }

  private judgeFunction(name: string, isTable: boolean): void {
    if (isTable ? this.functions.isPureTable(name) : this.functions.isPure(name)) return;
    throw new RefusedStatement(`the function ${name} is not allowed in it`);
  }

  /** A function can be handed to another one by its name alone, as in `arrayMap(upper, names)`. */
  private judgeName(node: string, name: string): void {
    const parts = name.split('.');
    if (parts.length === 1) {
      if (node === 'Identifier' && this.functions.isSuspect(name.replace(/[`"]/g, '')))
        throw new RefusedStatement(`${name} is the name of a function that is not allowed in it`);
      return;
    }
    const first = (parts[0] ?? '').replace(/[`"]/g, '').toLowerCase();
    const strange = node === 'TableIdentifier' ? first !== this.database : this.foreign.has(first);
    if (strange) throw new RefusedStatement(`only the tables of the database ${this.database} may be read`);
  }
}
