const setting = (key: string, value: string, readonly = false) => ({ key, readonly, value });

/**
 * The configuration of the charge point that the cases play: the required keys of Core, Local Authorization
 * List Management and Smart Charging (OCPP 1.6 ed. 2 §9), and of Core the optional ones that many charge
 * points have. One comes without a value, as it may.
 */
export const CONFIGURATION = [
  setting('AuthorizeRemoteTxRequests', 'true'),
  setting('ClockAlignedDataInterval', '900'),
  setting('ConnectionTimeOut', '60'),
  setting('ConnectorPhaseRotation', '1.RST,2.RST'),
  setting('GetConfigurationMaxKeys', '50', true),
  setting('HeartbeatInterval', '300'),
  setting('LocalAuthorizeOffline', 'true'),
  setting('LocalPreAuthorize', 'false'),
  setting('MeterValuesAlignedData', 'Energy.Active.Import.Register'),
  setting('MeterValuesSampledData', 'Energy.Active.Import.Register,Power.Active.Import'),
  setting('MeterValueSampleInterval', '60'),
  setting('NumberOfConnectors', '2', true),
  setting('ResetRetries', '1'),
  setting('StopTransactionOnEVSideDisconnect', 'true'),
  setting('StopTransactionOnInvalidId', 'true'),
  setting('StopTxnAlignedData', ''),
  setting('StopTxnSampledData', 'Energy.Active.Import.Register'),
  setting(
    'SupportedFeatureProfiles',
    'Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger',
    true,
  ),
  setting('TransactionMessageAttempts', '3'),
  setting('TransactionMessageRetryInterval', '20'),
  setting('UnlockConnectorOnEVSideDisconnect', 'true'),
  setting('AuthorizationCacheEnabled', 'true'),
  { key: 'LightIntensity', readonly: false },
  setting('LocalAuthListEnabled', 'true'),
  setting('LocalAuthListMaxLength', '1000', true),
  setting('SendLocalListMaxLength', '100', true),
  setting('ChargeProfileMaxStackLevel', '10', true),
  setting('ChargingScheduleAllowedChargingRateUnit', 'Current,Power', true),
  setting('ChargingScheduleMaxPeriods', '24', true),
  setting('MaxChargingProfilesInstalled', '20', true),
];
