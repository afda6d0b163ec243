import { type Plain, t } from './words/words.ts';

/**
 * The actions of a Central System in OCPP 1.6 by feature profile, in the order of how often they are wanted.
 */
export const PROFILES: readonly (readonly [name: Plain, actions: readonly string[]])[] = [
  [
    'Core',
    [
      'RemoteStartTransaction',
      'RemoteStopTransaction',
      'Reset',
      'UnlockConnector',
      'ChangeAvailability',
      'GetConfiguration',
      'ChangeConfiguration',
      'ClearCache',
      'DataTransfer',
    ],
  ],
  ['Remote trigger', ['TriggerMessage', 'ExtendedTriggerMessage']],
  ['Smart charging', ['SetChargingProfile', 'ClearChargingProfile', 'GetCompositeSchedule']],
  ['Reservation', ['ReserveNow', 'CancelReservation']],
  ['Local list', ['GetLocalListVersion', 'SendLocalList']],
  ['Firmware', ['GetDiagnostics', 'GetLog', 'UpdateFirmware', 'SignedUpdateFirmware']],
  [
    'Security',
    ['CertificateSigned', 'InstallCertificate', 'DeleteCertificate', 'GetInstalledCertificateIds'],
  ],
];

/** What should happen next when the charge point answers so. */
const NEXT: Readonly<Record<string, Readonly<Record<string, Plain>>>> = {
  RemoteStartTransaction: {
    Accepted:
      'A StartTransaction should follow once the vehicle is plugged in; with AuthorizeRemoteTxRequests an Authorize before it.',
    Rejected: 'The charge point will not start: look at the status of its connectors.',
  },
  RemoteStopTransaction: {
    Accepted: 'A StopTransaction with the reason Remote should follow.',
    Rejected: 'It does not know this transaction as running.',
  },
  Reset: {
    Accepted:
      'It stops what it does and restarts: a StopTransaction for each open transaction, then a BootNotification should follow.',
    Rejected: 'It goes on as before.',
  },
  UnlockConnector: {
    Unlocked: 'The connector is open. A transaction on it ends with the reason UnlockCommand.',
    UnlockFailed: 'The lock did not open: somebody has to go there.',
    NotSupported: 'This connector has no lock that can be opened from afar, or is unknown.',
  },
  ChangeAvailability: {
    Accepted: 'A StatusNotification should follow.',
    Scheduled: 'It will change when the transaction on it has ended.',
  },
  ChangeConfiguration: {
    Accepted: 'The new value holds now.',
    RebootRequired: 'The new value holds after a Reset.',
    NotSupported: 'It has no such key.',
    Rejected: 'It has the key but refuses this value, or the key is read-only.',
  },
  TriggerMessage: { Accepted: 'The message asked for should follow; it appears in the timeline.' },
  ExtendedTriggerMessage: { Accepted: 'The message asked for should follow; it appears in the timeline.' },
  ReserveNow: { Accepted: 'The connector is held; a StatusNotification with Reserved should follow.' },
  UpdateFirmware: { '': 'FirmwareStatusNotification messages show how it goes.' },
  GetDiagnostics: { '': 'DiagnosticsStatusNotification messages show how the upload goes.' },
  GetLog: { Accepted: 'LogStatusNotification messages show how the upload goes.' },
  SetChargingProfile: {
    Accepted: 'It charges by it from now on; GetCompositeSchedule shows what it makes of it.',
  },
};

export function nextOf(action: string, status: string): string | undefined {
  const next = NEXT[action]?.[status];
  return next && t(next);
}

/** Why a message is asked about once more before it goes; undefined for all others. */
export function dangerOf(action: string, payload: Readonly<Record<string, unknown>>): Plain | undefined {
  if (action === 'Reset' && payload.type === 'Hard')
    return 'A hard reset cuts off whoever is charging and may lose what was not sent yet.';
  if (action === 'UpdateFirmware' || action === 'SignedUpdateFirmware') {
    return 'It will be out of service while it installs, and may not come back from a bad image.';
  }
  if (action === 'DeleteCertificate')
    return 'Without its root certificate it may not be able to connect again.';
  if (
    action === 'ChangeConfiguration' &&
    /^(AuthorizationKey|SecurityProfile|CentralSystemURL)/i.test(String(payload.key))
  ) {
    return 'With a wrong value it cannot connect again.';
  }
  return undefined;
}
