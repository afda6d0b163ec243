import { ACTIONS, type Messages } from './generated/messages.ts';

/**
 * Every action of OCPP 1.6 and of its security extension. Action names are case-sensitive
 * (OCPP-J 1.6 §4.2.1).
 */
export type Action = keyof Messages;

/** What a charge point may send (OCPP 1.6 ed. 2 §4; security whitepaper ed. 3 §4-5). */
export const CHARGE_POINT_ACTIONS = [
  'Authorize',
  'BootNotification',
  'DataTransfer',
  'DiagnosticsStatusNotification',
  'FirmwareStatusNotification',
  'Heartbeat',
  'LogStatusNotification',
  'MeterValues',
  'SecurityEventNotification',
  'SignCertificate',
  'SignedFirmwareStatusNotification',
  'StartTransaction',
  'StatusNotification',
  'StopTransaction',
] as const satisfies readonly Action[];

/**
 * What the Central System may send (OCPP 1.6 ed. 2 §5; security whitepaper ed. 3 §4-5). DataTransfer goes
 * both ways.
 */
export const CENTRAL_SYSTEM_ACTIONS = [
  'CancelReservation',
  'CertificateSigned',
  'ChangeAvailability',
  'ChangeConfiguration',
  'ClearCache',
  'ClearChargingProfile',
  'DataTransfer',
  'DeleteCertificate',
  'ExtendedTriggerMessage',
  'GetCompositeSchedule',
  'GetConfiguration',
  'GetDiagnostics',
  'GetInstalledCertificateIds',
  'GetLocalListVersion',
  'GetLog',
  'InstallCertificate',
  'RemoteStartTransaction',
  'RemoteStopTransaction',
  'ReserveNow',
  'Reset',
  'SendLocalList',
  'SetChargingProfile',
  'SignedUpdateFirmware',
  'TriggerMessage',
  'UnlockConnector',
  'UpdateFirmware',
] as const satisfies readonly Action[];

export type ChargePointAction = (typeof CHARGE_POINT_ACTIONS)[number];
export type CentralSystemAction = (typeof CENTRAL_SYSTEM_ACTIONS)[number];

export type RequestOf<A extends Action> = Messages[A]['request'];
export type ResponseOf<A extends Action> = Messages[A]['response'];

const actions: ReadonlySet<string> = new Set(ACTIONS);
const fromChargePoint: ReadonlySet<string> = new Set(CHARGE_POINT_ACTIONS);
const fromCentralSystem: ReadonlySet<string> = new Set(CENTRAL_SYSTEM_ACTIONS);

export function isAction(text: string): text is Action {
  return actions.has(text);
}

export function isChargePointAction(text: string): text is ChargePointAction {
  return fromChargePoint.has(text);
}

export function isCentralSystemAction(text: string): text is CentralSystemAction {
  return fromCentralSystem.has(text);
}

const WITH_SECRETS: ReadonlySet<string> = new Set<Action>([
  'ChangeConfiguration',
  'DataTransfer',
  'GetDiagnostics',
  'GetLog',
  'SignedUpdateFirmware',
  'UpdateFirmware',
]);

const WITHOUT_SECRETS: ReadonlySet<string> = new Set<Action>([
  'Authorize',
  'Heartbeat',
  'MeterValues',
  'StartTransaction',
  'StopTransaction',
]);

/** As `Dialect.isForWorkers`. */
export function isForWorkers(action: string, frame: Buffer): boolean {
  if (action === 'MeterValues') return true;
  return action === 'StopTransaction' && frame.includes('"transactionData"', 0, 'latin1');
}

/** As `Dialect.maySendSecrets`. */
export function maySendSecrets(action: string): boolean {
  return WITH_SECRETS.has(action);
}

/** As `Dialect.hasNoSecrets`. */
export function hasNoSecrets(action: string): boolean {
  return WITHOUT_SECRETS.has(action);
}
