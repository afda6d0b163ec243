import { describe, expect, it } from 'vitest';
import type { Action } from '../../../src/protocol/v16/actions.ts';
import { repairRequest } from '../../../src/protocol/v16/lenient.ts';
import { checkRequest } from '../../../src/protocol/v16/validate.ts';

interface Quirk {
  /** What happens, and where it was met. */
  readonly what: string;
  readonly action: Action;
  readonly sent: object;
  readonly read: object;
  readonly repairs: readonly string[];
}

const TIME = '2024-01-01T00:00:00Z';
const boot = { chargePointVendor: 'Volt', chargePointModel: 'One' };
const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' };
const start = { connectorId: 1, idTag: '04A1', meterStart: 100, timestamp: TIME };
const stop = { transactionId: 7, meterStop: 200, timestamp: TIME };
const metered = (...sampledValue: object[]) => ({
  connectorId: 1,
  meterValue: [{ timestamp: TIME, sampledValue }],
});
const sample = 'meterValue[].sampledValue[]';

const quirks: Quirk[] = [
  {
    what: 'C16: over-long serial and model (mobilityhouse #273, #128; ocpp-go #359)',
    action: 'BootNotification',
    sent: { ...boot, chargePointModel: 'm'.repeat(30), chargePointSerialNumber: 's'.repeat(26) },
    read: { ...boot, chargePointModel: 'm'.repeat(20), chargePointSerialNumber: 's'.repeat(25) },
    repairs: ['chargePointModel: too-long', 'chargePointSerialNumber: too-long'],
  },
  {
    what: 'serial numbers as numbers',
    action: 'BootNotification',
    sent: { ...boot, meterSerialNumber: 12345678 },
    read: { ...boot, meterSerialNumber: '12345678' },
    repairs: ['meterSerialNumber: number-for-text'],
  },
  {
    what: 'null for what is not known',
    action: 'BootNotification',
    sent: { ...boot, iccid: null, imsi: null },
    read: boot,
    repairs: ['iccid: null', 'imsi: null'],
  },
  {
    what: 'members of the vendor (SteVe ignores them too)',
    action: 'BootNotification',
    sent: { ...boot, bootReason: 'PowerUp', uptime: 17 },
    read: boot,
    repairs: ['payload: unknown-member'],
  },
  {
    what: 'timestamp without zone (Growatt, evcc #10399)',
    action: 'StartTransaction',
    sent: { ...start, timestamp: '2024-05-17T10:20:30' },
    read: { ...start, timestamp: '2024-05-17T10:20:30.000Z' },
    repairs: ['timestamp: no-zone'],
  },
  {
    what: 'hour-only offset (monta #5, #53)',
    action: 'StopTransaction',
    sent: { ...stop, timestamp: '2024-05-17T10:20:30+02' },
    read: { ...stop, timestamp: '2024-05-17T08:20:30.000Z' },
    repairs: ['timestamp: hour-only-offset'],
  },
  {
    what: 'F8: an optional timestamp that is no moment (ABB 2022-02-29, steve #769) leaves the time of receipt',
    action: 'StatusNotification',
    sent: { ...status, timestamp: '2022-02-29T10:00:00Z' },
    read: status,
    repairs: ['timestamp: unreadable'],
  },
  {
    what: 'register with a fraction, integer as text',
    action: 'StartTransaction',
    sent: { ...start, meterStart: '100.4', connectorId: '1' },
    read: start,
    repairs: ['connectorId: text-for-number', 'meterStart: text-for-number', 'meterStart: rounded'],
  },
  {
    what: 'idTag as a number',
    action: 'Authorize',
    sent: { idTag: 12345 },
    read: { idTag: '12345' },
    repairs: ['idTag: number-for-text'],
  },
  {
    what: 'E19: a reason that 1.6 does not know',
    action: 'StopTransaction',
    sent: { ...stop, reason: 'StoppedByEV' },
    read: { ...stop, reason: 'Other' },
    repairs: ['reason: unknown-value'],
  },
  {
    what: 'an error code that 1.6 does not know (Mode3Error of 1.5)',
    action: 'StatusNotification',
    sent: { ...status, errorCode: 'Mode3Error' },
    read: { ...status, errorCode: 'OtherError', vendorErrorCode: 'Mode3Error' },
    repairs: ['errorCode: unknown-value'],
  },
  {
    what: 'an unknown error code beside a vendor code, which stays',
    action: 'StatusNotification',
    sent: { ...status, errorCode: 'Mode3Error', vendorErrorCode: 'E17' },
    read: { ...status, errorCode: 'OtherError', vendorErrorCode: 'E17' },
    repairs: ['errorCode: unknown-value'],
  },
  {
    what: 'OtherError in capitals has no vendor code to keep',
    action: 'StatusNotification',
    sent: { ...status, errorCode: 'OTHERERROR' },
    read: { ...status, errorCode: 'OtherError' },
    repairs: ['errorCode: spelling'],
  },
  {
    what: 'over-long info, cut between characters',
    action: 'StatusNotification',
    sent: { ...status, info: `${'x'.repeat(49)}\u{1F50C}\u{1F50C}` },
    read: { ...status, info: `${'x'.repeat(49)}\u{1F50C}` },
    repairs: ['info: too-long'],
  },
  {
    what: 'info of 50 characters beyond the basic plane, which is not over-long',
    action: 'StatusNotification',
    sent: { ...status, info: '\u{1F50C}'.repeat(50) },
    read: { ...status, info: '\u{1F50C}'.repeat(50) },
    repairs: [],
  },
  {
    what: 'status in another case',
    action: 'StatusNotification',
    sent: { ...status, status: 'SUSPENDEDEV' },
    read: { ...status, status: 'SuspendedEV' },
    repairs: ['status: spelling'],
  },
  {
    what: 'Hz for Hertz (mobilityhouse PR #70)',
    action: 'MeterValues',
    sent: metered({ value: '50', measurand: 'Frequency', unit: 'Hz' }),
    read: metered({ value: '50', measurand: 'Frequency', unit: 'Hertz' }),
    repairs: [`${sample}.unit: spelling`],
  },
  {
    what: 'F3: Celsius and Celcius need no repair (ocpp-go PR #273); celsius and °C do',
    action: 'MeterValues',
    sent: metered(
      { value: '1', unit: 'Celsius' },
      { value: '2', unit: 'Celcius' },
      { value: '3', unit: 'celsius' },
      { value: '4', unit: '°C' },
    ),
    read: metered(
      { value: '1', unit: 'Celsius' },
      { value: '2', unit: 'Celcius' },
      { value: '3', unit: 'Celsius' },
      { value: '4', unit: 'Celsius' },
    ),
    repairs: [`${sample}.unit: spelling`],
  },
  {
    what: 'percent sign for the state of charge',
    action: 'MeterValues',
    sent: metered({ value: '80', measurand: 'SoC', unit: '%' }),
    read: metered({ value: '80', measurand: 'SoC', unit: 'Percent' }),
    repairs: [`${sample}.unit: spelling`],
  },
  {
    what: 'measurand with a trailing newline (lbbrhzn #1576)',
    action: 'MeterValues',
    sent: metered({ value: '5', measurand: 'Current.Import\n' }),
    read: metered({ value: '5', measurand: 'Current.Import' }),
    repairs: [`${sample}.measurand: spelling`],
  },
  {
    what: 'bad context (lbbrhzn #361)',
    action: 'MeterValues',
    sent: metered({ value: '5', context: 'Sample.Whenever' }),
    read: metered({ value: '5', context: 'Other' }),
    repairs: [`${sample}.context: unknown-value`],
  },
  {
    what: 'values as numbers',
    action: 'MeterValues',
    sent: metered({ value: 1234.5 }, { value: 0 }),
    read: metered({ value: '1234.5' }, { value: '0' }),
    repairs: [`${sample}.value: number-for-text`],
  },
  {
    what: 'empty value strings (Amperfied, evcc #17836) and an empty sampledValue (lbbrhzn #466) need no repair',
    action: 'MeterValues',
    sent: {
      connectorId: 1,
      meterValue: [
        { timestamp: TIME, sampledValue: [] },
        { timestamp: TIME, sampledValue: [{ value: '' }] },
      ],
    },
    read: {
      connectorId: 1,
      meterValue: [
        { timestamp: TIME, sampledValue: [] },
        { timestamp: TIME, sampledValue: [{ value: '' }] },
      ],
    },
    repairs: [],
  },
  {
    what: 'a single object where a list belongs, no list, null in a list',
    action: 'MeterValues',
    sent: {
      connectorId: 0,
      transactionId: null,
      meterValue: [null, { timestamp: TIME, sampledValue: { value: '1' } }, { timestamp: TIME }],
    },
    read: {
      connectorId: 0,
      meterValue: [
        { timestamp: TIME, sampledValue: [{ value: '1' }] },
        { timestamp: TIME, sampledValue: [] },
      ],
    },
    repairs: [
      'transactionId: null',
      'meterValue[]: null',
      'meterValue[].sampledValue: single-for-list',
      'meterValue[].sampledValue: missing-list',
    ],
  },
  {
    what: 'E14: transactionData is repaired as meterValue is',
    action: 'StopTransaction',
    sent: {
      ...stop,
      transactionData: [
        { timestamp: '2024-01-01 00:00:00Z', sampledValue: [{ value: 7, unit: 'wh', extra: {} }] },
      ],
    },
    read: {
      ...stop,
      transactionData: [
        { timestamp: '2024-01-01T00:00:00.000Z', sampledValue: [{ value: '7', unit: 'Wh' }] },
      ],
    },
    repairs: [
      'transactionData[].timestamp: space-for-t',
      'transactionData[].sampledValue[].value: number-for-text',
      'transactionData[].sampledValue[].unit: spelling',
      'transactionData[].sampledValue[]: unknown-member',
    ],
  },
  {
    what: 'F5: transactionId 9223372036854775807 (Alfen: steve #740) needs no repair',
    action: 'MeterValues',
    sent: JSON.parse(`{"connectorId":1,"transactionId":9223372036854775807,"meterValue":[]}`),
    read: { connectorId: 1, transactionId: 2 ** 63, meterValue: [] },
    repairs: [],
  },
];

describe('the lenient reader makes a valid request of', () => {
  it.each(quirks)('$what', ({ action, sent, read, repairs }) => {
    const before = structuredClone(sent);
    const repaired = repairRequest(action, sent);
    expect(repaired).toEqual({ payload: read, repairs });
    expect(checkRequest(action, repaired.payload)).toBeUndefined();
    expect(checkRequest(action, sent) === undefined).toBe(repairs.length === 0);
    expect(sent).toEqual(before);
  });
});

describe('the lenient reader leaves alone what would change a meaning', () => {
  it.each<[string, Action, object]>([
    ['an over-long idTag is no other tag', 'Authorize', { idTag: 'x'.repeat(21) }],
    [
      'an idTag in digits that JSON has already changed',
      'Authorize',
      JSON.parse('{"idTag":12345678901234567890}'),
    ],
    [
      'an invented measurand is no register (mobilityhouse #54)',
      'MeterValues',
      metered({ value: '1', measurand: 'Energy.Invented' }),
    ],
    ['an unknown unit', 'MeterValues', metered({ value: '1', unit: 'BTU' })],
    ['a status of another version', 'StatusNotification', { ...status, status: 'Occupied' }],
    ['a start at no moment', 'StartTransaction', { ...start, timestamp: '2022-02-29T10:00:00Z' }],
    [
      'a missing idTag (ocpp-go #277)',
      'StartTransaction',
      { connectorId: 1, meterStart: 0, timestamp: TIME },
    ],
    ['null for an idTag', 'Authorize', { idTag: null }],
    ['a truth value for an idTag', 'Authorize', { idTag: true }],
    ['a connector between two', 'StartTransaction', { ...start, connectorId: 1.5 }],
    ['an over-long certificate request', 'SignCertificate', { csr: 'x'.repeat(5501) }],
  ])('%s', (_what, action, sent) => {
    const { payload, repairs } = repairRequest(action, sent);
    expect(payload).toEqual(sent);
    expect(repairs).toEqual([]);
    expect(checkRequest(action, payload)).toBeDefined();
  });

  it.each([[[]], ['text'], [null], [7]])('%j, which is no payload', (sent) => {
    expect(repairRequest('Heartbeat', sent)).toEqual({ payload: sent, repairs: [] });
  });

  it('drops a __proto__ member like any other surplus one, without a trace in the prototype', () => {
    const sent = JSON.parse('{"idTag":"04A1","__proto__":{"admin":true},"constructor":{}}');
    const { payload, repairs } = repairRequest('Authorize', sent);
    expect(payload).toStrictEqual({ idTag: '04A1' });
    expect((payload as { admin?: boolean }).admin).toBeUndefined();
    expect(repairs).toEqual(['payload: unknown-member']);
  });

  it('names each repair once, whatever the number of samples: the names are counted by', () => {
    const sampledValue = Array.from({ length: 1000 }, (_, index) => ({
      value: index,
      [`vendor${index}`]: 1,
    }));
    expect(repairRequest('MeterValues', metered(...sampledValue)).repairs).toEqual([
      `${sample}.value: number-for-text`,
      `${sample}: unknown-member`,
    ]);
  });
});
