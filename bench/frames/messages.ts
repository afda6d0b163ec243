/**
 * What the charge points of these benches send. Every action has one messageId, so that a server may answer
 * it with a constant.
 */

export const TRAFFICS = ['Heartbeat', 'Authorize', 'MeterValues', 'StartTransaction', 'Mix'] as const;
export type Traffic = (typeof TRAFFICS)[number];

export type BenchAction =
  | 'BootNotification'
  | 'Heartbeat'
  | 'Authorize'
  | 'MeterValues'
  | 'StatusNotification'
  | 'StartTransaction';

/** 36 characters, as most charge points send them; the first letter tells the action. */
export const MESSAGE_IDS: Readonly<Record<BenchAction, string>> = {
  BootNotification: 'b0e0d2c4-5a31-4f0e-9d55-0b6f5f9e11aa',
  Heartbeat: 'ea0d2c44-5a31-4f0e-9d55-0b6f5f9e11bb',
  Authorize: 'a0e0d2c4-5a31-4f0e-9d55-0b6f5f9e11cc',
  MeterValues: 'de0d2c44-5a31-4f0e-9d55-0b6f5f9e11dd',
  StatusNotification: 'c0e0d2c4-5a31-4f0e-9d55-0b6f5f9e11ee',
  StartTransaction: 'f0e0d2c4-5a31-4f0e-9d55-0b6f5f9e11ff',
};

/** Payloads of answers that satisfy the schema and never change. */
export const CONSTANT_ANSWERS: Readonly<Record<BenchAction, object>> = {
  BootNotification: { status: 'Accepted', currentTime: '2026-03-02T12:00:00.000Z', interval: 300 },
  Heartbeat: { currentTime: '2026-03-02T12:00:00.000Z' },
  Authorize: { idTagInfo: { status: 'Accepted' } },
  MeterValues: {},
  StatusNotification: {},
  StartTransaction: { transactionId: 1, idTagInfo: { status: 'Accepted' } },
};

/** Cards that charge points present, one each in turn. */
export const TAGS = 1000;

export function tag(index: number): string {
  return `BENCH${String(index % TAGS).padStart(7, '0')}`;
}

/** A frame whose `serial` digits, where it has some, are written anew each time that it is sent. */
export interface FrameTemplate {
  readonly action: BenchAction;
  readonly text: string;
  /** Where the digits begin in `text`; -1: it is always the same. */
  readonly serialAt: number;
}

export const SERIAL_DIGITS = 8;
const SERIAL = '10000000';

const REGISTER = 'Energy.Active.Import.Register';
const MEASURANDS: readonly Readonly<Record<string, string>>[] = [
  { measurand: REGISTER, unit: 'Wh', value: '1284502' },
  { measurand: 'Power.Active.Import', unit: 'W', value: '11036.5' },
  { measurand: 'Current.Import', phase: 'L1', unit: 'A', value: '15.9' },
  { measurand: 'Current.Import', phase: 'L2', unit: 'A', value: '16.1' },
  { measurand: 'Current.Import', phase: 'L3', unit: 'A', value: '15.8' },
  { measurand: 'Voltage', phase: 'L1-N', unit: 'V', value: '230.4' },
  { measurand: 'SoC', unit: 'Percent', location: 'EV', value: '57' },
];

/** What charge point `index` sends, over and over. */
export function cycle(traffic: Traffic, index: number, samples: number): readonly FrameTemplate[] {
  if (traffic !== 'Mix') return [template(traffic, index, samples)];
  return MIX.map((action) => template(action, index, samples));
}

/** Of 20 frames; nothing ends the transactions, because the id of one is in the answer that began it. */
const MIX: readonly BenchAction[] = [
  ...['MeterValues', 'MeterValues', 'MeterValues', 'Heartbeat', 'StatusNotification'],
  ...['MeterValues', 'MeterValues', 'MeterValues', 'Heartbeat', 'Authorize'],
  ...['MeterValues', 'MeterValues', 'MeterValues', 'Heartbeat', 'StartTransaction'],
  ...['MeterValues', 'MeterValues', 'MeterValues', 'Heartbeat', 'StatusNotification'],
] as readonly BenchAction[];

export function template(action: BenchAction, index: number, samples: number): FrameTemplate {
  const text = `[2,"${MESSAGE_IDS[action]}","${action}",${JSON.stringify(payload(action, index, samples))}]`;
  const serialAt = action === 'StartTransaction' ? text.indexOf(SERIAL) : -1;
  return { action, text, serialAt };
}

function payload(action: BenchAction, index: number, samples: number): object {
  const timestamp = '2026-03-02T12:00:00.000Z';
  switch (action) {
    case 'BootNotification':
      return {
        chargePointVendor: 'Bench',
        chargePointModel: 'B-22',
        chargePointSerialNumber: `B22-${index}`,
        firmwareVersion: '1.4.2',
      };
    case 'Heartbeat':
      return {};
    case 'Authorize':
      return { idTag: tag(index) };
    case 'StatusNotification':
      return { connectorId: 1, errorCode: 'NoError', status: 'Charging', timestamp };
    case 'StartTransaction':
      return { connectorId: 1, idTag: tag(index), meterStart: Number(SERIAL), timestamp };
    default: {
      const context = 'Sample.Periodic';
      const sampledValue = Array.from({ length: samples }, (_, at) => ({
        ...MEASURANDS[at % MEASURANDS.length],
        context,
      }));
      return { connectorId: 1, meterValue: [{ timestamp, sampledValue }] };
    }
  }
}
