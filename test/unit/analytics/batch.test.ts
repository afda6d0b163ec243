import { describe, expect, test } from 'vitest';
import { batchOf, spansOf, type TableRows } from '../../../src/analytics/batch.ts';
import { withLines } from '../../../src/analytics/engine.ts';
import type { Entry } from '../../../src/journal/lane-queue.ts';
import { CHUNK_HEADER_BYTES, packChunk } from '../../../src/records/chunk.ts';
import { connections } from '../../../src/records/connections.ts';
import { EXCHANGES, ExchangeBuffer } from '../../../src/records/exchanges.ts';
import { messages } from '../../../src/records/messages.ts';
import { meterSamples } from '../../../src/records/meter-samples.ts';
import { encodeRow } from '../../../src/records/table.ts';
import { registerSample, sampleChunk } from '../../support/analytics-rows.ts';

const entry = (lane: number, seq: number, chunk = packChunk(meterSamples.id, 1, 0, '[1]\n')): Entry => ({
  lane,
  seq,
  chunk,
});

const shown = (rows: TableRows) => [rows.table, withLines({ ...rows, token: '' }).lines.toString()];

test('a span ends at a hole and at the end of a lane, in whatever order lanes were read', () => {
  expect(spansOf([entry(2, 5), entry(1, 1), entry(2, 6), entry(1, 2), entry(2, 8)])).toEqual([
    { lane: 1, from: 1, to: 2 },
    { lane: 2, from: 5, to: 6 },
    { lane: 2, from: 8, to: 8 },
  ]);
});

test('rows are put together by table without being looked into, each line ended', () => {
  const { tables, unusable } = batchOf([
    entry(1, 1, packChunk(meterSamples.id, 2, 0, '[1]\n[2]\n')),
    entry(1, 2, packChunk(connections.id, 1, 0, '["no line end"]')),
    entry(1, 3, packChunk(meterSamples.id, 1, 0, '[3]\n')),
    entry(1, 4, packChunk(connections.id, 1, 0, '[4]\n')),
    entry(1, 5, packChunk(connections.id, 0, 0, '')),
  ]);
  expect(tables.map(shown)).toEqual([
    ['meter_samples', '[1]\n[2]\n[3]\n'],
    ['connections', '["no line end"]\n[4]\n'],
  ]);
  expect(unusable).toEqual([]);
});

test('a chunk of a table that this version does not know, and bytes that are no chunk, are told apart and kept', () => {
  const { tables, unusable, spans } = batchOf([
    entry(1, 1, packChunk(99, 2, 0, '["a"]\n["b"]\n')),
    entry(1, 2, Buffer.from([1, 2, 3])),
  ]);
  expect(tables).toEqual([]);
  expect(spans).toEqual([{ lane: 1, from: 1, to: 2 }]);
  expect(unusable).toEqual([
    { table: '#99', row: '["a"]', error: expect.stringContaining('no table number 99') },
    { table: '#99', row: '["b"]', error: expect.stringContaining('no table number 99') },
    { table: '', row: 'AQID', error: expect.stringContaining('not a chunk') },
  ]);
});

test('exchanges become rows of the message log, and what is left of a damaged one is kept', () => {
  const buffer = new ExchangeBuffer(Buffer.alloc(1024));
  buffer.add({
    chargePointId: 'CP-1',
    messageId: '17',
    action: 'Authorize',
    frame: Buffer.from('[2,"17","Authorize",{"idTag":"A"}]'),
    answer: '{}',
    receivedAt: 5,
    answeredAt: 6,
  });
  const chunk = buffer.finish(EXCHANGES, 7);
  const { tables, unusable } = batchOf([entry(1, 1, chunk), entry(1, 2, chunk.subarray(0, -1))]);
  expect(tables.map(shown)).toEqual([
    [
      'messages',
      '["CP-1","in","CALL","17","Authorize","","{\\"idTag\\":\\"A\\"}",5]\n["CP-1","out","CALLRESULT","17","Authorize","","{}",6]\n',
    ],
  ]);
  expect(unusable).toEqual([
    {
      table: '',
      row: chunk.subarray(0, -1).toString('base64'),
      error: expect.stringContaining('cut short'),
    },
  ]);
});

describe('packed samples', () => {
  const sample = (value: number) => registerSample({ ts: 1000 + value, value });
  const line = (value: number) => `${encodeRow(meterSamples, sample(value))}\n`;

  test('of many chunks become one block', () => {
    const { tables } = batchOf(
      [1, 2, 3].map((seq) => entry(1, seq, sampleChunk([sample(seq), sample(-seq)]))),
    );
    expect(tables).toEqual([
      { table: 'meter_samples', block: expect.any(Buffer), rows: 6, toLines: expect.any(Function) },
    ]);
    expect(tables.map(shown)).toEqual([['meter_samples', [1, -1, 2, -2, 3, -3].map(line).join('')]]);
  });

  test('beside lines of an older Farad are lines, too: a batch has one insert per table', () => {
    const { tables } = batchOf([
      entry(1, 1, sampleChunk([sample(1)])),
      entry(1, 2, packChunk(meterSamples.id, 1, 0, line(2))),
      entry(1, 3, sampleChunk([sample(3)])),
    ]);
    expect(tables.map(shown)).toEqual([['meter_samples', [2, 1, 3].map(line).join('')]]);
  });

  test('a damaged chunk is kept as it is, and takes nothing with it', () => {
    const flagged = (value: number, chargePointId = 'CP-1') =>
      registerSample({ ts: 1000 + value, value, chargePointId, flags: ['odd'] });
    const [first, last] = [1, 3].map((value) => sampleChunk([flagged(value)])) as [Buffer, Buffer];
    const chunk = sampleChunk([flagged(2), flagged(2, 'CP-2')]);
    const expected = batchOf([entry(1, 1, first), entry(1, 3, last)]);
    for (let bytes = CHUNK_HEADER_BYTES; bytes < chunk.length; bytes++) {
      const damaged = chunk.subarray(0, bytes);
      const { tables, unusable } = batchOf([entry(1, 1, first), entry(1, 2, damaged), entry(1, 3, last)]);
      expect(tables).toEqual(expected.tables.map((rows) => ({ ...rows, toLines: expect.any(Function) })));
      expect(tables.map(shown)).toEqual(expected.tables.map(shown));
      expect(unusable).toEqual([
        { table: '', row: damaged.toString('base64'), error: expect.stringContaining('not a chunk') },
      ]);
    }
  });
});

test('a chunk of lines that claims more rows than it can have is left to ClickHouse', () => {
  const row = { chargePointId: 'CP-1', event: 'closed', epoch: 1, remoteAddress: '', code: 1006 } as const;
  const line = encodeRow(connections, { ...row, reason: '', durationMs: 5, receivedAt: 0 });
  for (const rows of [1_000_000_000, 0xffff_ffff]) {
    const { tables } = batchOf([entry(1, 1, packChunk(messages.id, rows, 0, `${line}\n`))]);
    expect(tables).toMatchObject([{ table: 'messages', lines: Buffer.from(`${line}\n`) }]);
  }
});
