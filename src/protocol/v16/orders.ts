import type { LimitOrder, ListOrder, Order, Orders, Tries, UpdateOrder, UploadOrder } from '../orders.ts';
import type { CentralSystemAction, RequestOf } from './actions.ts';

const CENTRAL_SYSTEM_ROOT = 'CentralSystemRootCertificate';

/** The orders of operations as requests of OCPP 1.6 and its security extension. */
export const orders: Orders = {
  askForBoot: () => order('TriggerMessage', { requestedMessage: 'BootNotification' }),
  setLimit,
  clearLimit: (profileId) => order('ClearChargingProfile', { id: profileId }),
  stopTransaction: (transactionId) => order('RemoteStopTransaction', { transactionId }),
  askSettings: (names) => order('GetConfiguration', { key: names }),
  changeSetting: (name, value) => order('ChangeConfiguration', { key: name, value }),
  askListVersion: () => order('GetLocalListVersion', {}),
  sendList,
  startUpdate,
  startUpload,
  handOverCertificate: (chain) => order('CertificateSigned', { certificateChain: chain }),
  askForCertificateRequest: () =>
    order('ExtendedTriggerMessage', { requestedMessage: 'SignChargePointCertificate' }),
  askRoots: () => order('GetInstalledCertificateIds', { certificateType: CENTRAL_SYSTEM_ROOT }),
  installRoot: (pem) =>
    order('InstallCertificate', { certificateType: CENTRAL_SYSTEM_ROOT, certificate: pem }),
  setPassword: (hex) => order('ChangeConfiguration', { key: 'AuthorizationKey', value: hex }),
  setSecurityProfile: (profile) =>
    order('ChangeConfiguration', { key: 'SecurityProfile', value: `${profile}` }),
};

/**
 * Relative and without a start, so that the clock of the charge point does not matter (OCPP 1.6 ed. 2 §7.9).
 */
function setLimit({
  profileId,
  connectorId,
  transactionId,
  stackLevel,
  unit,
  limit,
  phases,
}: LimitOrder): Order {
  return order('SetChargingProfile', {
    connectorId,
    csChargingProfiles: {
      chargingProfileId: profileId,
      ...(transactionId !== null && { transactionId }),
      stackLevel,
      chargingProfilePurpose: transactionId === null ? 'TxDefaultProfile' : 'TxProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: {
        chargingRateUnit: unit,
        chargingSchedulePeriod: [{ startPeriod: 0, limit, numberPhases: phases }],
      },
    },
  });
}

/** OCPP 1.6 ed. 2 §6.41. */
function sendList({ listVersion, updateType, entries }: ListOrder): Order {
  type Entries = NonNullable<RequestOf<'SendLocalList'>['localAuthorizationList']>;
  const localAuthorizationList = entries as Entries;
  return order('SendLocalList', { listVersion, updateType, localAuthorizationList });
}

/** OCPP 1.6 ed. 2 §6.55, security whitepaper ed. 3 §6.9. */
function startUpdate({ location, retrieveAt, signed, ...tries }: UpdateOrder): Order {
  if (signed === undefined) {
    return order('UpdateFirmware', { location, retrieveDate: retrieveAt, ...triesOf(tries) });
  }
  const { requestId, installAt, signingCertificate, signature } = signed;
  return order('SignedUpdateFirmware', {
    ...triesOf(tries),
    requestId,
    firmware: {
      location,
      retrieveDateTime: retrieveAt,
      ...(installAt !== undefined && { installDateTime: installAt }),
      signingCertificate,
      signature,
    },
  });
}

/** OCPP 1.6 ed. 2 §6.25, security whitepaper ed. 3 §5.9. */
function startUpload({ location, from, to, log, ...tries }: UploadOrder): Order {
  if (log === undefined) {
    return order('GetDiagnostics', {
      location,
      ...triesOf(tries),
      ...(from !== undefined && { startTime: from }),
      ...(to !== undefined && { stopTime: to }),
    });
  }
  return order('GetLog', {
    logType: log.type,
    requestId: log.requestId,
    ...triesOf(tries),
    log: {
      remoteLocation: location,
      ...(from !== undefined && { oldestTimestamp: from }),
      ...(to !== undefined && { latestTimestamp: to }),
    },
  });
}

/** On the wire an absent member is absent. */
function triesOf({ retries, retryInterval }: Tries) {
  return { ...(retries !== undefined && { retries }), ...(retryInterval !== undefined && { retryInterval }) };
}

function order<A extends CentralSystemAction>(action: A, payload: RequestOf<A>): Order {
  return { action, payload };
}
