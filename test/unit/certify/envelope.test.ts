import { describe, expect, test } from 'vitest';
import { callId, envelopeFault } from '../../../src/certify/envelope.ts';

describe('B1: the envelope of a frame of the Central System', () => {
  test.each([
    '[2,"1","Reset",{"type":"Hard"}]',
    '[3,"1",{}]',
    '[4,"1","NotImplemented","",{}]',
    `[3,"${'x'.repeat(36)}",{}]`,
  ])('%s is right', (frame) => {
    expect(envelopeFault(frame)).toBeUndefined();
  });

  test.each([
    ['not JSON', 'a frame that is a JSON array'],
    ['{}', 'a frame that is a JSON array'],
    ['[5,"1",{}]', 'message type 2, 3 or 4'],
    ['["3","1",{}]', 'message type 2, 3 or 4'],
    ['[3,1,{}]', 'a messageId of 1 to 36 characters'],
    ['[3,"",{}]', 'a messageId of 1 to 36 characters'],
    [`[3,"${'x'.repeat(37)}",{}]`, 'a messageId of 1 to 36 characters'],
    ['[2,"1","Reset"]', 'CALL [2, messageId, action, payload]'],
    ['[2,"1","Reset",{},{}]', 'CALL [2, messageId, action, payload]'],
    ['[2,"1","Reset",null]', 'CALL [2, messageId, action, payload]'],
    ['[3,"1"]', 'CALLRESULT [3, messageId, payload]'],
    ['[3,"1",null]', 'CALLRESULT [3, messageId, payload]'],
    ['[3,"1",{},{}]', 'CALLRESULT [3, messageId, payload]'],
    ['[4,"1","NotImplemented"]', 'CALLERROR [4, messageId, code, description, details]'],
    ['[4,"1","NotImplemented",null,{}]', 'CALLERROR [4, messageId, code, description, details]'],
    ['[4,"1","NotImplemented","",null]', 'CALLERROR [4, messageId, code, description, details]'],
  ])('%s is wrong', (frame, expected) => {
    expect(envelopeFault(frame)?.expected).toBe(expected);
  });
});

test('only a CALL has the id of a CALL', () => {
  expect(callId('[2,"17","Reset",{}]')).toBe('17');
  expect(callId('[3,"17",{}]')).toBeUndefined();
  expect(callId('nonsense')).toBeUndefined();
});
