import { connectStrictChargePoint, type StrictChargePoint } from './strict-charge-point.ts';

const MINUTE = 60_000;

export interface ChargingStory extends StrictChargePoint {
  readonly transactionId: number;
  /** Sends one more MeterValues: `minute` of the session, W, Wh on the register, % of charge. */
  meter(minute: number, powerW: number, registerWh: number, soc: number): Promise<void>;
  /** A short session of 10 Wh on a connector, from start to stop. */
  chargeOnce(connectorId: number, idTag: string): Promise<void>;
}

/**
 * A charge point with a session that began ten minutes ago at 1,000 Wh; it answers every command with
 * Accepted.
 */
export async function chargingStory(
  endpoint: string,
  identity: string,
  idTag: string,
): Promise<ChargingStory> {
  const chargePoint = await connectStrictChargePoint(endpoint, identity, (action) => {
    if (action === 'UnlockConnector') return { status: 'Unlocked' };
    if (action === 'GetConfiguration') {
      return { configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }] };
    }
    return { status: 'Accepted' };
  });
  const began = Date.now() - 10 * MINUTE;
  await chargePoint.call('BootNotification', {
    chargePointVendor: 'Voltwerk',
    chargePointModel: 'Duo 22',
    chargePointSerialNumber: 'SN-4711',
    firmwareVersion: '2.4.1',
  });
  await chargePoint.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
  await chargePoint.call('StatusNotification', {
    connectorId: 2,
    errorCode: 'GroundFailure',
    status: 'Faulted',
    info: 'residual current',
  });
  const { transactionId } = await chargePoint.call('StartTransaction', {
    connectorId: 1,
    idTag,
    meterStart: 1000,
    timestamp: new Date(began).toISOString(),
  });
  await chargePoint.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Charging' });
  return {
    ...chargePoint,
    transactionId,
    async meter(minute, powerW, registerWh, soc) {
      await chargePoint.call('MeterValues', {
        connectorId: 1,
        transactionId,
        meterValue: [
          {
            timestamp: new Date(began + minute * MINUTE).toISOString(),
            sampledValue: [
              { value: String(powerW), measurand: 'Power.Active.Import', unit: 'W' },
              { value: String(registerWh), measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
              { value: String(soc), measurand: 'SoC', unit: 'Percent' },
            ],
          },
        ],
      });
    },
    async chargeOnce(connectorId, idTag) {
      const timestamp = new Date().toISOString();
      const begun = await chargePoint.call('StartTransaction', {
        connectorId,
        idTag,
        meterStart: 0,
        timestamp,
      });
      const stop = { transactionId: begun.transactionId, idTag, meterStop: 10, timestamp };
      await chargePoint.call('StopTransaction', stop);
    },
  };
}
