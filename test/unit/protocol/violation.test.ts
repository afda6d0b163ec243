import { describe, expect, it } from 'vitest';
import type { Action } from '../../../src/protocol/v16/actions.ts';
import { checkRequest, checkResponse } from '../../../src/protocol/v16/validate.ts';

const metered = (sampledValue: object) => ({
  connectorId: 1,
  meterValue: [
    { timestamp: '2024-01-01T00:00:00Z', sampledValue: [{ value: '1' }, { value: '2' }, sampledValue] },
  ],
});

describe('what a violation says', () => {
  it.each<[Action, unknown, string]>([
    [
      'MeterValues',
      metered({ value: '3', unit: 'Foo' }),
      'meterValue[0].sampledValue[2].unit: "Foo" is not one of Wh, kWh, varh, kvarh, W, kW, VA, kVA, var, kvar, A, V, K, Celcius, Celsius, Fahrenheit, Percent, Hertz',
    ],
    [
      'MeterValues',
      metered({ value: 3 }),
      'meterValue[0].sampledValue[2].value: must be a string, is a number',
    ],
    ['MeterValues', metered({}), 'meterValue[0].sampledValue[2].value: is missing'],
    [
      'MeterValues',
      metered({ value: '3', extra: 1 }),
      'meterValue[0].sampledValue[2].extra: is not known here',
    ],
    ['MeterValues', { connectorId: 1, meterValue: {} }, 'meterValue: must be an array, is an object'],
    ['Authorize', { idTag: 'x'.repeat(21) }, 'idTag: has more than 20 characters'],
    ['Authorize', { idTag: null }, 'idTag: must be a string, is null'],
    ['Authorize', [], 'payload: must be an object, is an array'],
    ['Authorize', 'text', 'payload: must be an object, is a string'],
    ['CancelReservation', { reservationId: 1.5 }, 'reservationId: must be an integer, is a fraction'],
    [
      'StatusNotification',
      { connectorId: 1, errorCode: 'NoError', status: 'Occupied' },
      'status: "Occupied" is not one of Available, Preparing, Charging, SuspendedEVSE, SuspendedEV, Finishing, Reserved, Unavailable, Faulted',
    ],
    ['Heartbeat', { at: 1 }, 'at: is not known here'],
    [
      'SecurityEventNotification',
      { type: 'x', timestamp: '2022-02-29T00:00:00Z' },
      'timestamp: "2022-02-29T00:00:00Z" is not an RFC 3339 date and time',
    ],
    ['GetDiagnostics', { location: 'here' }, 'location: "here" is not a URI'],
  ])('%s %j', (action, payload, description) => {
    expect(checkRequest(action, payload)?.description).toBe(description);
  });

  it('says it of responses too', () => {
    const period = { startPeriod: 0, limit: 8.15 };
    const chargingSchedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [period] };
    expect(checkResponse('GetCompositeSchedule', { status: 'Accepted', chargingSchedule })).toEqual({
      code: 'PropertyConstraintViolation',
      path: 'chargingSchedule.chargingSchedulePeriod[0].limit',
      description: 'chargingSchedule.chargingSchedulePeriod[0].limit: 8.15 is not a multiple of 0.1',
    });
    expect(
      checkResponse('GetInstalledCertificateIds', { status: 'Accepted', certificateHashData: [] })
        ?.description,
    ).toBe('certificateHashData: needs at least 1 element(s)');
    // Amperfied, evcc #17836
    expect(checkResponse('GetCompositeSchedule', { status: 'Accepted', scheduleStart: '0' })?.path).toBe(
      'scheduleStart',
    );
  });

  it('repeats only the beginning of long texts of the charge point, and no half characters', () => {
    const long = `${'x'.repeat(39)}\u{1F50C}${'y'.repeat(5000)}`;
    for (const payload of [
      { connectorId: 1, errorCode: 'NoError', status: long },
      { [long]: 1, connectorId: 1, errorCode: 'NoError', status: 'Available' },
    ]) {
      const description = checkRequest('StatusNotification', payload)?.description ?? '';
      expect(description.length).toBeGreaterThan(40);
      expect(description.length).toBeLessThan(255);
      expect(description.isWellFormed()).toBe(true);
    }
  });

  it('shortens a long list of values between two of them', () => {
    const violation = checkRequest('MeterValues', metered({ value: '1', measurand: 'Foo' }));
    expect(violation?.description).toMatch(/Energy\.Reactive\.Import\.Register, \.\.\.$/);
    expect(violation?.description.length).toBeLessThan(255);
  });

  it('belongs to the call just made: a valid payload after a broken one is valid', () => {
    expect(checkRequest('Authorize', {})).toBeDefined();
    expect(checkRequest('Authorize', { idTag: 'A' })).toBeUndefined();
    expect(checkRequest('Authorize', {})).toBeDefined();
  });

  it('is asked about known actions only', () => {
    expect(() => checkRequest('toString' as Action, {})).toThrow(TypeError);
    expect(() => checkResponse('__proto__' as Action, {})).toThrow(TypeError);
  });
});
