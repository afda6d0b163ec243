import {
  choice,
  flag,
  integer,
  list,
  type Members,
  moment,
  nonEmptyList,
  object,
  optional,
  tenths,
  text,
  uri,
} from './expected-member.ts';

// Written from the message tables of OCPP 1.6 ed. 2 §6-7, the errata sheet and the security whitepaper §5,
// not from the schemas that the validators come from.

const acceptedOrRejected = choice('Accepted', 'Rejected');
const none: Members = {};

const idTagInfo = object({
  expiryDate: optional(moment),
  parentIdTag: optional(text(20)),
  status: choice('Accepted', 'Blocked', 'Expired', 'Invalid', 'ConcurrentTx'),
});

const meterValue = object({
  timestamp: moment,
  sampledValue: list(
    object({
      value: text(),
      context: optional(
        choice(
          'Interruption.Begin',
          'Interruption.End',
          'Other',
          'Sample.Clock',
          'Sample.Periodic',
          'Transaction.Begin',
          'Transaction.End',
          'Trigger',
        ),
      ),
      format: optional(choice('Raw', 'SignedData')),
      measurand: optional(
        choice(
          'Current.Export',
          'Current.Import',
          'Current.Offered',
          'Energy.Active.Export.Register',
          'Energy.Active.Import.Register',
          'Energy.Reactive.Export.Register',
          'Energy.Reactive.Import.Register',
          'Energy.Active.Export.Interval',
          'Energy.Active.Import.Interval',
          'Energy.Reactive.Export.Interval',
          'Energy.Reactive.Import.Interval',
          'Frequency',
          'Power.Active.Export',
          'Power.Active.Import',
          'Power.Factor',
          'Power.Offered',
          'Power.Reactive.Export',
          'Power.Reactive.Import',
          'RPM',
          'SoC',
          'Temperature',
          'Voltage',
        ),
      ),
      phase: optional(choice('L1', 'L2', 'L3', 'N', 'L1-N', 'L2-N', 'L3-N', 'L1-L2', 'L2-L3', 'L3-L1')),
      location: optional(choice('Body', 'Cable', 'EV', 'Inlet', 'Outlet')),
      unit: optional(
        choice(
          'Wh',
          'kWh',
          'varh',
          'kvarh',
          'W',
          'kW',
          'VA',
          'kVA',
          'var',
          'kvar',
          'A',
          'V',
          'Celsius',
          'Celcius',
          'Fahrenheit',
          'K',
          'Percent',
          'Hertz',
        ),
      ),
    }),
  ),
});

const chargingRateUnit = choice('W', 'A');

const chargingSchedule = object({
  duration: optional(integer),
  startSchedule: optional(moment),
  chargingRateUnit,
  chargingSchedulePeriod: list(
    object({ startPeriod: integer, limit: tenths, numberPhases: optional(integer) }),
  ),
  minChargingRate: optional(tenths),
});

const chargingProfilePurpose = choice('ChargePointMaxProfile', 'TxDefaultProfile', 'TxProfile');

const chargingProfile = object({
  chargingProfileId: integer,
  transactionId: optional(integer),
  stackLevel: integer,
  chargingProfilePurpose,
  chargingProfileKind: choice('Absolute', 'Recurring', 'Relative'),
  recurrencyKind: optional(choice('Daily', 'Weekly')),
  validFrom: optional(moment),
  validTo: optional(moment),
  chargingSchedule,
});

const certificateHashData = object({
  hashAlgorithm: choice('SHA256', 'SHA384', 'SHA512'),
  issuerNameHash: text(128),
  issuerKeyHash: text(128),
  serialNumber: text(40),
});

const certificateUse = choice('CentralSystemRootCertificate', 'ManufacturerRootCertificate');

/** Every message of OCPP 1.6 with the security extension. */
export const expectedMessages: Readonly<Record<string, { request: Members; response: Members }>> = {
  Authorize: { request: { idTag: text(20) }, response: { idTagInfo } },
  BootNotification: {
    request: {
      chargeBoxSerialNumber: optional(text(25)),
      chargePointModel: text(20),
      chargePointSerialNumber: optional(text(25)),
      chargePointVendor: text(20),
      firmwareVersion: optional(text(50)),
      iccid: optional(text(20)),
      imsi: optional(text(20)),
      meterSerialNumber: optional(text(25)),
      meterType: optional(text(25)),
    },
    response: { currentTime: moment, interval: integer, status: choice('Accepted', 'Pending', 'Rejected') },
  },
  CancelReservation: { request: { reservationId: integer }, response: { status: acceptedOrRejected } },
  CertificateSigned: {
    request: { certificateChain: text(10_000) },
    response: { status: acceptedOrRejected },
  },
  ChangeAvailability: {
    request: { connectorId: integer, type: choice('Inoperative', 'Operative') },
    response: { status: choice('Accepted', 'Rejected', 'Scheduled') },
  },
  ChangeConfiguration: {
    request: { key: text(50), value: text(500) },
    response: { status: choice('Accepted', 'Rejected', 'RebootRequired', 'NotSupported') },
  },
  ClearCache: { request: none, response: { status: acceptedOrRejected } },
  ClearChargingProfile: {
    request: {
      id: optional(integer),
      connectorId: optional(integer),
      chargingProfilePurpose: optional(chargingProfilePurpose),
      stackLevel: optional(integer),
    },
    response: { status: choice('Accepted', 'Unknown') },
  },
  DataTransfer: {
    request: { vendorId: text(255), messageId: optional(text(50)), data: optional(text()) },
    response: {
      status: choice('Accepted', 'Rejected', 'UnknownMessageId', 'UnknownVendorId'),
      data: optional(text()),
    },
  },
  DeleteCertificate: {
    request: { certificateHashData },
    response: { status: choice('Accepted', 'Failed', 'NotFound') },
  },
  DiagnosticsStatusNotification: {
    request: { status: choice('Idle', 'Uploaded', 'UploadFailed', 'Uploading') },
    response: none,
  },
  ExtendedTriggerMessage: {
    request: {
      requestedMessage: choice(
        'BootNotification',
        'LogStatusNotification',
        'FirmwareStatusNotification',
        'Heartbeat',
        'MeterValues',
        'SignChargePointCertificate',
        'StatusNotification',
      ),
      connectorId: optional(integer),
    },
    response: { status: choice('Accepted', 'Rejected', 'NotImplemented') },
  },
  FirmwareStatusNotification: {
    request: {
      status: choice(
        'Downloaded',
        'DownloadFailed',
        'Downloading',
        'Idle',
        'InstallationFailed',
        'Installing',
        'Installed',
      ),
    },
    response: none,
  },
  GetCompositeSchedule: {
    request: { connectorId: integer, duration: integer, chargingRateUnit: optional(chargingRateUnit) },
    response: {
      status: acceptedOrRejected,
      connectorId: optional(integer),
      scheduleStart: optional(moment),
      chargingSchedule: optional(chargingSchedule),
    },
  },
  GetConfiguration: {
    request: { key: optional(list(text(50))) },
    response: {
      configurationKey: optional(list(object({ key: text(50), readonly: flag, value: optional(text(500)) }))),
      unknownKey: optional(list(text(50))),
    },
  },
  GetDiagnostics: {
    request: {
      location: uri,
      retries: optional(integer),
      retryInterval: optional(integer),
      startTime: optional(moment),
      stopTime: optional(moment),
    },
    response: { fileName: optional(text(255)) },
  },
  GetInstalledCertificateIds: {
    request: { certificateType: certificateUse },
    response: {
      status: choice('Accepted', 'NotFound'),
      certificateHashData: optional(nonEmptyList(certificateHashData)),
    },
  },
  GetLocalListVersion: { request: none, response: { listVersion: integer } },
  GetLog: {
    request: {
      logType: choice('DiagnosticsLog', 'SecurityLog'),
      requestId: integer,
      retries: optional(integer),
      retryInterval: optional(integer),
      log: object({
        remoteLocation: text(512),
        oldestTimestamp: optional(moment),
        latestTimestamp: optional(moment),
      }),
    },
    response: { status: choice('Accepted', 'Rejected', 'AcceptedCanceled'), filename: optional(text(255)) },
  },
  Heartbeat: { request: none, response: { currentTime: moment } },
  InstallCertificate: {
    request: { certificateType: certificateUse, certificate: text(5500) },
    response: { status: choice('Accepted', 'Failed', 'Rejected') },
  },
  LogStatusNotification: {
    request: {
      status: choice(
        'BadMessage',
        'Idle',
        'NotSupportedOperation',
        'PermissionDenied',
        'Uploaded',
        'UploadFailure',
        'Uploading',
      ),
      requestId: optional(integer),
    },
    response: none,
  },
  MeterValues: {
    request: { connectorId: integer, transactionId: optional(integer), meterValue: list(meterValue) },
    response: none,
  },
  RemoteStartTransaction: {
    request: { connectorId: optional(integer), idTag: text(20), chargingProfile: optional(chargingProfile) },
    response: { status: acceptedOrRejected },
  },
  RemoteStopTransaction: { request: { transactionId: integer }, response: { status: acceptedOrRejected } },
  ReserveNow: {
    request: {
      connectorId: integer,
      expiryDate: moment,
      idTag: text(20),
      parentIdTag: optional(text(20)),
      reservationId: integer,
    },
    response: { status: choice('Accepted', 'Faulted', 'Occupied', 'Rejected', 'Unavailable') },
  },
  Reset: { request: { type: choice('Hard', 'Soft') }, response: { status: acceptedOrRejected } },
  SecurityEventNotification: {
    request: { type: text(50), timestamp: moment, techInfo: optional(text(255)) },
    response: none,
  },
  SendLocalList: {
    request: {
      listVersion: integer,
      localAuthorizationList: optional(list(object({ idTag: text(20), idTagInfo: optional(idTagInfo) }))),
      updateType: choice('Differential', 'Full'),
    },
    response: { status: choice('Accepted', 'Failed', 'NotSupported', 'VersionMismatch') },
  },
  SetChargingProfile: {
    request: { connectorId: integer, csChargingProfiles: chargingProfile },
    response: { status: choice('Accepted', 'Rejected', 'NotSupported') },
  },
  SignCertificate: { request: { csr: text(5500) }, response: { status: acceptedOrRejected } },
  SignedFirmwareStatusNotification: {
    request: {
      status: choice(
        'Downloaded',
        'DownloadFailed',
        'Downloading',
        'DownloadScheduled',
        'DownloadPaused',
        'Idle',
        'InstallationFailed',
        'Installing',
        'Installed',
        'InstallRebooting',
        'InstallScheduled',
        'InstallVerificationFailed',
        'InvalidSignature',
        'SignatureVerified',
      ),
      requestId: optional(integer),
    },
    response: none,
  },
  SignedUpdateFirmware: {
    request: {
      retries: optional(integer),
      retryInterval: optional(integer),
      requestId: integer,
      firmware: object({
        location: text(512),
        retrieveDateTime: moment,
        installDateTime: optional(moment),
        signingCertificate: text(5500),
        signature: text(800),
      }),
    },
    response: {
      status: choice('Accepted', 'Rejected', 'AcceptedCanceled', 'InvalidCertificate', 'RevokedCertificate'),
    },
  },
  StartTransaction: {
    request: {
      connectorId: integer,
      idTag: text(20),
      meterStart: integer,
      reservationId: optional(integer),
      timestamp: moment,
    },
    response: { idTagInfo, transactionId: integer },
  },
  StatusNotification: {
    request: {
      connectorId: integer,
      errorCode: choice(
        'ConnectorLockFailure',
        'EVCommunicationError',
        'GroundFailure',
        'HighTemperature',
        'InternalError',
        'LocalListConflict',
        'NoError',
        'OtherError',
        'OverCurrentFailure',
        'OverVoltage',
        'PowerMeterFailure',
        'PowerSwitchFailure',
        'ReaderFailure',
        'ResetFailure',
        'UnderVoltage',
        'WeakSignal',
      ),
      info: optional(text(50)),
      status: choice(
        'Available',
        'Preparing',
        'Charging',
        'SuspendedEVSE',
        'SuspendedEV',
        'Finishing',
        'Reserved',
        'Unavailable',
        'Faulted',
      ),
      timestamp: optional(moment),
      vendorId: optional(text(255)),
      vendorErrorCode: optional(text(50)),
    },
    response: none,
  },
  StopTransaction: {
    request: {
      idTag: optional(text(20)),
      meterStop: integer,
      timestamp: moment,
      transactionId: integer,
      reason: optional(
        choice(
          'DeAuthorized',
          'EmergencyStop',
          'EVDisconnected',
          'HardReset',
          'Local',
          'Other',
          'PowerLoss',
          'Reboot',
          'Remote',
          'SoftReset',
          'UnlockCommand',
        ),
      ),
      transactionData: optional(list(meterValue)),
    },
    response: { idTagInfo: optional(idTagInfo) },
  },
  TriggerMessage: {
    request: {
      requestedMessage: choice(
        'BootNotification',
        'DiagnosticsStatusNotification',
        'FirmwareStatusNotification',
        'Heartbeat',
        'MeterValues',
        'StatusNotification',
      ),
      connectorId: optional(integer),
    },
    response: { status: choice('Accepted', 'Rejected', 'NotImplemented') },
  },
  UnlockConnector: {
    request: { connectorId: integer },
    response: { status: choice('Unlocked', 'UnlockFailed', 'NotSupported') },
  },
  UpdateFirmware: {
    request: {
      location: uri,
      retries: optional(integer),
      retrieveDate: moment,
      retryInterval: optional(integer),
    },
    response: none,
  },
};
