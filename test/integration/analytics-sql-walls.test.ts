import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RefusedStatement, readStatement, StatementJudge } from '../../src/analytics/foreign-statement.ts';
import { learnFunctions, type PureFunctions } from '../../src/analytics/pure-functions.ts';
import { SqlService } from '../../src/analytics/sql-service.ts';
import { connections } from '../../src/records/connections.ts';
import { tables } from '../../src/records/tables.ts';
import { type EmbeddedEngine, insertRows, openEmbeddedEngine } from '../support/embedded-engine.ts';

/** Kept statements; a hostile one that ever came through is added there. */
const { valid, refused } = JSON.parse(
  readFileSync(new URL('../fixtures/sql/statements.json', import.meta.url), 'utf8'),
) as { valid: string[]; refused: string[] };

/** What the file holds that nobody may read. */
const SECRET = 'a secret that lies in a file';

const opened = {
  chargePointId: 'CP-1',
  event: 'opened' as const,
  epoch: 1,
  remoteAddress: '10.0.0.1',
  code: null,
  reason: '',
  durationMs: null,
  receivedAt: Date.UTC(2026, 4, 4),
};

let embedded: EmbeddedEngine;
let functions: PureFunctions;
let service: SqlService;
let judge: StatementJudge;
const file = () => join(embedded.directory, 'secret');
const out = () => join(embedded.directory, 'written');
/** A kept statement with the file that it is about. */
const hostile = (sql: string) => sql.replaceAll("'FILE'", `'${file()}'`).replaceAll("'OUT'", `'${out()}'`);

beforeAll(async () => {
  embedded = await openEmbeddedEngine();
  await insertRows(embedded.engine, connections, [opened, { ...opened, chargePointId: 'CP-2', epoch: 2 }]);
  writeFileSync(file(), SECRET);
  functions = await learnFunctions(embedded.engine);
  judge = new StatementJudge({ functions, database: 'farad', databases: ['farad', 'default'] });
  service = new SqlService({
    engine: () => embedded.engine,
    problem: () => 'closed',
    database: 'farad',
    timeLimit: 5000,
  });
});
afterAll(() => embedded.close());

/** The syntax tree of a statement in its parentheses. `query` puts the settings of every read behind them, which are left out again. */
async function treeOf(sql: string): Promise<string> {
  const wrapped = `SELECT * FROM (\n${readStatement(sql)}\n) LIMIT 10`;
  const rows = await embedded.engine.query<{ explain: string }>(`EXPLAIN AST ${wrapped}`);
  const lines = rows.map(({ explain }) => explain);
  const settings = lines.findLastIndex((line) => line.trim() === 'Set');
  return lines.toSpliced(settings, 1).join('\n');
}

/** The first wall alone: what may be written, and what the syntax tree may consist of. */
async function firstWall(sql: string): Promise<void> {
  judge.judge(await treeOf(sql));
}

/** Why a statement is turned away, with nothing in it of what the file holds. */
async function reasonOf(attempt: Promise<unknown>): Promise<string> {
  const outcome = await attempt.then(
    (answer) => ({ answer: JSON.stringify(answer) }),
    (error: unknown) => ({ error }),
  );
  if ('answer' in outcome) throw new Error(`it was answered: ${outcome.answer}`);
  const reason = String(outcome.error);
  expect(reason).not.toContain('secret that lies');
  return reason;
}

describe('SQL of people is held by each of two walls', () => {
  it.each(valid)('passes both: %s', async (sql) => {
    await firstWall(sql);
    expect(await service.answer({ sql, limit: 100 })).toMatchObject({ ok: true });
  });

  it.each(refused)('is refused by both: %s', async (sql) => {
    await reasonOf(firstWall(hostile(sql)));
    await reasonOf(embedded.engine.foreign(hostile(sql), 'JSONCompact', 5000));
    expect(await service.answer({ sql: hostile(sql), limit: 100 })).toMatchObject({ ok: false });
    expect(existsSync(out())).toBe(false);
  });

  it('no column is called like a function that may not be used', () => {
    const names = tables.flatMap(({ columns }) => columns.map(({ name }) => name));
    expect(names.filter((name) => functions.isSuspect(name))).toEqual([]);
  });
});

/** Ways in which a function comes into a statement; {f} is its name, {a} its argument. */
const PLACES = [
  'SELECT {f}({a})',
  'SELECT arrayMap({f}, [{a}])',
  'SELECT arrayMap(x -> {f}(x), [{a}])',
  'SELECT arrayFilter(x -> notEmpty(toString({f}(x))), [{a}])',
  'SELECT arrayFold((a, x) -> concat(a, toString({f}(x))), [{a}], toString(1))',
  'WITH (SELECT {f}({a})) AS v SELECT v',
  'WITH v AS (SELECT {f}({a}) AS w) SELECT w FROM v',
  'SELECT epoch FROM connections WHERE toString({f}({a})) != toString(1)',
  'SELECT max({f}({a})) FROM connections GROUP BY charge_point_id',
  'SELECT 1 ORDER BY {f}({a})',
  'SELECT if(1, {f}({a}), {f}({a}))',
  'SELECT * FROM (SELECT 1) AS l JOIN (SELECT {f}({a}) AS k) AS r ON 1',
  'SELECT [{f}({a})][1]',
  'SELECT tuple({f}({a})).1',
  'SELECT CAST({f}({a}), concat(toString(1)))',
  'SELECT mapApply((k, v) -> (k, {f}(v)), map(1, {a}))',
];
const NAMES = [
  'file',
  'File',
  'FILE',
  'getSetting',
  'hostName',
  'sleep',
  'dictGet',
  'currentUser',
  'getMacro',
  'addressToSymbol',
  'formatRow',
  'joinGet',
  'catboostEvaluate',
  'currentQueryID',
];
const QUOTES = [(name: string) => name, (name: string) => `\`${name}\``, (name: string) => `"${name}"`];
const NOISE = ['', ' ', '\n', '\t', ' -- file\n', '  \r\n'];

it('of 600 statements with a function that reaches out, none comes through either wall', async () => {
  const seed = Number(process.env.FARAD_FUZZ_SEED ?? 20_261_129);
  const pick = chooser(seed);
  for (let round = 0; round < 600; round++) {
    const name = pick(QUOTES)(pick(NAMES));
    const argument = `${pick(NOISE)}'${file()}'${pick(NOISE)}`;
    const statement = pick(PLACES).replaceAll('{f}', name).replaceAll('{a}', argument);
    const told = `seed ${seed}, round ${round}: ${statement}`;
    const first = firstWall(statement).catch((error: unknown) => error);
    expect(await first, told).toBeInstanceOf(Error);
    const second = embedded.engine.foreign(statement, 'JSONCompact', 5000).catch((error: unknown) => error);
    const error = await second;
    expect(error, told).toBeInstanceOf(Error);
    expect(String(error), told).not.toContain(SECRET);
  }
}, 120_000);

it('the second wall says by itself what it refuses', async () => {
  await expect(embedded.engine.foreign(`SELECT arrayMap(file, ['${file()}'])`, 'TSV', 5000)).rejects.toThrow(
    RefusedStatement,
  );
  await expect(embedded.engine.foreign(hostile("SELECT 1 INTO OUTFILE 'OUT'"), 'TSV', 5000)).rejects.toThrow(
    /INTO OUTFILE is not allowed/,
  );
});

/** Draws the same things for the same seed. */
function chooser(seed: number): <Thing>(things: readonly Thing[]) => Thing {
  let state = seed >>> 0;
  return (things) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return things[Math.floor((state / 2 ** 32) * things.length)] as (typeof things)[number];
  };
}
