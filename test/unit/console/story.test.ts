import { expect, test } from 'vitest';
import type { ConnectionEvent, Message } from '../../../src/console/model.ts';
import { storyOf } from '../../../src/console/story.ts';

function message(second: number, more: Partial<Message>): Message {
  return {
    direction: 'in',
    type: 'CALL',
    messageId: 'm1',
    action: '',
    errorCode: '',
    payload: '{}',
    receivedAt: `2026-03-01T12:00:${String(second).padStart(2, '0')}.000Z`,
    ...more,
  };
}

test('a request and its answer are one line, newest first, with what was answered and how long it took', () => {
  const story = storyOf([
    message(9, { direction: 'in', type: 'CALLRESULT', action: 'Reset', payload: '{"status":"Accepted"}' }),
    message(7, { direction: 'out', action: 'Reset', payload: '{"type":"Soft"}' }),
    message(2, {
      direction: 'out',
      type: 'CALLRESULT',
      messageId: 'b',
      payload: '{"transactionId":7,"idTagInfo":{"status":"Blocked"}}',
    }),
    message(1, {
      messageId: 'b',
      action: 'StartTransaction',
      payload: '{"connectorId":1,"idTag":"CARD","meterStart":5}',
    }),
  ]);
  expect(story).toMatchObject([
    {
      action: 'Reset',
      arrow: '→',
      kinds: ['Commands'],
      answer: 'Accepted',
      tone: 'available',
      durationMs: 2000,
    },
    {
      action: 'StartTransaction',
      arrow: '←',
      kinds: ['Transactions', 'Errors'],
      summary: 'connector 1 · CARD · meter 5 Wh · transaction 7',
      answer: 'Blocked',
      tone: 'fault',
    },
  ]);
  expect(story[0]?.frames.map(({ type }) => type)).toEqual(['CALL', 'CALLRESULT']);
});

test('the same message id in both directions are two conversations', () => {
  const story = storyOf([
    message(4, { direction: 'out', type: 'CALLRESULT', action: 'Heartbeat' }),
    message(3, { direction: 'in', type: 'CALLERROR', action: 'ClearCache', errorCode: 'NotImplemented' }),
    message(2, { direction: 'out', action: 'ClearCache' }),
    message(1, { direction: 'in', action: 'Heartbeat' }),
  ]);
  expect(story.map(({ action, answer }) => [action, answer])).toEqual([
    ['ClearCache', 'NotImplemented'],
    ['Heartbeat', ''],
  ]);
});

test('an answer within the millisecond is one line with its request, whichever is listed first', () => {
  const story = storyOf([
    message(5, { direction: 'out', messageId: 'u', action: 'UnlockConnector' }),
    message(5, { type: 'CALLRESULT', messageId: 'u', payload: '{"status":"NotSupported"}' }),
    // The same id once more: what was answered a second before belongs to another request.
    message(4, { direction: 'out', messageId: 'v', action: 'Reset' }),
    message(3, { type: 'CALLRESULT', messageId: 'v', payload: '{"status":"Accepted"}' }),
    message(2, { direction: 'out', messageId: 'v', action: 'ClearCache' }),
  ]);
  expect(story.map(({ action, answer, durationMs }) => [action, answer, durationMs])).toEqual([
    ['UnlockConnector', 'NotSupported', 0],
    ['Reset', 'no answer yet', undefined],
    ['ClearCache', 'Accepted', 1000],
  ]);
});

test('what has no answer says so, a fault stands out, and a cut payload breaks nothing', () => {
  const story = storyOf([
    message(3, { messageId: 'c', type: 'unreadable', payload: '[2,"' }),
    message(2, {
      messageId: 'b',
      action: 'StatusNotification',
      payload: '{"connectorId":2,"errorCode":"GroundFailure","status":"Faulted"}',
    }),
    message(1, { messageId: 'a', direction: 'out', action: 'GetConfiguration', payload: '{"key":["cut' }),
  ]);
  expect(story).toMatchObject([
    { answer: 'unreadable', tone: 'fault', kinds: ['Errors'] },
    {
      answer: 'no answer yet',
      kinds: ['Status', 'Errors'],
      summary: 'connector 2 · Faulted · GroundFailure',
    },
    { answer: 'no answer yet', tone: 'attention', kinds: ['Commands'] },
  ]);
});

test('connections and their ends stand in the story with their reasons; a lost one is an error, an orderly one is not', () => {
  const event = (second: number, more: Partial<ConnectionEvent>): ConnectionEvent => ({
    event: 'closed',
    epoch: 7,
    remoteAddress: '192.0.2.7',
    code: 1000,
    reason: 'closed by the charge point',
    durationMs: 61_000,
    receivedAt: `2026-03-01T12:00:${String(second).padStart(2, '0')}.000Z`,
    ...more,
  });
  const story = storyOf(
    [message(5, { action: 'Heartbeat' })],
    [
      event(9, {}),
      event(6, { event: 'opened', code: null, reason: '', durationMs: null }),
      event(4, { epoch: 6, code: 1006, reason: 'connection lost' }),
      event(2, { event: 'refused', epoch: 0, code: 503, reason: 'too many connections', durationMs: null }),
    ],
  );
  expect(story.map(({ action, summary, answer, kinds }) => [action, summary, answer, kinds])).toEqual([
    ['Disconnected', 'closed by the charge point · after 1 min', '1000', ['Connections']],
    ['Connected', 'from 192.0.2.7', '', ['Connections']],
    ['Heartbeat', '', 'no answer yet', []],
    ['Disconnected', 'connection lost · after 1 min', '1006', ['Connections', 'Errors']],
    ['Connection refused', 'too many connections · from 192.0.2.7', '503', ['Connections', 'Errors']],
  ]);
});
