import type { Random } from '../../src/simulator/random.ts';

/** Functions that do more than compute from their arguments; {a} is a text in quotes. */
const FUNCTIONS = [
  'file({a})',
  "dictGet({a}, 'a', 1)",
  'getSetting({a})',
  'getMacro({a})',
  'getServerSetting({a})',
  'hostName()',
  'currentUser()',
  'sleep(0.01)',
  'sleepEachRow(0.01)',
  'addressToSymbol(1)',
  'formatRow({a}, 1)',
  "joinGet({a}, 'a', 1)",
  'catboostEvaluate({a}, 1)',
  "hasColumnInTable('system', 'one', {a})",
  'currentQueryID()',
  'queryID()',
  'showCertificate()',
  'filesystemCapacity()',
  'serverUUID()',
  'throwIf(1, file({a}))',
  'formatQuery({a})',
];

/** Names of such functions, handed over without a call. */
const NAMES = [
  'file',
  'FILE',
  'dictGet',
  'getSetting',
  'hostName',
  'sleep',
  'addressToSymbol',
  'url',
  'remote',
];

/** Tables that are none of Farad's own. */
const TABLES = [
  'file({a})',
  "file({a}, 'LineAsString', 'a String')",
  "url('http://127.0.0.1:1/', 'CSV', 'a String')",
  "s3('http://127.0.0.1:1/a', 'CSV', 'a String')",
  "remote('127.0.0.1', system.one)",
  "cluster('default', system.one)",
  "executable({a}, 'TSV', 'a String')",
  "mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
  "sqlite({a}, 'a')",
  "merge('system', '^one$')",
  'dictionary({a})',
  'view(SELECT file({a}))',
  'loop(system.one)',
  'numbers((SELECT length(file({a}))))',
  'system.tables',
  '`system`.processes',
  'system . settings',
  '"information_schema"."tables"',
  'INFORMATION_SCHEMA.COLUMNS',
  'default.secrets',
];

/** Where a forbidden value stands; {v}. */
const VALUE_PLACES = [
  'SELECT {v}',
  'SELECT 1 AS a, {v} AS b FROM connections',
  'SELECT arrayMap(x -> {v}, [1])',
  'SELECT arrayFilter(x -> notEmpty(toString({v})), [1])',
  'SELECT arrayFold((acc, x) -> concat(acc, toString({v})), [1], toString(1))',
  'SELECT mapApply((k, v) -> (k, {v}), map(1, 2))',
  'WITH (SELECT {v}) AS w SELECT w',
  'WITH w AS (SELECT {v} AS b) SELECT b FROM w',
  'WITH {v} AS w SELECT w, w',
  'WITH (x -> {v}) AS f SELECT f(1)',
  'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < length(toString({v}))) SELECT n FROM r',
  'SELECT epoch FROM connections WHERE toString({v}) != toString(1)',
  'SELECT epoch FROM connections PREWHERE toString({v}) != toString(1)',
  'SELECT max(toString({v})) FROM connections GROUP BY charge_point_id HAVING max(toString({v})) > toString(1)',
  'SELECT epoch FROM connections ORDER BY toString({v}) LIMIT 1 BY toString({v})',
  'SELECT if(0, 1, length(toString({v})))',
  'SELECT CASE WHEN 1 THEN toString({v}) ELSE toString(1) END',
  'SELECT l.a FROM (SELECT 1 AS a) AS l JOIN (SELECT toString({v}) AS k) AS r ON 1',
  'SELECT epoch FROM connections ARRAY JOIN [toString({v})] AS k',
  'SELECT [toString({v})][1], (toString({v}), 1).1',
  'SELECT CAST({v} AS String)',
  'SELECT {v}::String',
  'SELECT sum(length(toString({v}))) OVER (PARTITION BY toString({v})) FROM connections',
  'SELECT * REPLACE (toString({v}) AS reason) FROM connections',
  'SELECT * APPLY (x -> toString({v})) FROM connections',
  'SELECT 1 WHERE 1 IN (SELECT length(toString({v})))',
  'SELECT 1 WHERE EXISTS (SELECT {v})',
  'SELECT 1 UNION ALL SELECT length(toString({v}))',
  'SELECT 1 EXCEPT SELECT length(toString({v}))',
  'SELECT number FROM numbers(3) LIMIT length(toString({v}))',
  'SELECT quantileIf(0.5)(epoch, notEmpty(toString({v}))) FROM connections',
  'SELECT transform(1, [1], [toString({v})], toString(2))',
  'SELECT interpolated FROM (SELECT 1 AS interpolated ORDER BY interpolated WITH FILL FROM 1 TO length(toString({v})))',
];

/** Where the name of a forbidden function stands; {n}, with {a} as what it would read. */
const NAME_PLACES = [
  'SELECT arrayMap({n}, [{a}])',
  'SELECT arrayExists({n}, [{a}])',
  'SELECT arraySort({n}, [{a}, {a}])',
  'WITH {n} AS f SELECT arrayMap(f, [{a}])',
  'SELECT * APPLY {n} FROM (SELECT {a})',
  'SELECT * APPLY({n}) FROM (SELECT {a})',
  "SELECT COLUMNS('.') APPLY {n} FROM (SELECT {a} AS c)",
];

/** Where a foreign table stands; {t}. */
const TABLE_PLACES = [
  'SELECT * FROM {t}',
  'SELECT count() FROM {t} AS a',
  'SELECT 1 FROM connections AS a, {t} AS b',
  'SELECT 1 FROM connections AS a LEFT JOIN {t} AS b ON 1',
  'WITH t AS (SELECT * FROM {t}) SELECT * FROM t',
  'SELECT (SELECT count() FROM {t})',
  'SELECT 1 WHERE 1 IN (SELECT 1 FROM {t})',
  'SELECT epoch FROM connections WHERE EXISTS (SELECT * FROM {t})',
  'SELECT 1 UNION ALL SELECT count() FROM {t}',
  'SELECT arrayMap(x -> (SELECT count() FROM {t}), [1])',
  'SELECT * FROM (SELECT * FROM (SELECT * FROM {t}))',
];

/** What follows a harmless statement and makes it another; {o} is a file to write. */
const TAILS = [
  'INTO OUTFILE {o}',
  'INTO/**/OUTFILE {o}',
  'INTO OUTFILE {o} AND STDOUT FORMAT CSV',
  'FORMAT CSV',
  'FORMAT Null',
  'SETTINGS readonly = 0',
  'SETTINGS max_threads = 1, allow_ddl = 1',
  ') INTO OUTFILE {o} --',
  '; DROP TABLE connections',
  '; SELECT file({a})',
  'UNION ALL SELECT file({a}) --',
  'PARALLEL WITH SELECT 1',
];

const BASES = ['SELECT 1', 'SELECT * FROM connections', '(SELECT 1)', 'WITH 1 AS a SELECT a'];

/** Spaces and comments, as they may stand between any two words. */
const SPACES = [' ', '\n', '\t', ' -- x\n', ' /* x */ ', '  \r\n', '\u00a0', '\u2028', ' #x\n'];

/**
 * Draws a statement that reaches beyond Farad's tables. `read` is a file that lies there, `write` one that
 * does not.
 */
export function hostileStatement(random: Random, { read, write }: { read: string; write: string }): string {
  const statement = random.pick([drawValue, drawValue, drawName, drawTable, drawTail])(random);
  const [a, o] = [quoted(random, read), quoted(random, write)];
  const filled = statement.replaceAll('{a}', () => a).replaceAll('{o}', () => o);
  return random.chance(0.4)
    ? filled.replace(/ /g, () => random.pick([' ', ' ', random.pick(SPACES)]))
    : filled;
}

function drawValue(random: Random): string {
  const call = random.pick(FUNCTIONS);
  const name = call.slice(0, call.indexOf('('));
  return random.pick(VALUE_PLACES).replaceAll('{v}', spelled(random, name) + call.slice(name.length));
}

function drawName(random: Random): string {
  return random.pick(NAME_PLACES).replaceAll('{n}', spelled(random, random.pick(NAMES)));
}

function drawTable(random: Random): string {
  return random.pick(TABLE_PLACES).replaceAll('{t}', random.pick(TABLES));
}

function drawTail(random: Random): string {
  return `${random.pick(BASES)} ${random.pick(TAILS)}`;
}

/** A name as the lexer takes it, too. */
function spelled(random: Random, name: string): string {
  return random.pick([
    name,
    name,
    `\`${name}\``,
    `"${name}"`,
    `${name}/**/`,
    `\`\\x${hex(name[0])}${name.slice(1)}\``,
  ]);
}

/** A text in one of the ways that ClickHouse writes it. */
function quoted(random: Random, text: string): string {
  return random.pick([
    `'${text}'`,
    `'${text}'`,
    `unhex('${Buffer.from(text).toString('hex')}')`,
    `x'${Buffer.from(text).toString('hex')}'`,
    `'\\x${hex(text[0])}${text.slice(1)}'`,
    `concat('${text.slice(0, 3)}', '${text.slice(3)}')`,
    `$$${text}$$`,
  ]);
}

function hex(character = ''): string {
  return (character.codePointAt(0) ?? 0).toString(16).padStart(2, '0');
}
