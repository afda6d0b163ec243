/**
 * Names for what the schemas leave nameless, after OCPP 1.6 ed. 2 §7 and the security whitepaper §6.
 * Each name lists the places it stands for; the first one gives the shape, and the generator checks that
 * all of them have it. A nameless object or enumeration that is not listed here stops the generation.
 */
export const TYPE_NAMES = {
  AuthorizationStatus: [
    'Authorize.response/idTagInfo/status',
    'SendLocalList.request/localAuthorizationList[]/idTagInfo/status',
    'StartTransaction.response/idTagInfo/status',
    'StopTransaction.response/idTagInfo/status',
  ],
  IdTagInfo: [
    'Authorize.response/idTagInfo',
    'SendLocalList.request/localAuthorizationList[]/idTagInfo',
    'StartTransaction.response/idTagInfo',
    'StopTransaction.response/idTagInfo',
  ],
  RegistrationStatus: ['BootNotification.response/status'],
  CancelReservationStatus: ['CancelReservation.response/status'],
  CertificateSignedStatus: ['CertificateSigned.response/status'],
  AvailabilityType: ['ChangeAvailability.request/type'],
  AvailabilityStatus: ['ChangeAvailability.response/status'],
  ConfigurationStatus: ['ChangeConfiguration.response/status'],
  ClearCacheStatus: ['ClearCache.response/status'],
  ClearChargingProfileStatus: ['ClearChargingProfile.response/status'],
  DataTransferStatus: ['DataTransfer.response/status'],
  DeleteCertificateStatus: ['DeleteCertificate.response/status'],
  HashAlgorithm: [
    'DeleteCertificate.request/certificateHashData/hashAlgorithm',
    'GetInstalledCertificateIds.response/certificateHashData[]/hashAlgorithm',
  ],
  CertificateHashData: [
    'DeleteCertificate.request/certificateHashData',
    'GetInstalledCertificateIds.response/certificateHashData[]',
  ],
  DiagnosticsStatus: ['DiagnosticsStatusNotification.request/status'],
  ExtendedMessageTrigger: ['ExtendedTriggerMessage.request/requestedMessage'],
  TriggerMessageStatus: ['TriggerMessage.response/status', 'ExtendedTriggerMessage.response/status'],
  FirmwareStatus: ['FirmwareStatusNotification.request/status'],
  GetCompositeScheduleStatus: ['GetCompositeSchedule.response/status'],
  ConfigurationKey: ['GetConfiguration.response/configurationKey[]'],
  CertificateUse: [
    'GetInstalledCertificateIds.request/certificateType',
    'InstallCertificate.request/certificateType',
  ],
  GetInstalledCertificateStatus: ['GetInstalledCertificateIds.response/status'],
  LogType: ['GetLog.request/logType'],
  LogParameters: ['GetLog.request/log'],
  LogStatus: ['GetLog.response/status'],
  InstallCertificateStatus: ['InstallCertificate.response/status'],
  UploadLogStatus: ['LogStatusNotification.request/status'],
  ReadingContext: [
    'MeterValues.request/meterValue[]/sampledValue[]/context',
    'StopTransaction.request/transactionData[]/sampledValue[]/context',
  ],
  ValueFormat: [
    'MeterValues.request/meterValue[]/sampledValue[]/format',
    'StopTransaction.request/transactionData[]/sampledValue[]/format',
  ],
  Measurand: [
    'MeterValues.request/meterValue[]/sampledValue[]/measurand',
    'StopTransaction.request/transactionData[]/sampledValue[]/measurand',
  ],
  Phase: [
    'MeterValues.request/meterValue[]/sampledValue[]/phase',
    'StopTransaction.request/transactionData[]/sampledValue[]/phase',
  ],
  Location: [
    'MeterValues.request/meterValue[]/sampledValue[]/location',
    'StopTransaction.request/transactionData[]/sampledValue[]/location',
  ],
  UnitOfMeasure: [
    'MeterValues.request/meterValue[]/sampledValue[]/unit',
    'StopTransaction.request/transactionData[]/sampledValue[]/unit',
  ],
  SampledValue: [
    'MeterValues.request/meterValue[]/sampledValue[]',
    'StopTransaction.request/transactionData[]/sampledValue[]',
  ],
  MeterValue: ['MeterValues.request/meterValue[]', 'StopTransaction.request/transactionData[]'],
  ChargingProfilePurpose: [
    'SetChargingProfile.request/csChargingProfiles/chargingProfilePurpose',
    'RemoteStartTransaction.request/chargingProfile/chargingProfilePurpose',
    'ClearChargingProfile.request/chargingProfilePurpose',
  ],
  ChargingProfileKind: [
    'SetChargingProfile.request/csChargingProfiles/chargingProfileKind',
    'RemoteStartTransaction.request/chargingProfile/chargingProfileKind',
  ],
  RecurrencyKind: [
    'SetChargingProfile.request/csChargingProfiles/recurrencyKind',
    'RemoteStartTransaction.request/chargingProfile/recurrencyKind',
  ],
  ChargingRateUnit: [
    'SetChargingProfile.request/csChargingProfiles/chargingSchedule/chargingRateUnit',
    'RemoteStartTransaction.request/chargingProfile/chargingSchedule/chargingRateUnit',
    'GetCompositeSchedule.request/chargingRateUnit',
    'GetCompositeSchedule.response/chargingSchedule/chargingRateUnit',
  ],
  ChargingSchedulePeriod: [
    'SetChargingProfile.request/csChargingProfiles/chargingSchedule/chargingSchedulePeriod[]',
    'RemoteStartTransaction.request/chargingProfile/chargingSchedule/chargingSchedulePeriod[]',
    'GetCompositeSchedule.response/chargingSchedule/chargingSchedulePeriod[]',
  ],
  ChargingSchedule: [
    'SetChargingProfile.request/csChargingProfiles/chargingSchedule',
    'RemoteStartTransaction.request/chargingProfile/chargingSchedule',
    'GetCompositeSchedule.response/chargingSchedule',
  ],
  ChargingProfile: [
    'SetChargingProfile.request/csChargingProfiles',
    'RemoteStartTransaction.request/chargingProfile',
  ],
  ChargingProfileStatus: ['SetChargingProfile.response/status'],
  RemoteStartStopStatus: ['RemoteStartTransaction.response/status', 'RemoteStopTransaction.response/status'],
  ReservationStatus: ['ReserveNow.response/status'],
  ResetType: ['Reset.request/type'],
  ResetStatus: ['Reset.response/status'],
  AuthorizationData: ['SendLocalList.request/localAuthorizationList[]'],
  UpdateType: ['SendLocalList.request/updateType'],
  UpdateStatus: ['SendLocalList.response/status'],
  GenericStatus: ['SignCertificate.response/status'],
  SignedFirmwareStatus: ['SignedFirmwareStatusNotification.request/status'],
  Firmware: ['SignedUpdateFirmware.request/firmware'],
  UpdateFirmwareStatus: ['SignedUpdateFirmware.response/status'],
  ChargePointErrorCode: ['StatusNotification.request/errorCode'],
  ChargePointStatus: ['StatusNotification.request/status'],
  Reason: ['StopTransaction.request/reason'],
  MessageTrigger: ['TriggerMessage.request/requestedMessage'],
  UnlockStatus: ['UnlockConnector.response/status'],
};
