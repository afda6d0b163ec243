import type { ChargePointAction } from '../../src/protocol/v16/actions.ts';
import type { Random } from '../../src/simulator/random.ts';

type Members = Record<string, unknown>;

const TAGS = ['CAFE01', 'cafe01', 'BLOCKED', 'NOBODY', ''];
const TIMES = [
  () => new Date().toISOString(),
  () => '1970-01-01T00:00:42Z',
  () => '2026-11-29T3:11:55Z',
  () => '2099-01-01T00:00:00Z',
  () => '2022-02-29T00:00:00Z',
  () => '2026-03-01T12:00:00+02',
];
const MEASURANDS = [
  'Energy.Active.Import.Register',
  'Energy.Active.Import.Interval',
  'Power.Active.Import',
  'SoC',
  'Current.Import',
  'Voltage',
  'Temperature',
];

function meterValue(random: Random): Members[] {
  return Array.from({ length: 1 + random.below(3) }, () => ({
    timestamp: random.pick(TIMES)(),
    sampledValue: Array.from({ length: 1 + random.below(4) }, () => ({
      value: String(random.below(100_000)),
      measurand: random.pick(MEASURANDS),
      context: random.pick(['Sample.Periodic', 'Transaction.Begin', 'Trigger', 'Other']),
      ...(random.chance(0.3) && { phase: random.pick(['L1', 'L2', 'L3', 'N', 'L1-N']) }),
    })),
  }));
}

/** A request as a charge point sends it, by action. */
export const VALID_REQUESTS: Readonly<Record<ChargePointAction, (random: Random) => Members>> = {
  Authorize: (random) => ({ idTag: random.pick(TAGS) }),
  BootNotification: () => ({ chargePointVendor: 'Acme', chargePointModel: 'Fuzz', firmwareVersion: '1.0' }),
  DataTransfer: (random) => ({ vendorId: 'com.example', messageId: 'm', data: 'x'.repeat(random.below(50)) }),
  DiagnosticsStatusNotification: () => ({ status: 'Uploading' }),
  FirmwareStatusNotification: () => ({ status: 'Downloading' }),
  Heartbeat: () => ({}),
  LogStatusNotification: () => ({ status: 'Uploading', requestId: 7 }),
  MeterValues: (random) => ({
    connectorId: random.below(3),
    ...(random.chance(0.7) && { transactionId: random.below(50) - 1 }),
    meterValue: meterValue(random),
  }),
  SecurityEventNotification: () => ({ type: 'FirmwareUpdated', timestamp: new Date().toISOString() }),
  SignCertificate: () => ({ csr: 'MIIB' }),
  SignedFirmwareStatusNotification: () => ({ status: 'Downloading', requestId: 7 }),
  StartTransaction: (random) => ({
    connectorId: 1 + random.below(2),
    idTag: random.pick(TAGS),
    meterStart: random.below(100_000),
    timestamp: random.pick(TIMES)(),
  }),
  StatusNotification: (random) => ({
    connectorId: random.below(3),
    errorCode: 'NoError',
    status: random.pick(['Available', 'Charging', 'Faulted']),
  }),
  StopTransaction: (random) => ({
    transactionId: random.below(50) - 1,
    meterStop: random.below(200_000),
    timestamp: random.pick(TIMES)(),
    ...(random.chance(0.5) && { transactionData: meterValue(random) }),
  }),
};
