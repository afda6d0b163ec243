import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../../src/protocol/error-code.ts';
import { callFrame, errorFrame, readFrame, resultFrame } from '../../../src/protocol/frame.ts';

describe('writing frames', () => {
  it('B1: a CALL has four elements', () => {
    expect(callFrame('a-1', 'Reset', { type: 'Soft' })).toBe('[2,"a-1","Reset",{"type":"Soft"}]');
  });

  it('B1: a CALLRESULT has three', () => {
    expect(resultFrame('a-1', { status: 'Accepted' })).toBe('[3,"a-1",{"status":"Accepted"}]');
  });

  it('B1: a CALLERROR has five, with "" and {} where there is nothing to say', () => {
    expect(errorFrame('a-1', 'NotImplemented')).toBe('[4,"a-1","NotImplemented","",{}]');
    expect(errorFrame('a-1', 'GenericError', 'so', { n: 1 })).toBe('[4,"a-1","GenericError","so",{"n":1}]');
  });

  it.each([undefined, null, {}, { left: undefined }])('B3: sends {} for the payload %j', (payload) => {
    expect(resultFrame('1', payload)).toBe('[3,"1",{}]');
    expect(callFrame('1', 'ClearCache', payload)).toBe('[2,"1","ClearCache",{}]');
  });

  it('B15: leaves undefined members out, in inner objects too', () => {
    const payload = { idTagInfo: { status: 'Accepted', parentIdTag: undefined, expiryDate: undefined } };
    expect(resultFrame('1', payload)).toBe('[3,"1",{"idTagInfo":{"status":"Accepted"}}]');
  });

  it('sends a payload of any kind as it is: the API passes on what an operator wrote', () => {
    for (const payload of [[], 'text', 0, false, [{}]]) {
      expect(JSON.parse(callFrame('1', 'Reset', payload))[3]).toEqual(payload);
    }
  });

  it('cuts a description at 255 characters, and no character in half', () => {
    const [, , , description] = JSON.parse(errorFrame('1', 'GenericError', `${'x'.repeat(254)}\u{1F50C}`));
    expect(description).toHaveLength(255);
    expect(description.isWellFormed()).toBe(true);
  });

  it('spells every error code as 1.6 does', () => {
    expect(ERROR_CODES).toEqual(
      expect.arrayContaining(['FormationViolation', 'OccurenceConstraintViolation']),
    );
    for (const code of ERROR_CODES) expect(JSON.parse(errorFrame('1', code))[2]).toBe(code);
  });

  it('what is written is read back, whatever the text in it', () => {
    const id = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((text) => text.length <= 36);
    const payload = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(id, fc.string({ unit: 'binary' }), payload, (messageId, action, given) => {
        const sent = JSON.parse(JSON.stringify(given));
        expect(readFrame(callFrame(messageId, action, given))).toEqual({
          type: 'call',
          messageId,
          action,
          payload: sent,
        });
        expect(readFrame(resultFrame(messageId, given))).toEqual({
          type: 'result',
          messageId,
          payload: sent,
        });
        expect(readFrame(errorFrame(messageId, 'GenericError', action.slice(0, 99), given))).toMatchObject({
          type: 'error',
          messageId,
          code: 'GenericError',
          details: sent,
        });
      }),
    );
  });
});
