import type { MeterSampleRow } from '../../src/records/meter-samples.ts';
import { SAMPLES, SampleBuffer } from '../../src/records/sample-buffer.ts';
import type { TransactionRow } from '../../src/records/transactions.ts';

/** A reading of the imported energy register as the frame workers flatten it. */
export function registerSample(
  change: Partial<MeterSampleRow> & Pick<MeterSampleRow, 'ts' | 'value'>,
): MeterSampleRow {
  return {
    chargePointId: 'CP-1',
    connectorId: 1,
    transactionId: null,
    measurand: 'Energy.Active.Import.Register',
    phase: '',
    location: 'Outlet',
    context: 'Sample.Periodic',
    format: 'Raw',
    unit: 'Wh',
    rawValue: String(change.value),
    source: 'MeterValues',
    flags: [],
    receivedAt: change.ts + 300,
    ...change,
  };
}

/** Samples as a chunk of the journal. */
export function sampleChunk(rows: readonly MeterSampleRow[]): Buffer {
  const packed = new SampleBuffer(Buffer.alloc(64));
  for (const row of rows) packed.add(row);
  return packed.finish(SAMPLES, Date.now());
}

/** A transaction that is open, unless `change` says more. */
export function transactionRow(
  change: Partial<TransactionRow> & Pick<TransactionRow, 'transactionId' | 'startedAt' | 'meterStart'>,
): TransactionRow {
  return {
    version: 1,
    chargePointId: 'CP-1',
    connectorId: 1,
    idTag: 'TAG-1',
    parentIdTag: '',
    authorization: 'Accepted',
    reservationId: null,
    stoppedAt: null,
    meterStop: null,
    stopIdTag: '',
    stopReason: '',
    state: 'open',
    flags: [],
    rawStart: '{}',
    rawStop: '',
    receivedAt: change.startedAt,
    ...change,
  };
}
