import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { batchOf } from '../../src/analytics/batch.ts';
import { type Insert, withLines } from '../../src/analytics/engine.ts';
import { EngineError } from '../../src/analytics/engine-error.ts';
import { tokenOf } from '../../src/analytics/token.ts';
import { type Journal, journalPath, openJournal, overflowNames } from '../../src/journal/journal.ts';
import type { OverflowingLane as Lane } from '../../src/journal/overflow.ts';
import { packChunk } from '../../src/records/chunk.ts';
import { type ConnectionRow, connections } from '../../src/records/connections.ts';
import { type MessageRow, messages } from '../../src/records/messages.ts';
import { type MeterSampleRow, meterSamples } from '../../src/records/meter-samples.ts';
import type { Store } from '../../src/store/store.ts';
import { metrics } from '../../src/telemetry/metrics.ts';
import { registerSample, sampleChunk } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, linesOf, openEmbeddedEngine } from '../support/embedded-engine.ts';
import { engineAround, openSinkUnderTest, type SinkUnderTest } from '../support/sink-under-test.ts';
import { until } from '../support/until.ts';

const noon = Date.UTC(2026, 4, 4, 12);

describe('the sink', () => {
  let embedded: EmbeddedEngine;
  let under: SinkUnderTest;
  let dataDir: string;
  let store: Store;
  let journal: Journal;
  let lane: Lane;
  let openSink: SinkUnderTest['open'];

  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
  });
  afterAll(() => embedded.close());
  beforeEach(() => {
    under = openSinkUnderTest();
    ({ dataDir, store, journal, lane, open: openSink } = under);
  });
  afterEach(async () => {
    await under.close();
    for (const table of [
      'meter_samples',
      'energy_touched',
      'connections',
      'rejected_rows',
      'connector_status',
    ]) {
      await embedded.engine.command(`TRUNCATE TABLE ${table}`);
    }
  });

  /** The embedded engine, with inserts that go through `before` first. */
  const engineThat = (before: (insert: Insert) => void) => engineAround(embedded.engine, { before });

  const samples = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) =>
      registerSample({ ts: noon + (from + index) * 1000, value: from + index }),
    );
  const samplesFrom = (count: number, from = 0) => sampleChunk(samples(count, from));
  const connection = (reason: string, receivedAt = Date.now()): ConnectionRow => ({
    chargePointId: 'CP-1',
    event: 'closed',
    epoch: 1,
    remoteAddress: '127.0.0.1',
    code: 1006,
    reason,
    durationMs: 5,
    receivedAt,
  });
  const connectionChunk = (lines: string[]) =>
    packChunk(connections.id, lines.length, Date.now(), lines.map((line) => `${line}\n`).join(''));
  const line = (row: ConnectionRow) => linesOf(connections, [row]).toString().trimEnd();

  const count = async (table: string) =>
    (await embedded.engine.query<{ rows: number }>(`SELECT count() AS rows FROM ${table}`))[0]?.rows;
  const drained = () =>
    until('the journal is drained', () => journal.queue.depth().entries === 0 && !journal.queue.savedBatch());
  const metric = (name: string, labels: Record<string, string>) => {
    const family = metrics.collect().find((candidate) => candidate.name === name);
    const sample =
      family?.type === 'histogram'
        ? undefined
        : family?.samples.find((candidate) =>
            Object.entries(labels).every(([label, value]) => candidate.labels[label] === value),
          );
    return sample?.value ?? 0;
  };

  it('empties the journals of all edges and the outbox, each row once, and finds edges that come later', async () => {
    openSink(embedded.engine);
    for (let index = 0; index < 30; index++) await lane.append(samplesFrom(100, index * 100));
    await store.connectors.report({
      chargePointId: 'CP-1',
      connectorId: 1,
      status: 'Available',
      errorCode: 'NoError',
      info: '',
      vendorId: '',
      vendorErrorCode: '',
      ts: noon,
      receivedAt: noon,
    });
    const later = openJournal({ path: journalPath(dataDir, 'edge-1') });
    await later.openLane().append(connectionChunk([line(connection('edge-1'))]));
    await drained();
    await until('the other edge is drained', () => later.queue.depth().entries === 0);
    await until('the outbox is drained', () => store.outbox.depth().entries === 0);
    await later.close();
    expect([
      await count('meter_samples'),
      await count('connections'),
      await count('connector_status'),
    ]).toEqual([3000, 1, 1]);
    expect(
      await embedded.engine.query(
        'SELECT sum(value) AS sum, min(ts) AS first, max(ts) AS last FROM meter_samples',
      ),
    ).toEqual([{ sum: 4_498_500, first: '2026-05-04T12:00:00.000Z', last: '2026-05-04T12:49:59.000Z' }]);
  });

  it('moves what a journal that was far behind had no room for, then deletes it', async () => {
    const behind = openJournal({ path: journalPath(dataDir, 'edge-0'), overflowAbove: -1 });
    const overflowing = behind.openLane();
    for (let chunks = 1; chunks <= 3; chunks++)
      await overflowing.append(sampleChunk(samples(10, chunks * 10)));
    await behind.close();
    expect([journal.queue.depth().entries, overflowNames(dataDir)]).toEqual([0, [expect.any(String)]]);
    openSink(embedded.engine, { emptyFor: 0, discoverEvery: 20 });
    expect(metric('farad_queue_entries', { queue: 'journal-edge-0' })).toBe(3);
    await until('the overflow is gone', () => overflowNames(dataDir).length === 0);
    expect(await count('meter_samples')).toBe(30);
  });

  it('drains overflows a few at a time, and the others where one cannot be opened', async () => {
    const behind = openJournal({
      path: journalPath(dataDir, 'edge-0'),
      ...{ overflowAbove: -1, overflowFullAbove: 0 },
    });
    const overflowing = behind.openLane();
    for (let chunks = 1; chunks <= 6; chunks++)
      await overflowing.append(sampleChunk(samples(10, chunks * 10)));
    await behind.close();
    expect(overflowNames(dataDir)).toHaveLength(6);
    const bad = journalPath(dataDir, 'edge-0.overflow-bad');
    mkdirSync(join(bad, 'data.mdb'), { recursive: true });
    openSink(embedded.engine, { emptyFor: 0, discoverEvery: 20 });
    expect(metric('farad_queue_entries', { queue: 'journal-edge-0' })).toBe(2);
    await until('the others are gone', () => overflowNames(dataDir).length === 1);
    expect(await count('meter_samples')).toBe(60);
  });

  it('gathers a few rows while nobody asks for any, and inserts them once somebody does', async () => {
    let [inserts, heard] = [0, 0];
    let isAwaited = false;
    openSink(
      engineThat(() => void inserts++),
      { isAwaited: () => isAwaited, unawaitedInterval: 60_000, listener: () => void heard++ },
    );
    for (let chunks = 1; chunks <= 3; chunks++) {
      await lane.append(samplesFrom(10, chunks * 10));
      await until('the chunk is read', () => heard === chunks);
    }
    expect(inserts).toBe(0);
    isAwaited = true;
    await drained();
    expect([inserts, await count('meter_samples')]).toEqual([1, 30]);

    isAwaited = false;
    await lane.append(samplesFrom(2000, 100));
    await drained();
    expect(await count('meter_samples')).toBe(2030);
  });

  it('keeps what ClickHouse refuses as text, and everything around it arrives', async () => {
    const before = metric('farad_sink_rejected_rows_total', { table: 'connections' });
    const months = Array.from({ length: 120 }, (_, month) =>
      line(connection('month', Date.UTC(2015, month, 2))),
    );
    const surrogate = line(connection('SURROGATE')).replace('SURROGATE', '\\ud800');
    const leapDay = line(connection('leap day', noon)).replace(String(noon), '"2022-02-29 10:00:00"');
    await lane.append(connectionChunk([...months.slice(0, 60), surrogate, ...months.slice(60)]));
    await lane.append(connectionChunk([line(connection('good')), leapDay, line(connection('good, too'))]));
    await lane.append(samplesFrom(10));
    await lane.append(packChunk(200, 2, Date.now(), '["from","tomorrow"]\n[1]\n'));
    await lane.append(Buffer.from('torn'));
    openSink(embedded.engine);
    await drained();

    expect(await count('connections')).toBe(122);
    expect(await count('meter_samples')).toBe(10);
    const rejected = await embedded.engine.query<Record<string, string>>(
      'SELECT table, row, error FROM rejected_rows ORDER BY table, row',
    );
    expect(rejected).toEqual([
      {
        table: '',
        row: Buffer.from('torn').toString('base64'),
        error: expect.stringContaining('not a chunk'),
      },
      { table: '#200', row: '["from","tomorrow"]', error: expect.stringContaining('no table number 200') },
      { table: '#200', row: '[1]', error: expect.stringContaining('no table number 200') },
      { table: 'connections', row: surrogate, error: expect.stringContaining('surrogate') },
      { table: 'connections', row: leapDay, error: expect.stringContaining('2022-2-29') },
    ]);
    expect(metric('farad_sink_rejected_rows_total', { table: 'connections' }) - before).toBe(2);
  });

  it('samples arrive as packed columns just as they did as lines, whatever is in them', async () => {
    const odd = ['', 'größer als 5 €', '\ud800', '"\\\n\t\u0000', 'x'.repeat(200), '230.10', '-0'];
    const rows = odd.flatMap((text, index): MeterSampleRow[] => [
      registerSample({ ts: noon + index, value: null, rawValue: text, flags: [text, 'value-not-numeric'] }),
      registerSample({ ts: noon + index, value: -0.1 * index, rawValue: `${index}`, transactionId: index }),
      registerSample({ ts: noon - index * 1e9, value: 5e-324, chargePointId: text, connectorId: -index }),
      registerSample({ ts: noon + index, value: -0, rawValue: '-0', measurand: text, unit: `u${index}` }),
      registerSample({
        ts: 7 + index,
        value: Number.NaN,
        source: 'StopTransaction',
        receivedAt: noon + index,
      }),
    ]);
    const stored = async (format: 'packed' | 'lines') => {
      await lane.append(
        format === 'packed'
          ? sampleChunk(rows)
          : packChunk(meterSamples.id, rows.length, Date.now(), linesOf(meterSamples, rows).toString()),
      );
      await drained();
      const table = await embedded.engine.query('SELECT * FROM meter_samples ORDER BY ALL');
      const touched = await embedded.engine.query(
        'SELECT * EXCEPT touched_at FROM energy_touched ORDER BY ALL',
      );
      for (const name of ['meter_samples', 'energy_touched'])
        await embedded.engine.command(`TRUNCATE TABLE ${name}`);
      return { table, touched };
    };
    const formats: string[] = [];
    openSink(engineThat((insert) => void formats.push('block' in insert ? 'block' : 'lines')));
    const packed = await stored('packed');
    expect(packed.table).toHaveLength(rows.length);
    expect(packed).toEqual(await stored('lines'));
    expect(formats).toEqual(['block', 'lines']);
  });

  it('a long batch of the message log arrives as columns just as it did as lines', async () => {
    const odd = [
      '',
      '{"idTag":"A\\u00e9"}',
      'größer \u{1f50c}',
      '"\\\n\t\r\b\f/',
      'x'.repeat(300),
      'ü'.repeat(64),
    ];
    const rows = Array.from({ length: 1200 }, (_, index): MessageRow => {
      const of = (shift: number) => odd[(index + shift) % odd.length] as string;
      return {
        chargePointId: `${of(1)}${index % 7}`,
        direction: index % 3 === 0 ? 'out' : 'in',
        type: 'CALL',
        messageId: of(2),
        action: index % 4 === 0 ? `Action${index}` : 'Authorize',
        errorCode: '',
        payload: of(3),
        receivedAt: noon + index,
      };
    });
    const formats: string[] = [];
    openSink(engineThat((insert) => void formats.push('block' in insert ? 'block' : 'lines')));
    const stored = async (parts: number) => {
      const size = rows.length / parts;
      for (let from = 0; from < rows.length; from += size) {
        const some = rows.slice(from, from + size);
        await lane.append(packChunk(messages.id, size, Date.now(), linesOf(messages, some).toString()));
        await drained();
      }
      const table = await embedded.engine.query('SELECT * FROM messages ORDER BY ALL');
      await embedded.engine.command('TRUNCATE TABLE messages');
      return table;
    };
    const asBlock = await stored(1);
    expect(asBlock).toHaveLength(rows.length);
    expect(await stored(2)).toEqual(asBlock);
    expect(formats).toEqual(['block', 'lines', 'lines']);
  });

  it('a refused block is inserted in parts, and what cannot be kept stands alone as text', async () => {
    openSink(
      engineThat((insert) => {
        if (withLines(insert).lines.includes('"17"')) throw new EngineError('rows', 'refused', { code: 27 });
      }),
    );
    await lane.append(samplesFrom(40));
    await drained();
    expect([await count('meter_samples'), await count('rejected_rows')]).toEqual([39, 1]);
    const [rejected] = await embedded.engine.query<{ row: string }>('SELECT row FROM rejected_rows');
    expect(rejected?.row).toBe(linesOf(meterSamples, samples(1, 17)).toString().trimEnd());
  });

  it('tries again for as long as the engine is away, and loses nothing', async () => {
    let away = true;
    const tokens: string[] = [];
    const sink = openSink(
      engineThat(({ token }) => {
        tokens.push(token);
        if (away) throw new EngineError('away', 'connection refused');
      }),
    );
    await lane.append(samplesFrom(100));
    await until('it has been tried three times', () => tokens.length >= 3);
    expect(sink.hindrances(Date.now() + 60_000)).toMatchObject([
      { name: 'journal-edge-0', cause: 'connection refused' },
    ]);
    away = false;
    await drained();
    expect(await count('meter_samples')).toBe(100);
    expect(new Set(tokens).size).toBe(1);
    expect(sink.hindrances(Date.now() + 60_000)).toEqual([]);
  });

  it('takes an error that it does not know to the rows only after a while, and then finds the one that causes it', async () => {
    await lane.append(
      connectionChunk([line(connection('a')), line(connection('strange')), line(connection('b'))]),
    );
    let attempts = 0;
    openSink(
      engineThat((insert) => {
        if (insert.table !== 'connections' || !withLines(insert).lines.includes('strange')) return;
        attempts++;
        throw new EngineError('other', 'something new', { code: 4711 });
      }),
    );
    await drained();
    expect(attempts).toBeGreaterThan(5);
    expect(await count('connections')).toBe(2);
    expect(await embedded.engine.query('SELECT error FROM rejected_rows')).toEqual([
      { error: 'something new' },
    ]);
  });

  it('never takes a missing table to the rows', async () => {
    let missing = true;
    let attempts = 0;
    openSink(
      engineThat(() => {
        if (!missing) return;
        if (++attempts > 9) missing = false;
        throw new EngineError('other', 'table is gone', { code: 60 });
      }),
    );
    await lane.append(samplesFrom(3));
    await drained();
    expect([await count('meter_samples'), await count('rejected_rows')]).toEqual([3, 0]);
  });

  describe('after a crash', () => {
    const spansOfAll = () => {
      const entries = journal.queue
        .lanes()
        .flatMap((number) => journal.queue.read(number, 0, { entries: 1000, bytes: 1e9 }));
      return batchOf(entries);
    };

    it('inserts the saved batch under the same tokens, so that what had arrived does not arrive again', async () => {
      await lane.append(samplesFrom(50));
      await lane.append(connectionChunk([line(connection('once'))]));
      const batch = spansOfAll();
      await journal.queue.saveBatch(batch.spans);
      const [first] = batch.tables;
      if (!first) throw new Error('nothing to insert');
      const token = tokenOf({ uuid: journal.uuid, table: first.table, spans: batch.spans });
      await embedded.engine.insert({ ...first, token });
      await lane.append(samplesFrom(50, 50));

      // The engine is ready only after the queue has been looked at, as with a server that is away.
      const heard: number[] = [];
      const sink = openSink(undefined, { listener: ({ rows }) => void heard.push(rows) });
      await until('the queue was read', () => heard.length === 3);
      sink.start(embedded.engine);
      await drained();
      expect([await count('meter_samples'), await count('connections')]).toEqual([100, 1]);
    });

    it('does not believe a token whose rows ClickHouse never made visible', async () => {
      const yesterday = Date.now() - 86_400_000;
      const lines = [line(connection('old', yesterday)), line(connection('new')), line(connection('newer'))];
      await lane.append(connectionChunk(lines));
      await lane.append(samplesFrom(20));
      const batch = spansOfAll();
      await journal.queue.saveBatch(batch.spans);
      for (const rows of batch.tables) {
        const token = tokenOf({ uuid: journal.uuid, table: rows.table, spans: batch.spans });
        await embedded.engine.insert({ ...rows, token });
      }
      // As after a kill between writing the token down and renaming the part: known, and not there.
      for (const condition of ["connections DELETE WHERE reason != 'old'", 'meter_samples DELETE WHERE 1']) {
        await embedded.engine.command(`ALTER TABLE ${condition} SETTINGS mutations_sync = 1`);
      }
      openSink(embedded.engine);
      await drained();
      expect(await embedded.engine.query('SELECT reason FROM connections ORDER BY reason')).toEqual([
        { reason: 'new' },
        { reason: 'newer' },
        { reason: 'old' },
      ]);
      expect(await count('meter_samples')).toBe(20);
    });

    it('does not insert again what is there though its token was forgotten, as after a power cut', async () => {
      await lane.append(connectionChunk([line(connection('a')), line(connection('b'))]));
      const batch = spansOfAll();
      await journal.queue.saveBatch(batch.spans);
      const [rows] = batch.tables;
      if (!rows) throw new Error('nothing to insert');
      await embedded.engine.insert({ ...rows, token: 'forgotten' });
      openSink(embedded.engine);
      await drained();
      expect(await count('connections')).toBe(2);
    });

    it('a batch that was being removed is not inserted again', async () => {
      for (let index = 0; index < 4; index++) await lane.append(connectionChunk([line(connection('x'))]));
      const { spans } = spansOfAll();
      await journal.queue.saveBatch(spans);
      await journal.queue.remove([{ lane: lane.number, from: 1, to: 2 }]);
      openSink(embedded.engine);
      await drained();
      expect(await count('connections')).toBe(0);
    });

    it('a batch that was being split goes on being split, though it would now be taken as a whole', async () => {
      await lane.append(
        connectionChunk(Array.from({ length: 64 }, (_, index) => line(connection(`r${index}`)))),
      );
      let parts = 0;
      const crashing = openSink(
        engineThat((insert) => {
          const { lines } = withLines(insert);
          if (lines.includes('"r9"') && lines.includes('"r60"'))
            throw new EngineError('rows', 'refused', { code: 27 });
          if (++parts > 1) throw new EngineError('away', 'crashed');
        }),
      );
      await until('the first half is in', async () => (await count('connections')) === 32);
      await crashing.stop();
      openSink(embedded.engine);
      await drained();
      expect(await count('connections')).toBe(64);
    });
  });

  it('tells of rows before and while ClickHouse is away', async () => {
    const heard: number[] = [];
    openSink(undefined, { listener: ({ tableId }) => void heard.push(tableId) });
    await lane.append(connectionChunk([line(connection('live'))]));
    await until('the row was heard of', () => heard.includes(connections.id));
    expect(journal.queue.depth().entries).toBe(1);
  });

  it('measures how much waits, and counts what has arrived', async () => {
    await lane.append(samplesFrom(70));
    const arrived = metric('farad_sink_rows_total', { table: 'meter_samples' });
    const sink = openSink(undefined);
    expect(metric('farad_queue_entries', { queue: 'journal-edge-0' })).toBe(1);
    expect(metric('farad_queue_bytes', { queue: 'journal-edge-0' })).toBeGreaterThan(0);
    await until('it has waited', () => metric('farad_queue_age_seconds', { queue: 'journal-edge-0' }) > 0.05);
    sink.start(embedded.engine);
    await drained();
    expect(metric('farad_sink_rows_total', { table: 'meter_samples' }) - arrived).toBe(70);
    expect(metric('farad_queue_entries', { queue: 'journal-edge-0' })).toBe(0);
  });
});
