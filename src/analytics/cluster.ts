import type { Engine, Insert } from './engine.ts';

/**
 * The statements of one server as a cluster wants them: rows in replicated tables of each shard
 * (`NAME_local`), and over them a Distributed table under the plain name, which everything else reads and
 * writes. Shards go by charge point, so what belongs together lies together.
 *
 * The macros {shard} and {replica} must be set on every server. Made to the documentation of ClickHouse 25
 * and later, and tested as text only.
 */
export function clusterStatements(statement: string, cluster: string): string[] {
  const sql = statement.trim();
  const on = `ON CLUSTER '${cluster}'`;
  const table =
    /^CREATE TABLE IF NOT EXISTS (\w+)\s*(\([\s\S]*\n\))\s*ENGINE = (\w*MergeTree)(?:\(([^)]*)\))?([\s\S]*)$/.exec(
      sql,
    );
  if (table) {
    const [, name = '', columns = '', engine = '', parameters = '', rest = ''] = table;
    const place = `'/clickhouse/tables/{shard}/{database}/${name}', '{replica}'${parameters ? `, ${parameters}` : ''}`;
    // Versions of a row must meet, so it is never left to chance where one goes.
    const [, first = ''] = /ORDER BY \(?(`?\w+`?)/.exec(rest) ?? [];
    const sharding = `cityHash64(${columns.includes('charge_point_id') ? 'charge_point_id' : first})`;
    return [
      `CREATE TABLE IF NOT EXISTS ${name}_local ${on}\n${columns}\nENGINE = Replicated${engine}(${place})${replicated(rest)}`,
      `CREATE TABLE IF NOT EXISTS ${name} ${on} AS ${name}_local\nENGINE = Distributed('${cluster}', currentDatabase(), '${name}_local', ${sharding})`,
    ];
  }
  const view = /^CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+) TO (\w+) AS([\s\S]*)$/.exec(sql);
  if (view) {
    const [, name = '', target = '', select = ''] = view;
    return [`CREATE MATERIALIZED VIEW IF NOT EXISTS ${name} ${on} TO ${target}_local AS${local(select)}`];
  }
  const alter = /^ALTER TABLE (\w+)\s+([\s\S]*)$/.exec(sql);
  if (alter) {
    const [, name = '', change = ''] = alter;
    if (change.startsWith('MODIFY QUERY')) return [`ALTER TABLE ${name} ${on} ${local(change)}`];
    const changed = [`ALTER TABLE ${name}_local ${on} ${change}`];
    // What a Distributed table shows is its own; when rows expire or are changed is not its business.
    if (/^(ADD|MODIFY) COLUMN/.test(change))
      changed.push(`ALTER TABLE ${name} ${on} ${withoutDefault(change)}`);
    // People read the columns of the Distributed table.
    if (change.startsWith('COMMENT COLUMN'))
      changed.push(`ALTER TABLE ${name} ${on} ${withoutTableComment(change)}`);
    return changed;
  }
  const drop = /^DROP TABLE IF EXISTS (\w+)$/.exec(sql);
  if (drop) return [sql, `DROP TABLE IF EXISTS ${drop[1]}_local`].map((statement) => `${statement} ${on}`);
  if (/^CREATE DATABASE/.test(sql)) return [`${sql} ${on}`];
  return [sql];
}

/**
 * A server that is one of a cluster (`clickhouse.cluster`). Inserts wait until every shard has its rows, so
 * that a token means what it says.
 */
export function onCluster(engine: Engine, cluster: string): Engine {
  return {
    prepare: () => engine.prepare(),
    async command(sql) {
      for (const statement of clusterStatements(sql, cluster)) await engine.command(statement);
    },
    insert: (insert: Insert) => engine.insert(insert),
    query: (...question) => engine.query(...question),
    export: (...question) => engine.export(...question),
    foreign: (...question) => engine.foreign(...question),
    syntaxTree: (...question) => engine.syntaxTree(...question),
    backup: (name) => engine.backup(name),
    close: () => engine.close(),
  };
}

function replicated(settings: string): string {
  return settings
    .replace('non_replicated_deduplication_window', 'replicated_deduplication_window')
    .replace(/^(?!\n)/, '');
}

/** Within a shard the views read what was inserted there. */
function local(select: string): string {
  return select.replace(/\bFROM (\w+)/, 'FROM $1_local');
}

/** A default that refers to other columns is worked out where the rows are. */
function withoutDefault(change: string): string {
  return change.replace(/\s+DEFAULT [\s\S]*$/, '');
}

/**
 * A comment of the table itself is left to where the rows are: it is not said that a Distributed one takes
 * it.
 */
function withoutTableComment(change: string): string {
  return change.replace(/,\s*MODIFY COMMENT '(?:[^'\\]|\\.|'')*'$/, '');
}
