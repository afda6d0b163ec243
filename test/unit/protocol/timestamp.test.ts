import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTimestamp, readTimestamp, writeTimestamp } from '../../../src/protocol/timestamp.ts';

describe('reading a timestamp', () => {
  it.each([
    ['2024-05-17T10:20:30Z', '2024-05-17T10:20:30.000Z'],
    ['2024-05-17T10:20:30.1Z', '2024-05-17T10:20:30.100Z'],
    ['2024-05-17T10:20:30.123456789Z', '2024-05-17T10:20:30.123Z'],
    ['2024-05-17T10:20:30.999999Z', '2024-05-17T10:20:30.999Z'],
    ['2024-05-17T10:20:30+02:00', '2024-05-17T08:20:30.000Z'],
    ['2024-05-17T23:20:30.5-05:30', '2024-05-18T04:50:30.500Z'],
    ['2024-05-17T10:20:30-00:00', '2024-05-17T10:20:30.000Z'],
    ['2024-05-17t10:20:30z', '2024-05-17T10:20:30.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('C14: %s is %s and needs no repair', (text, utc) => {
    expect(readTimestamp(text)).toEqual({ epochMs: new Date(utc).getTime() });
    expect(isTimestamp(text)).toBe(true);
  });

  it.each([
    ['2024-05-17T10:20:30', '2024-05-17T10:20:30Z', 'no-zone'], // Growatt, evcc #10399
    ['2024-05-17T10:20:30.5', '2024-05-17T10:20:30.500Z', 'no-zone'],
    ['2024-05-17T10:20:30+02', '2024-05-17T08:20:30Z', 'hour-only-offset'], // monta #5, #53
    ['2024-05-17T10:20:30+0230', '2024-05-17T07:50:30Z', 'offset-without-colon'],
    ['2024-05-17T10:20:30+00:00Z', '2024-05-17T10:20:30Z', 'zone-twice'],
    ['2024-05-17 10:20:30Z', '2024-05-17T10:20:30Z', 'space-for-t'],
    ['2024-05-17T10:20Z', '2024-05-17T10:20:00Z', 'no-seconds'],
    ['2024-05-17T10:20:30,25Z', '2024-05-17T10:20:30.250Z', 'comma-fraction'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z', 'leap-second'],
    ['2024-02-29T24:00:00Z', '2024-03-01T00:00:00Z', 'hour-24'],
    ['2024-12-31T24:00:00.000+01:00', '2024-12-31T23:00:00Z', 'hour-24'],
    ['2024-1-1T24:0:0Z', '2024-01-02T00:00:00Z', 'one-digit'],
    [' 2024-05-17T10:20:30Z\n', '2024-05-17T10:20:30Z', 'surrounding-space'],
    ['2024-05-17 10:20', '2024-05-17T10:20:00Z', 'space-for-t'],
    ['2026-11-29T3:11:55Z', '2026-11-29T03:11:55Z', 'one-digit'],
    ['2026-1-9T03:11:55Z', '2026-01-09T03:11:55Z', 'one-digit'],
    ['2026-11-29T13:1:5.25+1:00', '2026-11-29T12:01:05.250Z', 'one-digit'],
    ['2026-1-9 3:1:5', '2026-01-09T03:01:05Z', 'one-digit'],
    ['2026-11-29T3:11', '2026-11-29T03:11:00Z', 'one-digit'],
    ['2024-01-01T10:00:00+2', '2024-01-01T08:00:00Z', 'one-digit'],
    ['2024-01-01T10:00:0Z', '2024-01-01T10:00:00Z', 'one-digit'],
  ])('%j is read as %s, repaired (%3$s)', (text, utc, repair) => {
    expect(readTimestamp(text)).toEqual({ epochMs: new Date(utc).getTime(), repair });
    expect(isTimestamp(text)).toBe(false);
  });

  it.each([
    '2022-02-29T10:00:00Z', // ABB, steve #769
    '1900-02-29T10:00:00Z',
    '2024-04-31T10:00:00Z',
    '2024-13-01T10:00:00Z',
    '2024-00-10T10:00:00Z',
    '2024-01-00T10:00:00Z',
    '2024-01-01T24:00:01Z',
    '2024-01-01T24:00:00.001Z',
    '2024-01-01T24:01:00Z',
    '2024-01-01T25:00:00Z',
    '2024-01-01T10:60:00Z',
    '2024-01-01T10:00:61Z',
    '2024-01-01T10:00:00+24:00',
    '2024-01-01T10:00:00+02:60',
    '2024-01-01T10:00:00.Z',
    '2024-01-01T10:00:00.5.5Z',
    '2024-01-01T10:00:00ZZ',
    '2024-01-01T10:00:00 UTC',
    '2024-1-32T10:00:00Z',
    '2024-1-1T25:0:0Z',
    '2024-01-01T:00:00Z',
    '2024-01-01T10:00:00+',
    '2024-01-01T10:00:',
    '2024-01-01X10:00:00Z',
    '2024-01-01',
    '24-01-01T10:00:00Z',
    '2024/01/01T10:00:00Z',
    '-024-01-01T10:00:00Z',
    '0',
    '1700000000',
    '',
    ' ',
    'yesterday',
    `2024-01-01T10:00:00.${'1'.repeat(100)}Z`,
    '２024-01-01T10:00:00Z',
  ])('%j is no moment', (text) => {
    expect(readTimestamp(text)).toBeUndefined();
    expect(isTimestamp(text)).toBe(false);
  });

  it('agrees with the calendar of the platform on every moment of four digit years', () => {
    const moment = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moment, fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 }), (date, offset) => {
        expect(readTimestamp(date.toISOString())).toEqual({ epochMs: date.getTime() });
        const minutes = Math.abs(offset);
        const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
        const text = date.toISOString().replace('Z', zone);
        expect(readTimestamp(text)).toEqual({ epochMs: date.getTime() - offset * 60_000 });
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readTimestamp(text)));
  });
});

describe('writing a timestamp', () => {
  it('C14: sends UTC with milliseconds and Z', () => {
    expect(writeTimestamp(0)).toBe('1970-01-01T00:00:00.000Z');
    expect(writeTimestamp(1_715_941_230_007)).toBe('2024-05-17T10:20:30.007Z');
  });

  it('writes each moment, not the one before', () => {
    const texts = [5, 5, 6, 5].map(writeTimestamp);
    expect(texts.map((text) => readTimestamp(text)?.epochMs)).toEqual([5, 5, 6, 5]);
  });

  it('refuses what is no moment', () => {
    expect(() => writeTimestamp(Number.NaN)).toThrow(RangeError);
    expect(() => writeTimestamp(Number.POSITIVE_INFINITY)).toThrow(RangeError);
  });
});

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
