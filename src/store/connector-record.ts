import type { Layout } from '../journal/environment.ts';

/**
 * Present state of a connector (OCPP 1.6 ed. 2 §4.9); connector 0 is the charge point itself. Times are epoch
 * ms.
 */
export interface ConnectorRecord {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly status: string;
  readonly errorCode: string;
  readonly info: string;
  readonly vendorId: string;
  readonly vendorErrorCode: string;
  /** Charge point's clock; the time of receipt where that was unusable. */
  readonly ts: number;
  readonly receivedAt: number;
  /** `ts` of the report that brought the present status: since when it has been so. */
  readonly since: number;
  /** Rises with each change. */
  readonly version: number;
}

/** As `Environment.records` takes them. */
export const CONNECTOR_LAYOUTS: readonly Layout<ConnectorRecord>[] = [
  [
    'chargePointId',
    'connectorId',
    'status',
    'errorCode',
    'info',
    'vendorId',
    'vendorErrorCode',
    'ts',
    'receivedAt',
    'since',
    'version',
  ],
];
