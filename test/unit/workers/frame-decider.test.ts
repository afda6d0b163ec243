import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JournalLevel } from '../../../src/journal/journal.ts';
import { type Journal, openJournal } from '../../../src/journal/journal.ts';
import type { FrameVerdict } from '../../../src/workers/frame-batch.ts';
import { createFrameDecider, type FrameDecider } from '../../../src/workers/frame-decider.ts';
import { batchOf, frame, meterValues, RECEIVED_AT, rowsIn } from './meter-values-fixtures.ts';

let path: string;
let journal: Journal;
let level: JournalLevel;
let decider: FrameDecider;

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'farad-workers-'));
  journal = openJournal({ path });
  level = 'normal';
  decider = createFrameDecider({ lane: journal.openLane(), level: () => level });
});

afterEach(async () => {
  await journal.close();
  rmSync(path, { recursive: true, force: true });
});

const CONTEXT = {
  chargePointId: 'CP-9',
  version: '1.6' as const,
  receivedAt: RECEIVED_AT,
  strict: false,
  openTransactions: [],
};

const stop = (more: object = {}) => ({
  transactionId: 4711,
  meterStop: 2500,
  timestamp: '2026-03-01T11:59:59Z',
  ...more,
});

describe('a batch of frames', () => {
  test('E20: every sample of the batch is in the journal when the verdicts come, as one chunk', async () => {
    const frames = [1, 2, 3].map((n) => frame(`m-${n}`, 'MeterValues', meterValues(n)));
    const { verdicts, figures, faults } = await decider.decideBatch(batchOf(frames));
    expect(
      verdicts.map(({ messageId, action, error, samples }) => [messageId, action, error, samples]),
    ).toEqual([1, 2, 3].map(() => [undefined, 'MeterValues', undefined, 2]));
    expect(faults).toEqual([]);
    expect(journal.queue.depth().entries).toBe(1);
    const rows = rowsIn(journal);
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatchObject({
      charge_point_id: 'CP-0',
      connector_id: 1,
      transaction_id: 4711,
      value: 1001,
      received_at: RECEIVED_AT,
    });
    expect(figures.rows).toBe(6);
    expect(figures.journalBytes).toBeGreaterThan(200);
  });

  test('A poison frame fails alone: its neighbours are kept and confirmed', async () => {
    const good = frame('m-1', 'MeterValues', meterValues(1));
    const batch = batchOf([
      good,
      '[2,"m-2","MeterValues",{"connectorId":1,',
      '[2,"m-3","MeterValues"]',
      frame('m-4', 'MeterValues', 'no object'),
      'garbage',
      frame('m-6', 'MeterValues', { ...meterValues(6), transactionId: -1 }),
      frame('m-7', 'MeterValues', meterValues(7)),
    ]);
    // What Farad itself got wrong about a frame.
    Object.assign(batch.frames[5] ?? {}, { openTransactions: undefined });
    const { verdicts, faults } = await decider.decideBatch(batch);
    const outcome = ({ messageId, error, unhandled }: FrameVerdict): unknown[] => [
      messageId,
      unhandled ? 'unhandled' : error?.code,
    ];
    expect(verdicts.map(outcome)).toEqual([
      [undefined, undefined],
      [undefined, 'unhandled'],
      [undefined, 'unhandled'],
      ['m-4', 'FormationViolation'],
      [undefined, 'unhandled'],
      [undefined, 'InternalError'],
      [undefined, undefined],
    ]);
    expect(faults).toEqual([expect.stringContaining('CP-5')]);
    expect(rowsIn(journal).map(({ charge_point_id }) => charge_point_id)).toEqual([
      'CP-0',
      'CP-0',
      'CP-6',
      'CP-6',
    ]);
  });

  test('E20: if the samples cannot be flushed, no frame is confirmed', async () => {
    const failing = createFrameDecider({
      lane: { append: () => Promise.reject(new Error('disk full')) },
      level: () => 'normal',
    });
    const batch = batchOf([
      frame('m-1', 'MeterValues', meterValues(1)),
      frame('m-2', 'StopTransaction', stop({ transactionData: meterValues(1).meterValue })),
      '[2,"m-3","MeterValues"]',
    ]);
    const { verdicts, figures, faults } = await failing.decideBatch(batch);
    expect(verdicts.map(({ messageId, error, stop }) => [messageId, error?.code, stop])).toEqual([
      [undefined, 'InternalError', undefined],
      ['m-2', 'InternalError', undefined],
      [undefined, undefined, undefined],
    ]);
    expect(verdicts[2]?.unhandled).toBe(true);
    expect(figures.rows).toBe(0);
    expect(faults).toEqual([expect.stringContaining('disk full')]);
  });

  test('With the journal nearly full meter values are refused for now, the end of a transaction is not', async () => {
    level = 'no-samples';
    const batch = batchOf([
      frame('m-1', 'MeterValues', meterValues(1)),
      frame('m-2', 'StopTransaction', stop({ transactionData: meterValues(1).meterValue })),
    ]);
    const { verdicts } = await decider.decideBatch(batch);
    expect(verdicts.map(({ error, samples }) => [error?.code, samples])).toEqual([
      ['InternalError', 0],
      [undefined, 2],
    ]);
    expect(rowsIn(journal).map(({ source }) => source)).toEqual(['StopTransaction', 'StopTransaction']);
    level = 'no-messages';
    expect(
      (await decider.decideBatch(batchOf([frame('m-3', 'MeterValues', meterValues(1))]))).verdicts[0]
        ?.samples,
    ).toBe(2);
  });

  test('A frame that is none for a worker is handed back', async () => {
    const batch = batchOf([frame('m-1', 'Heartbeat', {}), '[3,"m-2",{}]', '']);
    const { verdicts } = await decider.decideBatch(batch);
    expect(verdicts.map(({ messageId, unhandled, error }) => [messageId, unhandled, error])).toEqual([
      ['m-1', true, undefined],
      [undefined, true, undefined],
      [undefined, true, undefined],
    ]);
  });

  test('A batch without samples writes nothing', async () => {
    const { verdicts } = await decider.decideBatch(
      batchOf([frame('m-1', 'MeterValues', { connectorId: 1, meterValue: [] })]),
    );
    expect(verdicts).toEqual([{ messageId: 'm-1', action: 'MeterValues', samples: 0 }]);
    expect(journal.queue.depth().entries).toBe(0);
  });

  test('Text beyond ASCII arrives as it was sent', async () => {
    const meterValue = [{ timestamp: '2026-03-01T11:59:00Z', sampledValue: [{ value: 'größer als 5 €' }] }];
    await decider.decideBatch(batchOf([frame('ü-1', 'MeterValues', { connectorId: 1, meterValue })]));
    expect(rowsIn(journal)).toMatchObject([
      { raw_value: 'größer als 5 €', value: null, flags: ['transaction-inferred', 'value-not-numeric'] },
    ]);
  });
});

describe('StopTransaction in a worker', () => {
  test('E14: the samples are kept with the connector of the transaction; the rest goes back to be finished', async () => {
    const request = stop({ idTag: 'TAG-1', transactionData: meterValues(1).meterValue });
    const { verdicts } = await decider.decideBatch(batchOf([frame('m-1', 'StopTransaction', request)]));
    expect(verdicts).toEqual([
      {
        messageId: 'm-1',
        action: 'StopTransaction',
        samples: 2,
        stop: { request: stop({ idTag: 'TAG-1' }), flags: [] },
        digest: { connectorId: 1, lastRegisterWh: 1001, powerW: 7000, at: Date.UTC(2026, 2, 1, 11, 59) },
      },
    ]);
    expect(rowsIn(journal)).toMatchObject([
      { source: 'StopTransaction', connector_id: 1, transaction_id: 4711 },
      { source: 'StopTransaction', connector_id: 1, transaction_id: 4711 },
    ]);
  });

  test.each([
    ['of a transaction that is not open any more', { transactionId: 12 }],
    ['without a number to go by', { transactionId: -1 }],
    ['with an unbelievable id', { transactionId: 2 ** 63 }],
    ['without an id', { transactionId: undefined }],
  ])('transactionData %s is left to who can look its transaction up', async (_, more) => {
    const request = stop({ ...more, transactionData: meterValues(1).meterValue });
    const { verdicts } = await decider.decideBatch(batchOf([frame('m-1', 'StopTransaction', request)]));
    expect(verdicts).toEqual([
      {
        messageId: 'm-1',
        action: 'StopTransaction',
        samples: 0,
        stop: { request: JSON.parse(JSON.stringify(request)), flags: [], unkept: true },
      },
    ]);
    expect(rowsIn(journal)).toEqual([]);
  });

  const ended = [2, 12] as const;
  test.each([
    ['of a transaction that has ended', { transactionId: 12 }, ended, 12, 2, []],
    ['with -1 for one that has ended', { transactionId: -1 }, ended, 12, 2, ['transaction-inferred']],
    ['of a transaction that nobody knows', { transactionId: 12 }, null, 12, 0, ['connector-unknown']],
    [
      'with an unbelievable id',
      { transactionId: 2 ** 63 },
      null,
      null,
      0,
      ['transaction-out-of-range', 'connector-unknown'],
    ],
    [
      'without an id',
      { transactionId: undefined },
      null,
      null,
      0,
      ['transaction-missing', 'connector-unknown'],
    ],
  ] as const)('E6: transactionData %s', async (_, more, found, transactionId, connectorId, flags) => {
    const request = stop({ ...more, transactionData: meterValues(1).meterValue });
    const call = { messageId: 'm-1', action: 'StopTransaction', payload: request };
    const verdict = await decider.keep(call, { ...CONTEXT, ended: found });
    expect(verdict.stop?.flags).toEqual(flags);
    expect(rowsIn(journal)[0]).toMatchObject({
      transaction_id: transactionId,
      connector_id: connectorId,
      flags,
    });
  });

  test('E5: transactionData that is none is kept as text, and the stop goes on', async () => {
    const request = stop({ transactionData: 'see attachment', reason: 'Boredom' });
    const { verdicts } = await decider.decideBatch(batchOf([frame('m-1', 'StopTransaction', request)]));
    expect(verdicts[0]).toMatchObject({ samples: 1, stop: { request: stop({ reason: 'Boredom' }) } });
    expect(verdicts[0]?.repairs).toContain('reason: unknown-value');
    expect(rowsIn(journal)).toMatchObject([
      { raw_value: '"see attachment"', flags: ['unreadable'], measurand: '' },
    ]);
  });

  test('A StopTransaction without transactionData is handed on as it is', async () => {
    const { verdicts } = await decider.decideBatch(batchOf([frame('m-1', 'StopTransaction', stop())]));
    expect(verdicts).toEqual([
      { messageId: 'm-1', action: 'StopTransaction', samples: 0, stop: { request: stop(), flags: [] } },
    ]);
  });
});

describe('a message that is decided in place', () => {
  test('is kept by the same rules, and fails loudly where it cannot be', async () => {
    const call = { messageId: 'm-1', action: 'MeterValues', payload: meterValues(1) };
    expect(await decider.keep(call, CONTEXT)).toMatchObject({ samples: 2, digest: { connectorId: 1 } });
    expect(rowsIn(journal)).toHaveLength(2);
    level = 'no-samples';
    expect((await decider.keep(call, CONTEXT)).error?.code).toBe('InternalError');
    const failing = createFrameDecider({
      lane: { append: () => Promise.reject(new Error('disk full')) },
      level: () => 'normal',
    });
    await expect(failing.keep(call, CONTEXT)).rejects.toThrow('disk full');
  });
});
