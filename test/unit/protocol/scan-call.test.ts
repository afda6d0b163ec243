import { describe, expect, it } from 'vitest';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import { ACTIONS } from '../../../src/protocol/v16/generated/messages.ts';
import { scanPlainPayload } from '../../../src/protocol/v16/scan-plain-payload.ts';

const { scanCall } = ocpp16;

/** The head alone: where the payload begins is held to by what is read of it. */
const scan = (text: string) => headOf(scanCall(Buffer.from(text)));

const headOf = (head: ReturnType<typeof scanCall>) =>
  head && { messageId: head.messageId, action: head.action };

const payloadOf = (text: string) => {
  const frame = Buffer.from(text);
  const head = scanCall(frame);
  return head && scanPlainPayload(frame, head.payloadAt);
};

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
    expect(headOf(scanCall(frame))).toEqual({ messageId: '1', action: 'Heartbeat' });
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

describe('scanPlainPayload', () => {
  it.each([
    ['[2,"1","Heartbeat",{}]', {}],
    ['[2,"1","Authorize",{"idTag":"ABC-1"}]', { idTag: 'ABC-1' }],
    ['[2,"1","Authorize",{"idTag":""}]', { idTag: '' }],
    [`[2,"1","Authorize",{"idTag":"${'t'.repeat(20)}"}]`, { idTag: 't'.repeat(20) }],
    [' [ 2 , "1" , "Authorize" , { "idTag" : "A B" } ] \r\n', { idTag: 'A B' }],
    ['[2,"1","Heartbeat", { } ]', {}],
  ])('reads %s', (text, payload) => {
    expect(payloadOf(text)).toEqual(payload);
  });

  it.each([
    ['a longer text', `[2,"1","Authorize",{"idTag":"${'t'.repeat(21)}"}]`],
    ['another member', '[2,"1","DataTransfer",{"vendorId":"V"}]'],
    ['a member that begins alike', '[2,"1","Authorize",{"idTags":"A"}]'],
    ['two members', '[2,"1","Authorize",{"idTag":"A","more":1}]'],
    ['a number', '[2,"1","Authorize",{"idTag":7}]'],
    ['an escape', '[2,"1","Authorize",{"idTag":"\\u0041"}]'],
    ['what is not ASCII', '[2,"1","Authorize",{"idTag":"é"}]'],
    ['a fifth element', '[2,"1","Heartbeat",{},{}]'],
    ['something behind the frame', '[2,"1","Heartbeat",{}]]'],
    ['no closing bracket', '[2,"1","Heartbeat",{}'],
    ['no closing brace', '[2,"1","Authorize",{"idTag":"A"'],
    ['a comma at the end', '[2,"1","Authorize",{"idTag":"A",}]'],
    ['null', '[2,"1","Heartbeat",null]'],
    ['nothing', '[2,"1","Heartbeat",'],
  ])('leaves %s to readFrame', (_what, text) => {
    expect(payloadOf(text)).toBeUndefined();
  });
});
