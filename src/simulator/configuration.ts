import type {
  ChangeConfigurationResponse,
  GetConfigurationResponse,
} from '../protocol/v16/generated/messages.ts';

type ConfigurationStatus = ChangeConfigurationResponse['status'];

interface Key {
  readonly key: string;
  readonly value: string;
  readonly readonly?: true;
  /** Never shown again (obligation G10). */
  readonly writeOnly?: true;
  /** Taken into use by the next boot. */
  readonly needsReboot?: true;
  readonly accepts?: (value: string) => boolean;
}

const wholeNumber = (value: string): boolean => /^\d{1,9}$/.test(value);
const truth = (value: string): boolean => /^(true|false)$/i.test(value);
const measurands = (value: string): boolean => value === '' || /^[A-Za-z.,0-9-]+$/.test(value);
/** 16 to 20 bytes in hexadecimal (security whitepaper ed. 3 A00.FR.205). */
const keyInHex = (value: string): boolean => /^([0-9a-fA-F]{2}){16,20}$/.test(value);

/**
 * The keys that simulated charge points have (OCPP 1.6 ed. 2 §9, security whitepaper ed. 3 §5), with their
 * values ex works.
 */
const KEYS: readonly Key[] = [
  { key: 'AuthorizeRemoteTxRequests', value: 'true', accepts: truth },
  { key: 'ClockAlignedDataInterval', value: '0', accepts: wholeNumber },
  { key: 'ConnectionTimeOut', value: '60', accepts: wholeNumber },
  { key: 'ConnectorPhaseRotation', value: 'NotApplicable', accepts: () => true },
  { key: 'GetConfigurationMaxKeys', value: '50', readonly: true },
  { key: 'HeartbeatInterval', value: '300', accepts: wholeNumber },
  { key: 'LocalAuthorizeOffline', value: 'true', accepts: truth },
  { key: 'LocalPreAuthorize', value: 'false', accepts: truth },
  { key: 'MeterValuesAlignedData', value: '', accepts: measurands },
  {
    key: 'MeterValuesSampledData',
    value: 'Energy.Active.Import.Register,Power.Active.Import',
    accepts: measurands,
  },
  { key: 'MeterValueSampleInterval', value: '10', accepts: wholeNumber },
  { key: 'NumberOfConnectors', value: '1', readonly: true },
  { key: 'ResetRetries', value: '1', accepts: wholeNumber },
  { key: 'StopTransactionOnEVSideDisconnect', value: 'true', accepts: truth },
  { key: 'StopTransactionOnInvalidId', value: 'true', accepts: truth },
  { key: 'StopTxnAlignedData', value: '', accepts: measurands },
  { key: 'StopTxnSampledData', value: '', accepts: measurands },
  {
    key: 'SupportedFeatureProfiles',
    value: 'Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger',
    readonly: true,
  },
  { key: 'TransactionMessageAttempts', value: '5', accepts: wholeNumber },
  { key: 'TransactionMessageRetryInterval', value: '10', accepts: wholeNumber },
  { key: 'UnlockConnectorOnEVSideDisconnect', value: 'true', accepts: truth },
  { key: 'WebSocketPingInterval', value: '0', accepts: wholeNumber, needsReboot: true },
  { key: 'LocalAuthListEnabled', value: 'true', accepts: truth },
  { key: 'LocalAuthListMaxLength', value: '1000', readonly: true },
  { key: 'SendLocalListMaxLength', value: '100', readonly: true },
  { key: 'ReserveConnectorZeroSupported', value: 'true', readonly: true },
  { key: 'ChargeProfileMaxStackLevel', value: '10', readonly: true },
  { key: 'ChargingScheduleAllowedChargingRateUnit', value: 'Current,Power', readonly: true },
  { key: 'ChargingScheduleMaxPeriods', value: '48', readonly: true },
  { key: 'MaxChargingProfilesInstalled', value: '20', readonly: true },
  { key: 'AuthorizationKey', value: '', writeOnly: true, accepts: keyInHex },
  { key: 'SecurityProfile', value: '0', accepts: (value) => /^[0-3]$/.test(value) },
  { key: 'CpoName', value: '', accepts: (value) => value.length <= 64 },
  { key: 'AdditionalRootCertificateCheck', value: 'false', readonly: true },
  { key: 'CertificateSignedMaxChainSize', value: '10000', readonly: true },
  { key: 'CertificateStoreMaxLength', value: '10', readonly: true },
];

/** Keys are case-insensitive (OCPP 1.6 ed. 2 §5.3). */
const byName: ReadonlyMap<string, Key> = new Map(KEYS.map((key) => [key.key.toLowerCase(), key]));

/** The configuration of one charge point: what it shares with all others, and what was set on it. */
export class Configuration {
  /** Only what differs from the value ex works, by lower-case key; most charge points have nothing here. */
  #own: Map<string, string> | undefined;

  /** What a key is set to. @throws RangeError for a key that no simulated charge point has. */
  text(name: string): string {
    const key = byName.get(name.toLowerCase());
    if (key === undefined) throw new RangeError(`no such key: ${name}`);
    return this.#own?.get(name.toLowerCase()) ?? key.value;
  }

  number(name: string): number {
    return Number(this.text(name));
  }

  flag(name: string): boolean {
    return this.text(name).toLowerCase() === 'true';
  }

  /** Whether somebody has set the key. */
  isSet(name: string): boolean {
    return this.#own?.has(name.toLowerCase()) === true;
  }

  /** Sets a key from inside, for example to the interval that BootNotification was answered with. */
  assign(name: string, value: string): void {
    this.#own ??= new Map();
    this.#own.set(name.toLowerCase(), value);
  }

  /** ChangeConfiguration (OCPP 1.6 ed. 2 §5.3). */
  change(name: string, value: string): ConfigurationStatus {
    const key = byName.get(name.toLowerCase());
    if (key === undefined) return 'NotSupported';
    if (key.readonly === true || key.accepts?.(value) === false) return 'Rejected';
    this.assign(name, value);
    return key.needsReboot === true ? 'RebootRequired' : 'Accepted';
  }

  /** GetConfiguration (OCPP 1.6 ed. 2 §5.8): no names means all keys. */
  read(names: readonly string[]): GetConfigurationResponse {
    if (names.length === 0) return { configurationKey: KEYS.map((key) => this.#shown(key)) };
    const known: Key[] = [];
    const unknownKey: string[] = [];
    for (const name of names) {
      const key = byName.get(name.toLowerCase());
      if (key === undefined) unknownKey.push(name);
      else known.push(key);
    }
    return {
      ...(known.length > 0 ? { configurationKey: known.map((key) => this.#shown(key)) } : {}),
      ...(unknownKey.length > 0 ? { unknownKey } : {}),
    };
  }

  #shown(key: Key): { key: string; readonly: boolean; value?: string } {
    const shown = { key: key.key, readonly: key.readonly === true };
    return key.writeOnly === true ? shown : { ...shown, value: this.text(key.key) };
  }
}
