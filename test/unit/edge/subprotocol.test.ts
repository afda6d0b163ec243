import { expect, test } from 'vitest';
import { offersSubprotocol } from '../../../src/edge/subprotocol.ts';

test.each([
  ['ocpp1.6', true],
  ['ocpp0.1,ocpp1.6', true],
  ['ocpp1.6, ocpp1.5', true],
  [' ocpp2.0.1 ,\tocpp1.6 ', true],
  ['', false],
  ['ocpp1.5', false],
  ['ocpp1.6x', false],
  ['xocpp1.6', false],
  ['OCPP1.6', false],
])('A4, A6: "%s" offers OCPP 1.6: %s', (header, expected) => {
  expect(offersSubprotocol(header)).toBe(expected);
});
