import { dialectOf } from '../../protocol/dialects.ts';
import type { Schema } from './operation.ts';

/** Name of the shared schema of an action's request payload. */
export function payloadSchemaName(action: string): string {
  return `${action}Request`;
}

/**
 * The request payloads of all actions that a Central System may send, as published (with the errata), by
 * schema name.
 */
export function payloadSchemas(): Record<string, Schema> {
  const { centralSystemActions, requestSchemas } = dialectOf();
  return Object.fromEntries(
    centralSystemActions.map((action) => [payloadSchemaName(action), requestSchemas[action] as Schema]),
  );
}

/** A payload for each action that a charge point would understand. */
export const payloadExamples: Readonly<Record<string, object>> = {
  CancelReservation: { reservationId: 7 },
  CertificateSigned: { certificateChain: '-----BEGIN CERTIFICATE-----\nMIIB...\n-----END CERTIFICATE-----' },
  ChangeAvailability: { connectorId: 0, type: 'Inoperative' },
  ChangeConfiguration: { key: 'MeterValueSampleInterval', value: '60' },
  ClearCache: {},
  ClearChargingProfile: { connectorId: 1, chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 0 },
  DataTransfer: { vendorId: 'com.example', messageId: 'hello', data: 'anything' },
  DeleteCertificate: {
    certificateHashData: {
      hashAlgorithm: 'SHA256',
      issuerNameHash: 'c4f0...',
      issuerKeyHash: '77b3...',
      serialNumber: '1a2b',
    },
  },
  ExtendedTriggerMessage: { requestedMessage: 'SignChargePointCertificate' },
  GetCompositeSchedule: { connectorId: 1, duration: 3600, chargingRateUnit: 'A' },
  GetConfiguration: { key: ['HeartbeatInterval'] },
  GetDiagnostics: { location: 'ftp://files.example/diagnostics', retries: 2 },
  GetInstalledCertificateIds: { certificateType: 'CentralSystemRootCertificate' },
  GetLocalListVersion: {},
  GetLog: { logType: 'SecurityLog', requestId: 1, log: { remoteLocation: 'https://files.example/logs' } },
  InstallCertificate: {
    certificateType: 'CentralSystemRootCertificate',
    certificate: '-----BEGIN CERTIFICATE-----\nMIIB...\n-----END CERTIFICATE-----',
  },
  RemoteStartTransaction: { connectorId: 1, idTag: '04A2B3C4D5' },
  RemoteStopTransaction: { transactionId: 4711 },
  ReserveNow: {
    connectorId: 1,
    expiryDate: '2030-01-01T12:00:00.000Z',
    idTag: '04A2B3C4D5',
    reservationId: 7,
  },
  Reset: { type: 'Soft' },
  SendLocalList: {
    listVersion: 2,
    updateType: 'Differential',
    localAuthorizationList: [{ idTag: '04A2B3C4D5', idTagInfo: { status: 'Accepted' } }],
  },
  SetChargingProfile: {
    connectorId: 0,
    csChargingProfiles: {
      chargingProfileId: 1,
      stackLevel: 0,
      chargingProfilePurpose: 'ChargePointMaxProfile',
      chargingProfileKind: 'Absolute',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 32 }] },
    },
  },
  SignedUpdateFirmware: {
    requestId: 1,
    firmware: {
      location: 'https://files.example/firmware.bin',
      retrieveDateTime: '2030-01-01T12:00:00.000Z',
      signingCertificate: '-----BEGIN CERTIFICATE-----\nMIIB...\n-----END CERTIFICATE-----',
      signature: 'MEUCIQ...',
    },
  },
  TriggerMessage: { requestedMessage: 'StatusNotification', connectorId: 1 },
  UnlockConnector: { connectorId: 1 },
  UpdateFirmware: {
    location: 'https://files.example/firmware.bin',
    retrieveDate: '2030-01-01T12:00:00.000Z',
  },
};
