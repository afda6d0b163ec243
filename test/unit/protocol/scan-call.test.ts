import { describe, expect, it } from 'vitest';
import { scanCall } from '../../../src/protocol/scan-call.ts';
import { ACTIONS } from '../../../src/protocol/v16/generated/messages.ts';

const scan = (text: string) => scanCall(new TextEncoder().encode(text));

describe('scanCall', () => {
  it.each(ACTIONS)('reads the head of %s off the first bytes, whatever follows', (action) => {
    expect(scan(`[2,"1f6c-36","${action}",{"never":`)).toEqual({ messageId: '1f6c-36', action });
  });

  it('does not mind white space between the elements', () => {
    expect(scan('\r\n [ 2 ,\t"1" , "Heartbeat" , {} ]')).toEqual({ messageId: '1', action: 'Heartbeat' });
  });

  it('takes ids of 36 characters', () => {
    const messageId = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
    expect(scan(`[2,"${messageId}","Heartbeat",{}]`)).toEqual({ messageId, action: 'Heartbeat' });
  });

  it('reads a view into a larger buffer', () => {
    const frame = Buffer.from('????[2,"1","Heartbeat",{}]').subarray(4);
    expect(scanCall(frame)).toEqual({ messageId: '1', action: 'Heartbeat' });
  });

  it('reads only heads of actions that are wanted', () => {
    const wanted = new Set(['MeterValues']);
    const scanFor = (action: string) => scanCall(Buffer.from(`[2,"1","${action}",{}]`), wanted);
    expect(scanFor('MeterValues')).toEqual({ messageId: '1', action: 'MeterValues' });
    expect(scanFor('Heartbeat')).toBeUndefined();
  });

  it.each([
    ['an answer', '[3,"1",{}]'],
    ['an error', '[4,"1","GenericError","",{}]'],
    ['another type', '[22,"1","Heartbeat",{}]'],
    ['a numeric id', '[2,1,"Heartbeat",{}]'],
    ['an escape in the id', '[2,"\\u0031","Heartbeat",{}]'],
    ['an escape in the action', '[2,"1","Heart\\u0062eat",{}]'],
    ['an id that is not ASCII', '[2,"é","Heartbeat",{}]'],
    ['an id with a control character', '[2,"a\u0001","Heartbeat",{}]'],
    ['an id of 37 characters', `[2,"${'i'.repeat(37)}","Heartbeat",{}]`],
    ['an unknown action', '[2,"1","Heartbeet",{}]'],
    ['an action of another case', '[2,"1","heartbeat",{}]'],
    ['an action that goes on', '[2,"1","HeartbeatX",{}]'],
    ['no payload', '[2,"1","Heartbeat"]'],
    ['a cut action', '[2,"1","Heartb'],
    ['a cut id', '[2,"1'],
    ['nothing', ''],
    ['a bracket', '['],
    ['an object', '{"2":"1"}'],
    ['much white space', `[2,${' '.repeat(500)}"1","Heartbeat",{}]`],
  ])('leaves %s to readFrame', (_what, text) => {
    expect(scan(text)).toBeUndefined();
  });
});
