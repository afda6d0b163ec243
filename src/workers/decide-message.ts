import type { MeterValuesRequest, StopTransactionRequest } from '../protocol/v16/generated/messages.ts';
import { repairRequest } from '../protocol/v16/lenient.ts';
import { checkRequest, type Violation } from '../protocol/v16/validate.ts';
import { type MeterSampleRow, meterSamples } from '../records/meter-samples.ts';
import { encodeRow } from '../records/table.ts';
import { encodeMeterValues, type SampleLines } from './encode-samples.ts';
import { digestOf, flattenMeterValues } from './flatten-meter-values.ts';
import type { FrameContext, FrameVerdict, MeterDigest } from './frame-batch.ts';
import { DigestReader } from './meter-digest.ts';
import { meterValuesSource, transactionDataSource } from './meter-source.ts';

/** A MeterValues or StopTransaction request out of its envelope; the payload is unchecked. */
export interface MeterCall {
  readonly messageId: string;
  readonly action: string;
  readonly payload: unknown;
}

export type MessageContext = Pick<
  FrameContext,
  'chargePointId' | 'receivedAt' | 'strict' | 'openTransactions'
>;

/**
 * Reads the samples of a message and adds their rows to `lines`, which the caller flushes before anyone is told the verdict. Transaction
 * messages are never refused for content that can be stored, by the strict reader neither (OCPP 1.6 ed. 2 §4.7, §4.10).
 */
export function decideMessage(call: MeterCall, context: MessageContext, lines: SampleLines): FrameVerdict {
  if (call.action === 'MeterValues') return decideMeterValues(call, context, lines);
  if (call.action === 'StopTransaction') return decideStopTransaction(call, context, lines);
  return { messageId: call.messageId, action: call.action, unhandled: true, samples: 0 };
}

const digest = new DigestReader();

function decideMeterValues(call: MeterCall, context: MessageContext, lines: SampleLines): FrameVerdict {
  const { messageId, action, payload } = call;
  const violation = checkRequest('MeterValues', payload);
  if (violation === undefined) {
    const request = payload as MeterValuesRequest;
    const before = lines.rows;
    const source = meterValuesSource(payload as Record<string, unknown>, context);
    digest.begin(source.connectorId);
    encodeMeterValues(request.meterValue, source, lines, digest);
    return withDigest({ messageId, action, samples: lines.rows - before }, digest.end());
  }
  if (!isObject(payload)) return refused(call, violation);
  const rows = flattenMeterValues(payload.meterValue, meterValuesSource(payload, context));
  if (context.strict && rows.length === 0) return refused(call, violation);
  addRows(rows, lines);
  const verdict = { messageId, action, samples: rows.length, repairs: repairsOf('MeterValues', payload) };
  return withDigest(verdict, digestOf(rows));
}

function decideStopTransaction(call: MeterCall, context: MessageContext, lines: SampleLines): FrameVerdict {
  const { messageId, action, payload } = call;
  const violation = checkRequest('StopTransaction', payload);
  if (!isObject(payload)) return refused(call, violation as Violation);
  const { transactionData, ...request } = payload;
  const source = transactionDataSource(payload, context);
  const before = lines.rows;
  let read: MeterDigest | undefined;
  if (violation === undefined) {
    const { transactionData: meterValues } = payload as unknown as StopTransactionRequest;
    digest.begin(source.connectorId);
    if (meterValues !== undefined) encodeMeterValues(meterValues, source, lines, digest);
    read = digest.end();
  } else {
    const rows = flattenMeterValues(transactionData, source);
    addRows(rows, lines);
    read = digestOf(rows);
  }
  const samples = lines.rows - before;
  const verdict: FrameVerdict = {
    messageId,
    action,
    samples,
    stop: { request, flags: samples > 0 ? source.flags : [] },
    ...(violation !== undefined && { repairs: repairsOf('StopTransaction', payload) }),
  };
  return withDigest(verdict, read);
}

function refused(call: MeterCall, violation: Violation): FrameVerdict {
  const { code, description } = violation;
  return { messageId: call.messageId, action: call.action, error: { code, description }, samples: 0 };
}

/** What was wrong, in names to count by; `salvaged` where the known repairs do not make the message whole. */
function repairsOf(action: 'MeterValues' | 'StopTransaction', payload: Record<string, unknown>): string[] {
  const { payload: repaired, repairs } = repairRequest(action, payload);
  return checkRequest(action, repaired) === undefined ? repairs : [...repairs, 'salvaged'];
}

function addRows(rows: readonly MeterSampleRow[], lines: SampleLines): void {
  for (const row of rows) lines.text += `${encodeRow(meterSamples, row)}\n`;
  lines.rows += rows.length;
}

function withDigest(verdict: FrameVerdict, read: MeterDigest | undefined): FrameVerdict {
  return read === undefined ? verdict : { ...verdict, digest: read };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
