import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Engine, Insert } from '../../src/analytics/engine.ts';
import { EngineError } from '../../src/analytics/engine-error.ts';
import { presenceOf } from '../../src/analytics/presence.ts';
import { rowIdentities } from '../../src/analytics/row-identity.ts';
import { authorizations } from '../../src/records/authorizations.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import type { TableName } from '../../src/records/table.ts';
import { tables } from '../../src/records/tables.ts';
import { transactions } from '../../src/records/transactions.ts';
import { registerSample, transactionRow } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, linesOf, openEmbeddedEngine } from '../support/embedded-engine.ts';
import {
  engineAround,
  type InsertHooks,
  openSinkUnderTest,
  type SinkUnderTest,
} from '../support/sink-under-test.ts';
import { until } from '../support/until.ts';

const noon = Date.UTC(2026, 4, 4, 12);

describe('inserts whose end nobody saw', () => {
  let embedded: EmbeddedEngine;
  let engine: Engine;
  let under: SinkUnderTest;

  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
    engine = embedded.engine;
  });
  afterAll(() => embedded.close());
  beforeEach(() => {
    under = openSinkUnderTest();
  });
  afterEach(async () => {
    await under.close();
    for (const { name } of tables) await engine.command(`TRUNCATE TABLE ${name}`);
  });

  const opened = (transactionId: number) => transactionRow({ transactionId, startedAt: noon, meterStart: 0 });
  const stopped = (transactionId: number) =>
    transactionRow({
      transactionId,
      version: 2,
      startedAt: noon,
      meterStart: 0,
      stoppedAt: noon + 60_000,
      meterStop: 5000,
      state: 'stopped',
    });
  const sample = (index: number, receivedAt = noon) =>
    registerSample({ ts: noon + index * 1000, value: index, receivedAt });
  const tag = (idTag: string) => ({
    chargePointId: 'CP-1',
    idTag,
    parentIdTag: '',
    status: 'Accepted',
    action: 'Authorize' as const,
    receivedAt: noon,
  });
  const count = async (what: string, table: TableName) =>
    (await engine.query<{ rows: number }>(`SELECT ${what} AS rows FROM ${table}`))[0]?.rows;
  const merge = (table: TableName) => engine.command(`OPTIMIZE TABLE ${table} FINAL`);

  /** Fails inserts, each table's in its turn, as long as there is a failure left in the list; merges what was inserted meanwhile. */
  function failing(failures: readonly ('before' | 'after')[]): InsertHooks {
    const left = new Map<string, ('before' | 'after')[]>();
    const due = ({ table }: Insert) => {
      const list = left.get(table) ?? [...failures];
      left.set(table, list);
      return list;
    };
    const fail = () => {
      throw new EngineError('other', 'Cannot reserve 1.00 MiB, not enough space', { code: 243 });
    };
    return {
      before(insert) {
        if (due(insert)[0] !== 'before') return;
        due(insert).shift();
        fail();
      },
      async after(insert) {
        await merge(insert.table);
        if (due(insert)[0] !== 'after') return;
        due(insert).shift();
        fail();
      },
    };
  }

  it.each([
    ['before anything happened', ['before']],
    ['after the rows were in', ['after']],
    ['again and again', ['before', 'after', 'before', 'after']],
  ] as const)(
    'versions 1 and 2, and a sample that was sent twice, get in once where an insert failed %s',
    async (_, failures) => {
      await under.send(transactions, [opened(1), stopped(1), opened(2)]);
      await under.append(meterSamples, [sample(1), sample(2), sample(1, noon + 5000)]);
      await under.append(authorizations, [tag('A'), tag('B'), tag('A')]);
      const sink = under.open(engineAround(engine, failing(failures)));
      await under.drained();
      expect(sink.problems(Date.now() + 3_600_000)).toEqual([]);
      await merge('transactions');
      expect(
        await engine.query('SELECT transaction_id AS id, version FROM transactions ORDER BY id'),
      ).toEqual([
        { id: 1, version: 2 },
        { id: 2, version: 1 },
      ]);
      expect(await count('count()', 'meter_samples')).toBe(2);
      expect(await count('count()', 'authorizations')).toBe(3);
    },
  );

  it('a version that a later one has replaced, and a sample that was sent again later, are not missed', async () => {
    const first = linesOf(transactions, [opened(1), stopped(2)]);
    const samples = linesOf(meterSamples, [sample(1), sample(2)]);
    await engine.insert({ table: 'transactions', lines: first, token: 'doubts:1' });
    await engine.insert({ table: 'meter_samples', lines: samples, token: 'doubts:1' });
    await engine.insert({
      table: 'transactions',
      lines: linesOf(transactions, [stopped(1)]),
      token: 'doubts:2',
    });
    const again = linesOf(meterSamples, [{ ...sample(1, noon + 86_400_000), transactionId: 7, unit: 'kWh' }]);
    await engine.insert({ table: 'meter_samples', lines: again, token: 'doubts:2' });
    for (const table of ['transactions', 'meter_samples'] as const) await merge(table);

    const nothing = Buffer.alloc(0);
    expect(await presenceOf(engine, 'transactions', first)).toEqual({ absent: nothing, unknown: nothing });
    expect(await presenceOf(engine, 'meter_samples', samples)).toEqual({ absent: nothing, unknown: nothing });
    const newer = linesOf(transactions, [{ ...stopped(2), version: 3 }, opened(3), opened(1)]);
    expect((await presenceOf(engine, 'transactions', newer)).absent).toEqual(
      linesOf(transactions, [{ ...stopped(2), version: 3 }, opened(3)]),
    );
  });

  it('rows that nothing merges are counted, and rows that ClickHouse would change are told to be unknown', async () => {
    await engine.insert({
      table: 'authorizations',
      lines: linesOf(authorizations, [tag('A'), tag('ü"\\\n\u0000'), tag('A')]),
      token: 'doubts:1',
    });
    const sought = linesOf(authorizations, [tag('A'), tag('A'), tag('A'), tag('ü"\\\n\u0000'), tag('C')]);
    expect((await presenceOf(engine, 'authorizations', sought)).absent).toEqual(
      linesOf(authorizations, [tag('A'), tag('C')]),
    );
    const odd = Buffer.concat([
      linesOf(meterSamples, [
        { ...sample(1), ts: 1e15 },
        { ...sample(2), connectorId: 3e9 },
      ]),
      Buffer.from('[not JSON]\n'),
    ]);
    expect(await presenceOf(engine, 'meter_samples', odd)).toEqual({ absent: Buffer.alloc(0), unknown: odd });
  });

  it('finds each of some thousand rows, however they lie', async () => {
    const all = Array.from({ length: 6000 }, (_, index) => ({
      ...sample(index),
      chargePointId: `CP-${index % 700}`,
    }));
    const there = all.filter((_, index) => index % 3 > 0);
    await engine.insert({ table: 'meter_samples', lines: linesOf(meterSamples, there), token: 'doubts:1' });
    const { absent } = await presenceOf(engine, 'meter_samples', linesOf(meterSamples, all));
    expect(absent.toString().trimEnd().split('\n').sort()).toEqual(
      linesOf(
        meterSamples,
        all.filter((_, index) => index % 3 === 0),
      )
        .toString()
        .trimEnd()
        .split('\n')
        .sort(),
    );
  });

  it('what survives a merge is declared as the tables have it', async () => {
    const declared = await engine.query<{ name: TableName; engine: string; key: string }>(
      'SELECT name, engine_full AS engine, sorting_key AS key FROM system.tables WHERE database = {database:String}',
      { database: 'farad' },
    );
    for (const { name } of tables) {
      const table = declared.find((candidate) => candidate.name === name);
      const { lookup, rest, left, version } = rowIdentities[name];
      const [, arguments_ = ''] = /^ReplacingMergeTree(?:\((\w+)\))?/.exec(table?.engine ?? '') ?? [];
      expect([name, version ?? '']).toEqual([name, arguments_]);
      expect([name, left === 'all']).toEqual([name, table?.engine.startsWith('MergeTree')]);
      if (left !== 'all') expect([name, [...lookup, ...rest].join(', ')]).toEqual([name, table?.key]);
    }
  });

  it('a token that ClickHouse knows without its rows costs one more insert, not one a second for ever', async () => {
    const tokens: string[] = [];
    await under.append(authorizations, [tag('A'), tag('B')]);
    under.open(
      engineAround(engine, {
        async before({ token, table, lines }) {
          tokens.push(token);
          if (tokens.length > 1) return;
          await engine.insert({ table, lines, token });
          await engine.command(`ALTER TABLE ${table} DELETE WHERE 1 SETTINGS mutations_sync = 1`);
          throw new EngineError('away', 'cut off');
        },
      }),
    );
    await under.drained();
    expect(await count('count()', 'authorizations')).toBe(2);
    expect(tokens).toEqual([tokens[0], tokens[0], expect.stringMatching(/@again-[0-9a-f-]{36}$/)]);
  });

  it('rows that are gone again at once, because they are too old to be kept, do not hold up the others', async () => {
    let inserts = 0;
    await under.append(authorizations, [tag('old')]);
    await under.append(meterSamples, [sample(1)]);
    under.open(
      engineAround(engine, {
        before({ table }) {
          if (table === 'authorizations' && ++inserts === 1) throw new EngineError('away', 'cut off');
        },
        after: ({ table }) =>
          engine.command(`ALTER TABLE ${table} DELETE WHERE 1 SETTINGS mutations_sync = 1`),
      }),
    );
    await under.drained();
    expect(inserts).toBeLessThan(5);
  });

  it('a split that was cut short anywhere goes on with what is absent', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => opened(index + 1));
    const bad = { ...opened(99), version: 'no number' as unknown as number };
    await under.send(transactions, [...rows.slice(0, 17), stopped(3), bad, ...rows.slice(17), stopped(30)]);
    // As in a process that is killed as its fifth insert begins, with whatever it has done until then.
    for (let life = 1; life <= 4; life++) {
      let inserts = 0;
      const sink = under.open(
        engineAround(engine, {
          before() {
            if (++inserts > 4) throw new EngineError('away', 'killed');
          },
          after: () => merge('transactions'),
        }),
      );
      await until('it was cut short', () => inserts > 4 || under.store.outbox.depth().entries === 0);
      await sink.stop();
    }
    under.open(engine);
    await under.drained();
    await merge('transactions');
    expect(await count('count()', 'transactions')).toBe(40);
    expect(await count('countIf(version = 2)', 'transactions')).toBe(2);
    expect(await count('count()', 'rejected_rows')).toBe(1);
  });
});
