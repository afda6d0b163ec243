import { describe, expect, test } from 'vitest';
import { SampleClock } from '../../../src/workers/sample-time.ts';
import { digestOf, flattenMeterValues } from '../../../src/workers/v16/flatten-meter-values.ts';
import { meterValuesSource } from '../../../src/workers/v16/meter-source.ts';
import { RECEIVED_AT, source } from './meter-values-fixtures.ts';

const TIME = '2026-03-01T11:59:00Z';
const one = (sample: unknown) => flattenMeterValues([{ timestamp: TIME, sampledValue: [sample] }], source);

describe('samples that break the schema', () => {
  test.each([
    [
      'a measurand with a newline',
      { value: '5', measurand: 'Voltage\n' },
      { measurand: 'Voltage', flags: [] },
    ],
    ['a measurand in other case', { value: '5', measurand: 'voltage' }, { measurand: 'Voltage', flags: [] }],
    [
      'an invented measurand',
      { value: '5', measurand: 'Charm' },
      { measurand: 'Charm', flags: ['measurand-unknown'] },
    ],
    [
      'an endless measurand',
      { value: '5', measurand: 'x'.repeat(900) },
      { measurand: 'x'.repeat(64), flags: ['measurand-unknown'] },
    ],
    ['an invented context', { value: '5', context: 'Now' }, { context: 'Now', flags: ['context-unknown'] }],
    ['the unit Hz', { value: '50', measurand: 'Frequency', unit: 'Hz' }, { unit: 'Hertz', flags: [] }],
    ['the unit °C', { value: '20', measurand: 'Temperature', unit: '°C' }, { unit: 'Celsius', flags: [] }],
    ['a unit that is none', { value: '5', unit: 'furlong' }, { unit: 'furlong', flags: ['unit-unknown'] }],
    ['an empty unit', { value: '5', unit: '' }, { unit: 'Wh', flags: [] }],
    ['a member that is null', { value: '5', phase: null }, { phase: '', flags: [] }],
    ['a number for the value', { value: 5.5 }, { value: 5.5, rawValue: '5.5', flags: [] }],
    ['the bare value', '17', { value: 17, rawValue: '17', flags: [] }],
    ['an empty value', { value: '' }, { value: null, rawValue: '', flags: ['value-empty'] }],
    [
      'a value that is no number',
      { value: '5,5' },
      { value: null, rawValue: '5,5', flags: ['value-not-numeric'] },
    ],
    [
      'a value beyond all numbers',
      { value: '1e999' },
      { value: null, rawValue: '1e999', flags: ['value-not-numeric'] },
    ],
    [
      'no value',
      { measurand: 'Voltage' },
      { value: null, rawValue: '{"measurand":"Voltage"}', flags: ['unreadable'] },
    ],
    ['a list in its place', [1, 2], { value: null, rawValue: '[1,2]', flags: ['unreadable'] }],
  ])('%s', (_, sample, expected) => {
    expect(one(sample)).toMatchObject([expected]);
  });

  test.each([
    ['no list at all', undefined, 0],
    ['an empty list of samples', [{ timestamp: TIME, sampledValue: [] }], 0],
    ['no samples', [{ timestamp: TIME }], 0],
    ['one thing for a list', { timestamp: TIME, sampledValue: { value: '5' } }, 1],
    ['garbage beside a sample', ['?', { timestamp: TIME, sampledValue: [{ value: '5' }] }], 2],
  ])('%s gives what can be kept', (_, meterValue, rows) => {
    expect(flattenMeterValues(meterValue, source)).toHaveLength(rows);
  });
});

describe('the time of a sample', () => {
  test.each([
    ['2026-03-01T11:59:00.250Z', Date.UTC(2026, 2, 1, 11, 59, 0, 250), []],
    ['2026-03-01T13:59:00+02', Date.UTC(2026, 2, 1, 11, 59), ['timestamp-repaired']],
    ['2026-03-01T11:59:00', Date.UTC(2026, 2, 1, 11, 59), ['timestamp-repaired']],
    ['1970-01-01T00:00:05Z', RECEIVED_AT, ['timestamp-implausible', 'sent:1970-01-01T00:00:05Z']],
    [
      '2000-01-01T0:0:5Z',
      RECEIVED_AT,
      ['timestamp-repaired', 'timestamp-implausible', 'sent:2000-01-01T0:0:5Z'],
    ],
    ['2031-01-01T00:00:00Z', RECEIVED_AT, ['timestamp-in-future', 'sent:2031-01-01T00:00:00Z']],
    ['2026-03-01T14:00:00Z', Date.UTC(2026, 2, 1, 14), ['timestamp-in-future']],
    ['9999-01-01T00:00:00Z', RECEIVED_AT, ['timestamp-out-of-range', 'sent:9999-01-01T00:00:00Z']],
    ['1969-12-31T23:59:59Z', RECEIVED_AT, ['timestamp-out-of-range', 'sent:1969-12-31T23:59:59Z']],
    ['2022-02-29T00:00:00Z', RECEIVED_AT, ['timestamp-unreadable', 'sent:2022-02-29T00:00:00Z']],
    ['0', RECEIVED_AT, ['timestamp-unreadable', 'sent:0']],
    ['x'.repeat(100), RECEIVED_AT, ['timestamp-unreadable', `sent:${'x'.repeat(40)}`]],
    [17, RECEIVED_AT, ['timestamp-unreadable', 'sent:17']],
    [null, RECEIVED_AT, ['timestamp-unreadable', 'sent:null']],
    [undefined, RECEIVED_AT, ['timestamp-missing']],
  ])('E5: %s', (timestamp, ts, flags) => {
    expect(new SampleClock([timestamp], RECEIVED_AT).read(timestamp)).toEqual({ ts, flags });
  });

  test('samples of a clock that was never set keep their distances, the newest one is taken at receipt', () => {
    const sent = ['1970-01-01T00:00:42Z', '1970-01-01T01:00:42Z', '2026-03-01T11:00:00Z', 'x'];
    const clock = new SampleClock(sent, RECEIVED_AT);
    expect(sent.map((timestamp) => clock.read(timestamp).ts)).toEqual([
      RECEIVED_AT - 3_600_000,
      RECEIVED_AT,
      Date.UTC(2026, 2, 1, 11),
      RECEIVED_AT,
    ]);
  });

  test('a distance of years says nothing', () => {
    const sent = ['1970-01-01T00:00:42Z', '2031-01-01T00:00:00Z'];
    const clock = new SampleClock(sent, RECEIVED_AT);
    expect(sent.map((timestamp) => clock.read(timestamp).ts)).toEqual([RECEIVED_AT, RECEIVED_AT]);
  });
});

describe('connector and transaction of MeterValues', () => {
  const context = {
    chargePointId: 'CP-1',
    receivedAt: RECEIVED_AT,
    openTransactions: [
      [0, 5],
      [1, 11],
      [2, 22],
    ] as const,
  };

  test.each([
    ['F2: the main meter has no transaction', { connectorId: 0 }, 0, null, []],
    ['a named transaction', { connectorId: 1, transactionId: 99 }, 1, 99, []],
    ['none named: the one on the connector', { connectorId: 2 }, 2, 22, ['transaction-inferred']],
    ['none named and none running', { connectorId: 3 }, 3, null, []],
    [
      'E6: -1 means the one on the connector',
      { connectorId: 1, transactionId: -1 },
      1,
      11,
      ['transaction-inferred'],
    ],
    ['E6: 0 is no id either', { connectorId: 3, transactionId: 0 }, 3, null, ['transaction-unknown']],
    [
      'F5: a number beyond 32 bits',
      { connectorId: 1, transactionId: 2 ** 63 },
      1,
      null,
      ['transaction-out-of-range'],
    ],
    ['a connector beyond 32 bits', { connectorId: 2 ** 40 }, 0, null, ['connector-out-of-range']],
    ['no connector', {}, 0, null, ['connector-missing']],
  ])('%s', (_, payload, connectorId, transactionId, flags) => {
    expect(meterValuesSource(payload, context)).toMatchObject({ connectorId, transactionId, flags });
  });
});

describe('the digest of a message', () => {
  const digest = (...samples: object[]) =>
    digestOf(flattenMeterValues([{ timestamp: TIME, sampledValue: samples }], source));

  test('takes register and power over all phases, in Wh and W', () => {
    expect(
      digest(
        { value: '12.5', unit: 'kWh' },
        { value: '7.4', measurand: 'Power.Active.Import', unit: 'kW' },
        { value: '2', measurand: 'Power.Active.Import', unit: 'kW', phase: 'L1' },
        { value: '230', measurand: 'Voltage' },
      ),
    ).toEqual({ connectorId: 1, lastRegisterWh: 12_500, powerW: 7400, at: Date.UTC(2026, 2, 1, 11, 59) });
  });

  test('adds up the phases where there is nothing else, but no voltages between them', () => {
    const power = (phase: string, value: string) => ({ value, phase, measurand: 'Power.Active.Import' });
    expect(
      digest(power('L1', '100'), power('L2', '200'), power('L3', '300'), power('L1-L2', '9'))?.powerW,
    ).toBe(600);
  });

  test('takes the newest of several times, in whatever order they come', () => {
    const rows = flattenMeterValues(
      [
        { timestamp: '2026-03-01T11:58:00Z', sampledValue: [{ value: '20' }] },
        { timestamp: '2026-03-01T11:59:00Z', sampledValue: [{ value: '30' }] },
        { timestamp: '2026-03-01T11:57:00Z', sampledValue: [{ value: '10' }] },
      ],
      source,
    );
    expect(digestOf(rows)).toEqual({ connectorId: 1, lastRegisterWh: 30, at: Date.UTC(2026, 2, 1, 11, 59) });
  });

  test('is not what the register was at when the transaction began, wherever that is repeated', () => {
    const begin = { value: '1000', context: 'Transaction.Begin' };
    expect(digest({ value: '2000' }, begin)?.lastRegisterWh).toBe(2000);
    expect(digest(begin, { value: '3000' })?.lastRegisterWh).toBe(3000);
    expect(digest(begin)?.lastRegisterWh).toBeUndefined();
    expect(digest({ ...begin, measurand: 'Power.Active.Import' })?.powerW).toBe(1000);
  });

  test('mixes no places: the outlet counts, else the best of the others, in whatever order and however old', () => {
    const power = (value: string, location?: string) => ({
      value,
      measurand: 'Power.Active.Import',
      ...(location !== undefined && { location }),
    });
    const inlet = { value: '52000', location: 'Inlet' };
    expect(digest(inlet, { value: '50000' }, { value: '9', location: 'Body' })?.lastRegisterWh).toBe(50_000);
    expect(digest(power('7700', 'Inlet'), power('7000'), power('6900', 'EV'))).toMatchObject({
      powerW: 7000,
    });
    expect(digest(power('6900', 'EV'), power('7700', 'Inlet'), inlet)).toMatchObject({
      powerW: 7700,
      powerPlace: 1,
      lastRegisterWh: 52_000,
      registerPlace: 1,
    });
    const outletBefore = flattenMeterValues(
      [
        { timestamp: '2026-03-01T11:58:00Z', sampledValue: [{ value: '50000' }] },
        { timestamp: '2026-03-01T11:59:00Z', sampledValue: [inlet] },
      ],
      source,
    );
    expect(digestOf(outletBefore)).toMatchObject({ lastRegisterWh: 50_000 });
    // One phase at the outlet is not made whole by another at the inlet.
    const phase = (phase: string, location: string) => ({ ...power('100', location), phase });
    expect(digest(phase('L1', 'Outlet'), phase('L2', 'Inlet'))?.powerW).toBe(100);
    expect(digest(phase('N', 'Outlet'), power('5', 'Inlet'))?.powerW).toBe(5);
  });

  test('counts a phase once, whatever it is called and however often it is told', () => {
    const power = (phase: string, value: string, context = 'Sample.Periodic') => ({
      value,
      phase,
      context,
      measurand: 'Power.Active.Import',
    });
    const twice = [power('L1', '100'), power('L2', '200'), power('L1', '100', 'Sample.Clock')];
    expect(digest(...twice, power('L2-N', '200'))?.powerW).toBe(300);
  });

  test('takes no interval for a register, and nothing that no meter can show', () => {
    expect(
      digest({ value: '250', measurand: 'Energy.Active.Import.Interval' })?.lastRegisterWh,
    ).toBeUndefined();
    expect(digest({ value: '1e15' }, { value: '-5' })?.lastRegisterWh).toBeUndefined();
    expect(digest({ value: '7000' }, { value: '1e15' })?.lastRegisterWh).toBe(7000);
    expect(digest({ value: '7e9', measurand: 'Power.Active.Import' })?.powerW).toBeUndefined();
    expect(digest({ value: '350', unit: 'kW', measurand: 'Power.Active.Import' })?.powerW).toBe(350_000);
  });

  test('leaves out what is no number, and is none without samples', () => {
    expect(digest({ value: 'n/a' }, { value: '5', format: 'SignedData' })).toEqual({
      connectorId: 1,
      at: Date.UTC(2026, 2, 1, 11, 59),
    });
    expect(digest()).toBeUndefined();
  });
});
