import { describe, expect, test } from 'vitest';
import { payloadOf } from '../../../src/records/messages.ts';

describe('the payload of a frame as it was sent', () => {
  test.each([
    ['[2,"1","Heartbeat",{}]', '{}'],
    ['[2,"1","DataTransfer",{"a":"]","b":[1,2]}]', '{"a":"]","b":[1,2]}'],
    [' [ 2 , "1" , "X" , { "a" : 1.0 } ] \n', '{ "a" : 1.0 }'],
    ['[2,"Heartbeat\\",","Heartbeat",{"x":1}]', '{"x":1}'],
    ['[2,"\\\\","X",{"x":1}]', '{"x":1}'],
    ['[2,"","X",null]', 'null'],
  ])('of the CALL %s', (frame, payload) => {
    expect(payloadOf(frame, 'call')).toBe(payload);
  });

  test('of a CALLRESULT', () => {
    expect(payloadOf('[3,"a,b",{"status":"Accepted"}]', 'result')).toBe('{"status":"Accepted"}');
  });

  test('of a CALLERROR: its code, description and details', () => {
    expect(payloadOf('[4,"1","GenericError","why, so",{"a":1}]', 'error')).toBe(
      '"GenericError","why, so",{"a":1}',
    );
  });

  test.each([
    ['[2,"1","X",{"a":[1],"b":2', '{"a":[1],"b":2'],
    ['[2,"1","X",{"a":1', '{"a":1'],
    ['[2,"1","X"', ''],
    ['[2,"1', ''],
  ])('of %s, which was cut short, what there is', (frame, payload) => {
    expect(payloadOf(frame, 'call')).toBe(payload);
  });
});
