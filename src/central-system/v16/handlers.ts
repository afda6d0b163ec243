import type { ChargePointAction } from '../../protocol/v16/actions.ts';
import { authorize } from './core/authorize.ts';
import { bootNotification } from './core/boot-notification.ts';
import { dataTransfer } from './core/data-transfer.ts';
import { heartbeat } from './core/heartbeat.ts';
import { meterValues } from './core/meter-values.ts';
import { startTransaction } from './core/start-transaction.ts';
import { statusNotification } from './core/status-notification.ts';
import { stopTransaction } from './core/stop-transaction.ts';
import { diagnosticsStatusNotification } from './firmware-management/diagnostics-status-notification.ts';
import { firmwareStatusNotification } from './firmware-management/firmware-status-notification.ts';
import type { Handler, TransactionHandler } from './handler.ts';
import { logStatusNotification } from './security/log-status-notification.ts';
import { securityEventNotification } from './security/security-event-notification.ts';
import { signCertificate } from './security/sign-certificate.ts';
import { signedFirmwareStatusNotification } from './security/signed-firmware-status-notification.ts';

/** The messages that are stored and answered whatever their content. */
export type TransactionAction = 'StartTransaction' | 'StopTransaction' | 'MeterValues';

export const transactionHandlers: { readonly [A in TransactionAction]: TransactionHandler } = {
  StartTransaction: startTransaction,
  StopTransaction: stopTransaction,
  MeterValues: meterValues,
};

/** Every other message of a charge point: one that is missing here does not compile. */
export const handlers: { readonly [A in Exclude<ChargePointAction, TransactionAction>]: Handler<A> } = {
  Authorize: authorize,
  BootNotification: bootNotification,
  DataTransfer: dataTransfer,
  DiagnosticsStatusNotification: diagnosticsStatusNotification,
  FirmwareStatusNotification: firmwareStatusNotification,
  Heartbeat: heartbeat,
  LogStatusNotification: logStatusNotification,
  SecurityEventNotification: securityEventNotification,
  SignCertificate: signCertificate,
  SignedFirmwareStatusNotification: signedFirmwareStatusNotification,
  StatusNotification: statusNotification,
};

export function isTransactionAction(action: string): action is TransactionAction {
  return action === 'MeterValues' || action === 'StartTransaction' || action === 'StopTransaction';
}
