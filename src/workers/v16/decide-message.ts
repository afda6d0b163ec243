import { isObject, type Members } from '../../protocol/members.ts';
import type { MeterContext, MeterDigest } from '../../protocol/meter-message.ts';
import type { IncomingCall } from '../../protocol/reading.ts';
import type { MeterValuesRequest, StopTransactionRequest } from '../../protocol/v16/generated/messages.ts';
import { repairRequest } from '../../protocol/v16/lenient.ts';
import { checkRequest } from '../../protocol/v16/validate.ts';
import type { Violation } from '../../protocol/version.ts';
import type { MeterSampleRow } from '../../records/meter-samples.ts';
import type { SampleBuffer } from '../../records/sample-buffer.ts';
import type { FrameVerdict } from '../frame-batch.ts';
import { DigestReader } from '../meter-digest.ts';
import type { MeterReader } from '../meter-reader.ts';
import { digestOf, flattenMeterValues } from './flatten-meter-values.ts';
import { meterValuesSource, transactionDataSource } from './meter-source.ts';
import { packMeterValues } from './pack-samples.ts';
import { MeterValuesScanner } from './scan-meter-values.ts';
import { writeSamples } from './write-samples.ts';

const digest = new DigestReader();
const scanner = new MeterValuesScanner();

/** Reads MeterValues, and the transactionData of StopTransaction. */
export const meterReader: MeterReader = {
  decideMessage,
  decideUsual,
  isOnlySamples: (action) => action === 'MeterValues',
};

/**
 * Reads the samples of a message and adds their rows to `packed`, all or, where it throws, none; the caller
 * flushes them before anyone is told the verdict. Transaction messages are never refused for content that can
 * be stored, by the strict reader neither (OCPP 1.6 ed. 2 §4.7, §4.10).
 */
export function decideMessage(call: IncomingCall, context: MeterContext, packed: SampleBuffer): FrameVerdict {
  if (call.action === 'MeterValues') return decideMeterValues(call, context, packed);
  if (call.action === 'StopTransaction') return decideStopTransaction(call, context, packed);
  return { messageId: call.messageId, action: call.action, unhandled: true, samples: 0 };
}

/**
 * `decideMessage` for the frame at `bytes[start..end)`, straight from its bytes: undefined, and nothing is
 * added, where it is no MeterValues frame as usual. The verdict names no messageId: it is that of the frame's
 * head.
 */
export function decideUsual(
  bytes: Buffer,
  start: number,
  end: number,
  context: MeterContext,
  packed: SampleBuffer,
): FrameVerdict | undefined {
  if (!scanner.read(bytes, start, end) || !scanner.hasPlausibleTimes(context.receivedAt)) return undefined;
  const { connectorId, transactionId, samples } = scanner;
  const source = meterValuesSource({ connectorId, transactionId }, context);
  digest.begin(source.connectorId);
  writeSamples(scanner, bytes, source, packed, digest);
  const read = digest.end();
  const action = 'MeterValues';
  return read === undefined ? { action, samples } : { action, samples, digest: read };
}

function decideMeterValues(call: IncomingCall, context: MeterContext, packed: SampleBuffer): FrameVerdict {
  const { messageId, action, payload } = call;
  const violation = checkRequest('MeterValues', payload);
  if (violation === undefined) {
    const request = payload as MeterValuesRequest;
    const before = packed.rows;
    const source = meterValuesSource(payload as Record<string, unknown>, context);
    digest.begin(source.connectorId);
    packMeterValues(request.meterValue, source, packed, digest);
    const read = digest.end();
    const samples = packed.rows - before;
    // No spreading here: copying an object member by member costs more than reading the message.
    return read === undefined ? { messageId, action, samples } : { messageId, action, samples, digest: read };
  }
  if (!isObject(payload)) return refused(call, violation);
  const { repaired, repairs } = repair('MeterValues', payload);
  if (call.deepFrame !== undefined) repairs.push('payload: too-deep');
  const rows = flattenMeterValues(payload.meterValue, meterValuesSource(repaired, context));
  if (context.strict && rows.length === 0) return refused(call, violation);
  addRows(rows, packed);
  return withDigest({ messageId, action, samples: rows.length, repairs }, digestOf(rows));
}

function decideStopTransaction(
  call: IncomingCall,
  context: MeterContext,
  packed: SampleBuffer,
): FrameVerdict {
  const { messageId, action, payload, deepFrame } = call;
  const deep = deepFrame === undefined ? {} : { deepFrame };
  const violation = checkRequest('StopTransaction', payload);
  if (violation === undefined) {
    const { transactionData, ...request } = payload as StopTransactionRequest;
    const source = transactionDataSource(request, context);
    if (source === undefined) return unkept(call, payload as Members);
    const before = packed.rows;
    digest.begin(source.connectorId);
    if (transactionData !== undefined) packMeterValues(transactionData, source, packed, digest);
    const samples = packed.rows - before;
    const stop = { request, flags: samples > 0 ? source.flags : [], ...deep };
    return withDigest({ messageId, action, samples, stop }, digest.end());
  }
  if (!isObject(payload)) return refused(call, violation);
  const { transactionData, ...request } = payload;
  const { repaired, repairs } = repair('StopTransaction', payload);
  const source = transactionDataSource(repaired, context);
  if (source === undefined) return unkept(call, payload);
  const rows = flattenMeterValues(transactionData, source);
  addRows(rows, packed);
  const stop = { request, flags: rows.length > 0 ? source.flags : [], ...deep };
  return withDigest({ messageId, action, samples: rows.length, stop, repairs }, digestOf(rows));
}

/**
 * A StopTransaction of whose transaction nothing is known here: what has the store at hand keeps its samples.
 */
function unkept({ messageId, action, deepFrame }: IncomingCall, request: Members): FrameVerdict {
  const deep = deepFrame === undefined ? {} : { deepFrame };
  return { messageId, action, samples: 0, stop: { request, flags: [], unkept: true, ...deep } };
}

function refused(call: IncomingCall, violation: Violation): FrameVerdict {
  const { code, description } = violation;
  return { messageId: call.messageId, action: call.action, error: { code, description }, samples: 0 };
}

/**
 * The message with its known faults repaired, and their names to count by: `salvaged` where that does not
 * make it whole. Samples are nevertheless read from what was received, so that nothing odd about them is
 * lost.
 */
function repair(
  action: 'MeterValues' | 'StopTransaction',
  payload: Members,
): { repaired: Members; repairs: string[] } {
  const { payload: repaired, repairs } = repairRequest(action, payload);
  const whole = checkRequest(action, repaired) === undefined;
  return { repaired: repaired as Members, repairs: whole ? repairs : [...repairs, 'salvaged'] };
}

function addRows(rows: readonly MeterSampleRow[], packed: SampleBuffer): void {
  for (const row of rows) packed.add(row);
}

function withDigest(verdict: FrameVerdict, read: MeterDigest | undefined): FrameVerdict {
  return read === undefined ? verdict : { ...verdict, digest: read };
}
