import { describe, expect, it } from 'vitest';
import { readFrame } from '../../../src/protocol/frame.ts';
import { checkRequest } from '../../../src/protocol/v16/validate.ts';

describe('reading a CALL', () => {
  it('B1: takes message type, id, action and payload', () => {
    expect(readFrame('[2,"19223201","Authorize",{"idTag":"04A1"}]')).toEqual({
      type: 'call',
      messageId: '19223201',
      action: 'Authorize',
      payload: { idTag: '04A1' },
    });
  });

  it('B3: takes null for the empty payload', () => {
    const reading = readFrame('[2,"1","Heartbeat",null]');
    expect(reading).toEqual({ type: 'call', messageId: '1', action: 'Heartbeat', payload: {} });
  });

  it.each([
    ['[2]', undefined],
    ['[2,"1"]', '1'],
    ['[2,"1","Heartbeat"]', '1'],
    ['[2,"1","Heartbeat",{},{}]', '1'],
    ['[2,"1",{},"Heartbeat"]', '1'],
    ['[2,"1",null,{}]', '1'],
  ])('B1: refuses %s with FormationViolation', (frame, messageId) => {
    expect(readFrame(frame)).toMatchObject({ type: 'malformed', code: 'FormationViolation' });
    expect(readFrame(frame)).toHaveProperty('description', expect.stringMatching(/./));
    expect((readFrame(frame) as { messageId?: string }).messageId).toBe(messageId);
  });

  it.each(['"text"', '7', 'false', '[]'])(
    'leaves a payload %s to the schema, which wants an object',
    (payload) => {
      const reading = readFrame(`[2,"1","Heartbeat",${payload}]`);
      if (reading.type !== 'call') throw new Error(reading.type);
      expect(checkRequest('Heartbeat', reading.payload)).toMatchObject({
        code: 'FormationViolation',
        path: '',
      });
    },
  );

  it('B4: takes an id of 36 characters', () => {
    expect(readFrame(`[2,"${'i'.repeat(36)}","Heartbeat",{}]`)).toMatchObject({
      type: 'call',
      messageId: 'i'.repeat(36),
    });
  });

  it('B4: refuses an id of 37 characters, and gives it back for the answer', () => {
    expect(readFrame(`[2,"${'i'.repeat(37)}","Heartbeat",{}]`)).toMatchObject({
      type: 'malformed',
      code: 'FormationViolation',
      messageId: 'i'.repeat(37),
    });
  });

  it('B4: takes an empty id for one, also where the rest is no JSON', () => {
    expect(readFrame('[2,"","Heartbeat",{}]')).toMatchObject({ type: 'call', messageId: '' });
    expect(readFrame('[2,"","Heartbeat",{"a:1}]')).toMatchObject({ type: 'malformed', messageId: '' });
  });

  it('B4: does not send an id of 100 kB back', () => {
    const reading = readFrame(`[2,"${'i'.repeat(100_000)}","Heartbeat",{}]`);
    expect(reading).toMatchObject({ type: 'malformed' });
    expect(reading).not.toHaveProperty('messageId');
  });

  it.each(['7', 'null', 'true', '{}', '[]'])('B4: an id %s is no string and is never echoed', (id) => {
    const reading = readFrame(`[2,${id},"Heartbeat",{}]`);
    expect(reading).toMatchObject({ type: 'malformed', code: 'FormationViolation' });
    expect(reading).not.toHaveProperty('messageId');
  });

  it('B14: leaves the case of the action as it is', () => {
    expect(readFrame('[2,"1","heartbeat",{}]')).toMatchObject({ action: 'heartbeat' });
  });

  it('keeps a __proto__ member a member: no prototype changes, and the schema refuses it', () => {
    const reading = readFrame('[2,"1","Authorize",{"__proto__":{"idTag":"04A1"}}]');
    if (reading.type !== 'call') throw new Error(reading.type);
    expect((reading.payload as { idTag?: string }).idTag).toBeUndefined();
    expect(Object.getPrototypeOf(reading.payload)).toBe(Object.prototype);
    expect(checkRequest('Authorize', reading.payload)).toMatchObject({
      code: 'OccurenceConstraintViolation',
    });
    expect(checkRequest('Authorize', JSON.parse('{"idTag":"1","__proto__":1}'))).toMatchObject({
      code: 'FormationViolation',
      path: '__proto__',
    });
  });
});

describe('reading an answer', () => {
  it('B1: takes a CALLRESULT', () => {
    expect(readFrame('[3,"a-1",{"status":"Accepted"}]')).toEqual({
      type: 'result',
      messageId: 'a-1',
      payload: { status: 'Accepted' },
    });
  });

  it.each(['[3,"a-1",null]', '[3,"a-1"]', '[3,"a-1",{},"surplus"]'])(
    'B3: takes %s for an empty payload',
    (frame) => {
      expect(readFrame(frame)).toEqual({ type: 'result', messageId: 'a-1', payload: {} });
    },
  );

  it('B1: takes a CALLERROR', () => {
    expect(readFrame('[4,"a-1","NotSupported","not here",{"why":"old"}]')).toEqual({
      type: 'error',
      messageId: 'a-1',
      code: 'NotSupported',
      description: 'not here',
      details: { why: 'old' },
    });
  });

  it.each([
    ['[4,"a-1"]', 'GenericError', ''],
    ['[4,"a-1","InternalError"]', 'InternalError', ''],
    ['[4,"a-1","InternalError","broken"]', 'InternalError', 'broken'],
    ['[4,"a-1","InternalError",null,null]', 'InternalError', ''],
    ['[4,"a-1",17,"broken",null]', 'GenericError', 'broken'],
  ])('B1: understands the incomplete CALLERROR %s', (frame, code, description) => {
    expect(readFrame(frame)).toEqual({ type: 'error', messageId: 'a-1', code, description, details: {} });
  });

  it.each([
    ['FormatViolation', 'FormationViolation'],
    ['FormationViolation', 'FormationViolation'],
    ['OccurrenceConstraintViolation', 'OccurenceConstraintViolation'],
    ['OccurenceConstraintViolation', 'OccurenceConstraintViolation'],
    ['VendorTrouble', 'VendorTrouble'],
    ['__proto__', '__proto__'],
  ])('understands the error code %s as %s', (wire, code) => {
    expect(readFrame(`[4,"a-1","${wire}","",{}]`)).toMatchObject({ code });
  });

  it.each(['[3,7,{}]', '[3]', '[3,null,{}]', '[4,7,"GenericError","",{}]', '[4]'])(
    '%s cannot be matched to a CALL and is not answered',
    (frame) => {
      expect(readFrame(frame)).toMatchObject({ type: 'malformed' });
      expect(readFrame(frame)).not.toHaveProperty('messageId');
    },
  );
});

describe('reading what is no frame', () => {
  it.each(['[1,"1","Heartbeat",{}]', '[5,"1","Heartbeat",{}]', '[0]', '[-1,"1"]', '[2.5,"1"]'])(
    'B2: ignores the message type of %s without an answer',
    (frame) => {
      expect(readFrame(frame)).toMatchObject({
        type: 'ignored',
        reason: expect.stringMatching(/^message type/),
      });
    },
  );

  it.each(['', '   ', '\r\n', '\0'])('ignores the empty frame %j (steve #66)', (frame) => {
    expect(readFrame(frame)).toEqual({ type: 'ignored', reason: 'empty frame' });
  });

  it.each([
    '{}',
    'null',
    '7',
    '"text"',
    'true',
    '[]',
    '["2","1","Heartbeat",{}]',
    '[null]',
    '[[2]]',
    'Hello',
    '{"a":',
    '[',
  ])('B16: %s has no id to answer to', (frame) => {
    expect(readFrame(frame)).toMatchObject({ type: 'malformed', code: 'FormationViolation' });
    expect(readFrame(frame)).not.toHaveProperty('messageId');
  });

  it.each([
    ['[2,"cut-1","Heartbeat"', 'cut-1'],
    ['[2,"cut-2","MeterValues",{"connectorId":1,"meterValue":[{"timest', 'cut-2'],
    [' [ 2 , "cut-3" , "Heartbeat", {}', 'cut-3'],
    ['[2,"cut-4","Heartbeat",{},]', 'cut-4'],
    ['[2,"bad-5","Heartbeat",{"a":\0}]', 'bad-5'],
  ])('B16: %j is readable up to the id, so that a CALLERROR can be sent', (frame, messageId) => {
    expect(readFrame(frame)).toMatchObject({ type: 'malformed', code: 'FormationViolation', messageId });
  });

  it.each([
    '[2,"cut',
    '[2,"cut"',
    '[2,7,"Heartbeat"',
    `[2,"${'i'.repeat(37)}","Heartbeat"`,
    '[2,"a\\u0031","Heartbeat"',
  ])('B16: %s is not', (frame) => {
    expect(readFrame(frame)).toMatchObject({ type: 'malformed' });
    expect(readFrame(frame)).not.toHaveProperty('messageId');
  });

  it('reads an answer that lacks its last bracket (Grizzl-E GetConfiguration; lbbrhzn #176, #442)', () => {
    expect(readFrame('[3,"a-1",{"configurationKey":[],"unknownKey":[]}')).toEqual({
      type: 'result',
      messageId: 'a-1',
      payload: { configurationKey: [], unknownKey: [] },
    });
  });

  it.each(['[2,"1","Heartbeat",{}]\0', '[2,"1","Heartbeat",{}]\0\0\r\n', '\uFEFF[2,"1","Heartbeat",{}]'])(
    'reads a frame with padding around it: %j (evcc #3685)',
    (frame) => {
      expect(readFrame(frame)).toMatchObject({ type: 'call', messageId: '1', action: 'Heartbeat' });
    },
  );

  it('does not choke on deep nesting', () => {
    expect(readFrame('['.repeat(400_000))).toMatchObject({ type: 'malformed' });
    expect(readFrame('['.repeat(400_000) + ']'.repeat(400_000))).toMatchObject({ type: 'malformed' });
  });
});
