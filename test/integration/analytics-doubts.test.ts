import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Engine, type Insert, withLines } from '../../src/analytics/engine.ts';
import { EngineError } from '../../src/analytics/engine-error.ts';
import { presenceOf } from '../../src/analytics/presence.ts';
import { rowIdentities } from '../../src/analytics/row-identity.ts';
import { CommitError } from '../../src/journal/group-commit.ts';
import { LaneQueue } from '../../src/journal/lane-queue.ts';
import { RecoveredRows } from '../../src/journal/recovered-rows.ts';
import { authorizations } from '../../src/records/authorizations.ts';
import { connectorStatus } from '../../src/records/connector-status.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import type { TableName } from '../../src/records/table.ts';
import { tables } from '../../src/records/tables.ts';
import { transactions } from '../../src/records/transactions.ts';
import { packRows } from '../../src/store/outbox.ts';
import { registerSample, sampleChunk, transactionRow } from '../support/analytics-rows.ts';
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
  const status = (value: string) => ({
    chargePointId: 'CP-1',
    connectorId: 1,
    status: value,
    errorCode: 'NoError',
    info: '',
    vendorId: '',
    vendorErrorCode: '',
    ts: noon,
    receivedAt: noon,
  });
  const count = async (what: string, table: TableName) =>
    (await engine.query<{ rows: number }>(`SELECT ${what} AS rows FROM ${table}`))[0]?.rows;
  const touched = async () =>
    (await engine.query<{ rows: number }>('SELECT count() AS rows FROM energy_touched'))[0]?.rows;
  const unheardOf = () => new EngineError('other', 'something new', { code: 4711 });
  const merge = (table: TableName) => engine.command(`OPTIMIZE TABLE ${table} FINAL`);

  /**
   * Fails inserts, each table's in its turn, as long as there is a failure left in the list; merges what was
   * inserted meanwhile.
   */
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
      expect(sink.hindrances(Date.now() + 3_600_000)).toEqual([]);
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

  it('of rows that were recovered for a lost disk only those get in that are not there, whatever happens meanwhile', async () => {
    await under.append(meterSamples, [sample(1), sample(2)]);
    await under.send(connectorStatus, [status('Charging')]);
    await under.send(transactions, [opened(1)]);
    const before = under.open(engine);
    await under.drained();
    await before.stop();

    const recovered = RecoveredRows.begin(under.dataDir);
    await recovered.keep(sampleChunk([sample(1), sample(2)]));
    await recovered.keep(sampleChunk([sample(3)]));
    await recovered.keep(packRows(connectorStatus, [status('Charging')]));
    await recovered.keep(packRows(connectorStatus, [status('Finishing')]));
    await recovered.keep(packRows(transactions, [opened(1), stopped(1)]));
    await recovered.finish('lost');
    expect(RecoveredRows.isFinished(under.dataDir, 'lost')).toBe(true);
    under.open(engineAround(engine, failing(['before', 'after'])), { emptyFor: 0, discoverEvery: 20 });
    await until('they are drained', () => !RecoveredRows.isFinished(under.dataDir, 'lost'));

    expect(await count('count()', 'meter_samples')).toBe(3);
    expect(await count('count()', 'connector_status')).toBe(2);
    await merge('transactions');
    expect(await count('max(version)', 'transactions')).toBe(2);
    expect(readdirSync(under.dataDir).filter((name) => /recover/.test(name))).toEqual([]);
  });

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
        async before(insert) {
          const { token, table } = insert;
          tokens.push(token);
          if (tokens.length > 1) return;
          await engine.insert(insert);
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

  it('an error that befalls every row is waited out, whatever it is, and told only while it lasts', async () => {
    let failures = 0;
    await under.append(
      authorizations,
      Array.from({ length: 60 }, (_, index) => tag(`T${index}`)),
    );
    const sink = under.open(
      engineAround(engine, {
        before() {
          if (++failures <= 60) throw new EngineError('other', 'nobody has heard of this', { code: 4711 });
        },
      }),
      { settling: 5 },
    );
    await until('it is told', () =>
      sink.hindrances(Date.now() + 60_000).some(({ cause }) => cause.includes('nobody has heard')),
    );
    await under.drained();
    expect([await count('count()', 'authorizations'), await count('count()', 'rejected_rows')]).toEqual([
      60, 0,
    ]);
    expect(sink.hindrances(Date.now() + 60_000)).toEqual([]);
  });

  it('a single row that ClickHouse never takes makes room for the others once patience is over', async () => {
    await under.append(authorizations, [tag('strange')]);
    await under.append(meterSamples, [sample(1)]);
    under.open(
      engineAround(engine, {
        before({ table }) {
          if (table === 'authorizations') throw new EngineError('other', 'something new', { code: 4711 });
        },
      }),
      { settling: 5, patience: 100 },
    );
    await under.drained();
    expect(await count('count()', 'meter_samples')).toBe(1);
    expect(await engine.query('SELECT table, error FROM rejected_rows')).toEqual([
      { table: 'authorizations', error: 'something new' },
    ]);
  });

  it('parts that get in although ClickHouse says otherwise are not inserted again by their halves', async () => {
    await under.append(authorizations, ['A', 'B', 'C', 'strange', 'D', 'E', 'F', 'G'].map(tag));
    let wholes = 0;
    under.open(
      engineAround(engine, {
        before(insert) {
          const { lines } = withLines(insert);
          if (lines.includes('"A"') && lines.includes('"G"') && ++wholes) throw unheardOf();
        },
        after(insert) {
          if (withLines(insert).lines.includes('strange')) throw unheardOf();
        },
      }),
      { settling: 5 },
    );
    await under.drained();
    expect(wholes).toBeGreaterThan(1);
    expect([await count('count()', 'authorizations'), await count('count()', 'rejected_rows')]).toEqual([
      8, 0,
    ]);
  });

  it('rows of a batch that needs too much memory get in by smaller parts, not one by one', async () => {
    const rows = Array.from({ length: 900 }, (_, index) => ({
      ...opened(index + 1),
      rawStart: 'x'.repeat(5000),
    }));
    const sizes: number[] = [];
    for (let from = 0; from < rows.length; from += 100)
      await under.send(transactions, rows.slice(from, from + 100));
    under.open(
      engineAround(engine, {
        before(insert) {
          const { length } = withLines(insert).lines;
          sizes.push(length);
          if (length > 2_000_000) throw new EngineError('memory', 'memory limit exceeded', { code: 241 });
        },
      }),
      { settling: 5, pauses: { first: 1, longest: 1 } },
    );
    await under.drained();
    expect(await count('count()', 'transactions')).toBe(900);
    expect(Math.min(...sizes)).toBeGreaterThan(500_000);
  });

  it('an error that nobody expected neither ends the drain nor doubles a row', async () => {
    let inserts = 0;
    await under.append(authorizations, [tag('A'), tag('B')]);
    await under.append(meterSamples, [sample(1)]);
    const sink = under.open(
      engineAround(engine, {
        after() {
          if (++inserts < 4) throw new TypeError('a mistake of ours');
        },
      }),
      { settling: 5 },
    );
    await under.drained();
    expect([await count('count()', 'authorizations'), await count('count()', 'meter_samples')]).toEqual([
      2, 1,
    ]);
    expect(sink.hindrances(Date.now() + 60_000)).toEqual([]);
  });

  it.each(['transactions', 'meter_samples'] as const)(
    'rows of %s that are there after a crash are told to the view that missed them',
    async (table) => {
      const limit = 'ALTER TABLE energy_touched MODIFY SETTING min_free_disk_bytes_to_perform_insert =';
      await engine.command('TRUNCATE TABLE energy_touched');
      await engine.command(`${limit} 1000000000000000`);
      onTestFinished(() => engine.command(`${limit} 0`));
      if (table === 'transactions') await under.send(transactions, [opened(1)]);
      else await under.append(meterSamples, [sample(1)]);
      const cut = under.open(engine);
      await until('the view has failed', () => cut.hindrances(Date.now() + 60_000).length > 0);
      await cut.stop();
      expect([await count('count()', table), await touched()]).toEqual([1, 0]);
      await engine.command(`${limit} 0`);
      under.open(engine);
      await under.drained();
      expect([await count('count()', table), await touched()]).toEqual([1, 1]);
    },
  );

  it('a queue that begins with a torn chunk can be measured and drained', async () => {
    await under.lane.append(Buffer.from('torn'));
    await under.append(authorizations, [tag('A')]);
    expect(under.journal.queue.depth()).toMatchObject({ entries: 2 });
    under.open(engine);
    await under.drained();
    expect([await count('count()', 'authorizations'), await count('count()', 'rejected_rows')]).toEqual([
      1, 1,
    ]);
  });

  it('a journal that cannot be written to holds its batch, tells so, and neither loses nor doubles it', async () => {
    let failures = 3;
    const { finishBatch } = LaneQueue.prototype;
    const finishing = vi.spyOn(LaneQueue.prototype, 'finishBatch').mockImplementation(async function (
      this: LaneQueue,
    ) {
      if (failures-- > 0) throw new CommitError('not written to disk: no space');
      await finishBatch.call(this);
    });
    onTestFinished(() => finishing.mockRestore());
    await under.append(authorizations, [tag('A'), tag('B')]);
    const sink = under.open(engine, { pauses: { first: 100, longest: 100 } });
    await until('it is told', () =>
      sink.hindrances(Date.now() + 60_000).some(({ cause }) => cause.includes('no space')),
    );
    await under.drained();
    expect(await count('count()', 'authorizations')).toBe(2);
    expect(sink.hindrances(Date.now() + 60_000)).toEqual([]);
  });

  it('any schedule of failures, kills and merges leaves each row once', async () => {
    const event = fc.constantFrom('pass', 'pass', 'before', 'after', 'strange', 'kill', 'kill after');
    const item = fc.record({
      kind: fc.constantFrom('start', 'stop', 'sample', 'tag'),
      id: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(item, { minLength: 1, maxLength: 14 }),
        fc.array(event, { maxLength: 10 }),
        async (items, events) => {
          const some = openSinkUnderTest();
          try {
            await scheduleOf(some, items, events);
          } finally {
            await some.close();
            for (const { name } of tables) await engine.command(`TRUNCATE TABLE ${name}`);
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  /** Writes the items, drains them by lives of the sink that end where the events say so, and compares. */
  async function scheduleOf(
    some: SinkUnderTest,
    items: readonly { readonly kind: string; readonly id: number }[],
    events: readonly string[],
  ): Promise<void> {
    let received = noon;
    for (const { kind, id } of items) {
      received += 1000;
      if (kind === 'start') await some.send(transactions, [opened(id)]);
      else if (kind === 'stop') await some.send(transactions, [stopped(id)]);
      else if (kind === 'sample') await some.append(meterSamples, [sample(id, received)]);
      else await some.append(authorizations, [{ ...tag(`T${id}`), receivedAt: received }]);
    }
    const left = [...events];
    let killed = false;
    const failAt = (moment: 'before' | 'after', happening: string | undefined) => {
      if (killed) throw new EngineError('away', 'killed');
      if (happening === (moment === 'before' ? 'kill' : 'kill after')) killed = true;
      if (happening === 'strange' && moment === 'after')
        throw new EngineError('other', 'new', { code: 4711 });
      if (killed || happening === moment) throw new EngineError('away', 'cut off');
    };
    let present: string | undefined;
    const hooks: InsertHooks = {
      before() {
        present = killed ? undefined : left.shift();
        failAt('before', present);
      },
      async after({ table }) {
        await merge(table);
        failAt('after', present);
      },
    };
    const options = { settling: 2, pauses: { first: 1, longest: 2 }, interval: 5, batchRows: 3 };
    const isDrained = () =>
      [some.journal.queue, some.store.outbox].every(
        (queue) => queue.depth().entries === 0 && !queue.savedBatch(),
      );
    while (!isDrained()) {
      killed = false;
      const sink = some.open(engineAround(engine, hooks), options);
      await until('it is drained or killed', () => killed || isDrained());
      await sink.stop();
    }
    const ids = (kinds: readonly string[]) =>
      [...new Set(items.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id))].sort();
    for (const table of ['transactions', 'meter_samples'] as const) await merge(table);
    const versions = await engine.query<{ id: number; version: number }>(
      'SELECT transaction_id AS id, version FROM transactions ORDER BY id',
    );
    expect(versions.map(({ id }) => id)).toEqual(ids(['start', 'stop']));
    expect(versions.filter(({ version }) => version === 2).map(({ id }) => id)).toEqual(ids(['stop']));
    const samples = await engine.query<{ value: number }>('SELECT value FROM meter_samples ORDER BY value');
    expect(samples.map(({ value }) => value)).toEqual(ids(['sample']));
    expect(await count('count()', 'authorizations')).toBe(items.filter(({ kind }) => kind === 'tag').length);
  }
});
