import { INT32_MAX } from '../../protocol/int32.ts';
import type { MeterContext } from '../../protocol/meter-message.ts';

/** Whose samples these are: what all samples of one message have in common. */
export interface MeterSource {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly transactionId: number | null;
  readonly message: 'MeterValues' | 'StopTransaction';
  readonly receivedAt: number;
  /** What was odd about it. */
  readonly flags: readonly string[];
}

export type SourceContext = Omit<MeterContext, 'strict' | 'version'>;

const NO_FLAGS: readonly string[] = Object.freeze([]);

/**
 * Connector and transaction of a MeterValues request (OCPP 1.6 ed. 2 §6.31). Connector 0 is the main meter,
 * whose values belong to no transaction unless one is named. Where none is named, or -1 by a charge point
 * that never got its id (errata 3.18), it is the one that runs on the connector. A number beyond 32 bits
 * names nothing: it is not matched.
 */
export function meterValuesSource(
  payload: Readonly<Record<string, unknown>>,
  context: SourceContext,
): MeterSource {
  const { connectorId, transactionId } = payload;
  let flags: string[] | undefined;
  let connector = 0;
  if (isInt32(connectorId) && connectorId >= 0) connector = connectorId;
  else flags = [connectorId === undefined ? 'connector-missing' : 'connector-out-of-range'];

  let transaction: number | null = null;
  if (transactionId === undefined) {
    const running = connector === 0 ? undefined : runningOn(context, connector);
    if (running !== undefined) {
      transaction = running;
      flags = [...(flags ?? []), 'transaction-inferred'];
    }
  } else if (!isInt32(transactionId)) {
    flags = [...(flags ?? []), 'transaction-out-of-range'];
  } else if (transactionId > 0) {
    transaction = transactionId;
  } else {
    const running = runningOn(context, connector);
    transaction = running ?? null;
    flags = [...(flags ?? []), running === undefined ? 'transaction-unknown' : 'transaction-inferred'];
  }
  return {
    chargePointId: context.chargePointId,
    connectorId: connector,
    transactionId: transaction,
    message: 'MeterValues',
    receivedAt: context.receivedAt,
    flags: flags ?? NO_FLAGS,
  };
}

/**
 * Connector and transaction of the transactionData of a StopTransaction request (§6.49), which names no
 * connector: it is that of the transaction. Undefined where that does not run, or is not named, and has not
 * been looked up: its samples must not be kept yet, since a request that is sent again would then be kept as
 * another connector's.
 */
export function transactionDataSource(
  payload: Readonly<Record<string, unknown>>,
  context: SourceContext,
): MeterSource | undefined {
  const { transactionId } = payload;
  const named = isInt32(transactionId) && transactionId > 0 ? transactionId : null;
  const running = context.openTransactions.find(([, open]) => open === named);
  const ended = running ?? context.ended;
  if (ended === undefined) return undefined;
  const flags: string[] = [];
  if (!isInt32(transactionId)) {
    flags.push(transactionId === undefined ? 'transaction-missing' : 'transaction-out-of-range');
  } else if (named === null) {
    flags.push(ended === null ? 'transaction-unknown' : 'transaction-inferred');
  }
  if (ended === null) flags.push('connector-unknown');
  return {
    chargePointId: context.chargePointId,
    connectorId: ended?.[0] ?? 0,
    transactionId: ended?.[1] ?? named,
    message: 'StopTransaction',
    receivedAt: context.receivedAt,
    flags,
  };
}

function runningOn(context: SourceContext, connector: number): number | undefined {
  for (const [connectorId, transactionId] of context.openTransactions) {
    if (connectorId === connector) return transactionId;
  }
  return undefined;
}

function isInt32(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) <= INT32_MAX;
}
