import type { StartInput, StopInput } from '../../../src/store/transaction-record.ts';

export const NOON = Date.UTC(2026, 10, 20, 12);
export const MINUTE = 60_000;

/** A StartTransaction of CP-1 at connector 1 at noon. */
export function start(rest: Partial<StartInput> = {}): StartInput {
  const startedAt = rest.startedAt ?? NOON;
  return {
    chargePointId: 'CP-1',
    connectorId: 1,
    idTag: 'TAG-1',
    timestamp: new Date(startedAt).toISOString(),
    startedAt,
    timestampPlausible: true,
    meterStart: 1_000,
    reservationId: null,
    flags: [],
    rawStart: '{"start":1}',
    receivedAt: startedAt,
    authorize: () => ({ status: 'Accepted', parentIdTag: '' }),
    ...rest,
  };
}

/** A StopTransaction of CP-1 half an hour after noon. */
export function stop(transactionId: number, rest: Partial<StopInput> = {}): StopInput {
  const stoppedAt = rest.stoppedAt ?? NOON + 30 * MINUTE;
  return {
    chargePointId: 'CP-1',
    transactionId,
    timestamp: new Date(stoppedAt).toISOString(),
    stoppedAt,
    meterStop: 5_000,
    idTag: 'TAG-1',
    reason: 'Local',
    flags: [],
    rawStop: '{"stop":1}',
    receivedAt: stoppedAt,
    ...rest,
  };
}
