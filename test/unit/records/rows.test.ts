import { expect, test } from 'vitest';
import { packChunk, unpackChunk } from '../../../src/records/chunk.ts';
import { type MeterSampleRow, meterSamples } from '../../../src/records/meter-samples.ts';
import { encodeCell, encodeRow } from '../../../src/records/table.ts';
import { tableById, tables } from '../../../src/records/tables.ts';

const sample: MeterSampleRow = {
  chargePointId: 'CP "1"\n',
  connectorId: 1,
  transactionId: null,
  measurand: 'Voltage',
  phase: 'L1',
  location: 'Outlet',
  context: 'Sample.Periodic',
  format: 'Raw',
  unit: 'V',
  ts: 1_700_000_000_123,
  value: 230.5,
  rawValue: '230.5',
  source: 'MeterValues',
  flags: ['odd', 'late'],
  receivedAt: 1_700_000_000_456,
};

test('a row is one line of JSON with a cell per column, in their order', () => {
  const line = encodeRow(meterSamples, sample);
  expect(line).not.toContain('\n');
  const cells = JSON.parse(line) as unknown[];
  expect(cells).toHaveLength(meterSamples.columns.length);
  expect(
    Object.fromEntries(meterSamples.columns.map(({ name }, index) => [name, cells[index]])),
  ).toMatchObject({
    charge_point_id: 'CP "1"\n',
    transaction_id: null,
    ts: 1_700_000_000_123,
    value: 230.5,
    flags: ['odd', 'late'],
  });
});

test('one bad value does not jam the sink: what is no finite number is NULL, half a character is replaced', () => {
  expect([Number.NaN, Number.POSITIVE_INFINITY, null, -0.5].map(encodeCell)).toEqual([
    'null',
    'null',
    'null',
    '-0.5',
  ]);
  expect(encodeCell('a\ud800b')).toBe('"a\ufffdb"');
  expect(encodeCell(['\udfff', 'x'])).toBe('["\ufffd","x"]');
});

test('a chunk gives back what was packed, whatever the text', () => {
  const lines = '["Ä€😀"]\n["b"]\n';
  const chunk = unpackChunk(packChunk(7, 2, 1_700_000_000_123, lines));
  expect({ ...chunk, lines: chunk.lines.toString() }).toEqual({
    tableId: 7,
    rows: 2,
    writtenAt: 1_700_000_000_123,
    lines,
  });
});

test('a chunk that was cut short is an error, not a row', () => {
  expect(() => unpackChunk(Buffer.from([1, 0, 0]))).toThrow(RangeError);
});

test('every table has a number and a name of its own, and is found by its number', () => {
  expect(new Set(tables.map(({ id }) => id)).size).toBe(tables.length);
  expect(new Set(tables.map(({ name }) => name)).size).toBe(tables.length);
  for (const table of tables) expect(tableById(table.id)).toBe(table);
  expect(tableById(200)).toBeUndefined();
});
