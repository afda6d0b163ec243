import { describe, expect, test } from 'vitest';
import { prefixSegments, readTarget } from '../../../src/edge/request-target.ts';

const prefix = prefixSegments('/ocpp');
const identity = (path: string): unknown => {
  const target = readTarget(path, prefix);
  return target.kind === 'charge-point' ? target.chargePointId : target.kind;
};

describe('the path of a request', () => {
  test.each([
    ['/ocpp/CP-1', 'CP-1'],
    ['//ocpp//CP-1//', 'CP-1'],
    ['/ocpp/RDAM%20123', 'RDAM 123'],
    ['/ocpp/A%2525', 'A%25'],
    ['/ocpp/A%2FB', 'A/B'],
    ['/ocpp/A&B', 'A&B'],
    ['/ocpp/CP-1&x=', 'CP-1'],
    ['/ocpp/CP-1&x=1&y=2', 'CP-1'],
    ['/ocpp/A%26x%3D1', 'A&x=1'],
    [`/ocpp/${'x'.repeat(255)}`, 'x'.repeat(255)],
  ])('A1: %s names its charge point', (path, expected) => {
    expect(identity(path)).toBe(expected);
  });

  test.each([
    '/ocpp/%',
    '/ocpp/%E4%zz',
    '/ocpp/%FF',
    '/ocpp/%ED%A0%80',
    '/ocpp/CP\u00e4',
    '/ocpp/CP 1',
    '/ocpp/%0A',
    '/ocpp/%7F',
    '/ocpp/&x=1',
    `/ocpp/${'x'.repeat(256)}`,
    `/ocpp/${'%C3%A4'.repeat(128)}`,
  ])('A1: %s cannot be an identity', (path) => {
    expect(identity(path)).toBe('bad-identity');
  });

  test.each(['/', '', '/ocpp', '/ocpp/', '/OCPP/CP-1', '/ocpp/a/CP-1', '/other/CP-1', '/healthz/'])(
    '%s is elsewhere',
    (path) => {
      expect(identity(path)).toBe('elsewhere');
    },
  );

  test('the prefix may have several segments', () => {
    const long = prefixSegments('/steve/websocket/CentralSystemService');
    expect(readTarget('/steve/websocket/CentralSystemService/CP-1', long)).toMatchObject({
      chargePointId: 'CP-1',
    });
    expect(readTarget('/steve/websocket/CP-1', long)).toEqual({ kind: 'elsewhere' });
  });

  test('/healthz is the health check', () => {
    expect(readTarget('/healthz', prefix)).toEqual({ kind: 'health' });
  });
});
