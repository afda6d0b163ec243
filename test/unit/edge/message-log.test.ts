import { describe, expect, test } from 'vitest';
import { cutText, MessageLog, type MessageLogOptions, redactPayload } from '../../../src/edge/message-log.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import type { Exchange } from '../../../src/records/exchanges.ts';
import type { MessageRow } from '../../../src/records/messages.ts';

const speaker = { chargePoint: { id: 'CP' }, dialect: ocpp16 };

describe('redaction of a message', () => {
  test.each([
    ['{"key":"AuthorizationKey","value":"00ff00ff"}'],
    ['{"key":"authorizationkey","value":"00ff00ff"}'],
    ['{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"value":"00ff00ff"}]}'],
    ['{"location":"ftp://user:00ff00ff@host/path"}'],
    ['{"location":"ftp:\\/\\/user:00ff00ff@host\\/path"}'],
    ['{"remoteLocation":"https://user:00ff00ff@host:8443/?a=b"}'],
    ['{"data":{"password":"00ff00ff"}}'],
    ['{"key":"AuthorizationKey","value":"00ff00ff"'],
    ['location: ftp://user:00ff00ff@host'],
    ['{"k\\u0065y":"\\u0041uthorizationKey","value":"00ff00ff"}'],
    ['{"k\\u0065y":"\\u0041uthorizationKey","value":"00ff00ff"'],
    ['{"url":"ftp:\\/\\/user:00ff00ff@host'],
    ['{"data":"{\\"password\\":\\"00ff00ff\\"}"}'],
  ])('%s gives nothing away', (payload) => {
    expect(redactPayload(payload)).not.toContain('00ff00ff');
  });

  test('what holds no secret stays as it was sent, to the letter', () => {
    const payload = '{ "key" : "AuthorizationKeyLength", "value":"1.0" , "url":"http://host/a:b@c" }';
    expect(redactPayload(payload)).toBe(payload);
  });
});

describe('a long payload', () => {
  test('is cut between characters, not inside one', () => {
    expect(cutText('äöü', 5)).toBe('äö');
    expect(cutText('ab😀', 5)).toBe('ab');
    expect(cutText('ab😀', 6)).toBe('ab😀');
    expect(cutText('abc', 3)).toBe('abc');
    expect(cutText('abc', 0)).toBe('');
  });
});

describe('the message log', () => {
  const log = (
    options: Partial<MessageLogOptions> = {},
  ): { log: MessageLog; rows: MessageRow[]; exchanges: Exchange[] } => {
    const rows: MessageRow[] = [];
    const exchanges: Exchange[] = [];
    const messageLog = new MessageLog({
      enabled: true,
      excluded: ['Heartbeat', 'MeterValues'],
      maxPayload: 1000,
      rows: {
        add: (_table, row) => void rows.push(row as unknown as MessageRow),
        exchange: (exchange) => void exchanges.push(exchange),
      },
      level: () => 'normal',
      ...options,
    });
    return { log: messageLog, rows, exchanges };
  };

  test('does not want excluded actions', () => {
    expect(['Heartbeat', 'MeterValues', 'Authorize', ''].map((action) => log().log.wants(action))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test('stops when the journal has little room left, or when it is off', () => {
    expect(log({ level: () => 'no-messages' }).log.wants('Authorize')).toBe(false);
    expect(log({ level: () => 'no-samples' }).log.wants('Authorize')).toBe(false);
    expect(log({ enabled: false }).log.wants('Authorize')).toBe(false);
  });

  test('looks for secrets in every message that has a place for one, also in what could not be read', () => {
    const { log: messageLog, rows } = log();
    messageLog.callIn(speaker, '1', 'DataTransfer', '[2,"1","DataTransfer",{"data":"ftp://u:secret@h"}]', 0);
    messageLog.resultOut(speaker, '1', 'DataTransfer', '{"data":"ftp://u:secret@h"}', 0);
    messageLog.callOut(
      speaker,
      '2',
      'ChangeConfiguration',
      '[2,"2","ChangeConfiguration",{"key":"AuthorizationKey","value":"secret"}]',
      0,
    );
    messageLog.answerIn(
      speaker,
      '2',
      'GetConfiguration',
      undefined,
      '[3,"2",{"configurationKey":[{"key":"AuthorizationKey","value":"secret"}]}]',
      0,
    );
    messageLog.answerIn(
      speaker,
      '2',
      '',
      'GenericError',
      '[4,"2","GenericError","",{"u":"ftp://u:secret@h"}]',
      0,
    );
    messageLog.unreadable(speaker, '', 'ftp://u:secret@h', 0);
    expect(rows).toHaveLength(6);
    expect(JSON.stringify(rows)).not.toContain('secret');
  });

  const exchange = (action: string, payload: string, answer = '{}'): Exchange => ({
    chargePointId: 'CP',
    messageId: '1',
    action,
    frame: Buffer.from(`[2,"1","${action}",${payload}]`),
    answer,
    receivedAt: 1,
    answeredAt: 2,
  });

  test('leaves an exchange whole that has no place for a secret and need not be cut', () => {
    const { log: messageLog, rows, exchanges } = log();
    const whole = exchange('Authorize', '{"idTag":"A"}');
    messageLog.exchange(speaker, whole);
    expect(exchanges).toEqual([whole]);
    expect(rows).toEqual([]);
  });

  test('what has no place for a secret is for the version to say', () => {
    const { log: messageLog, rows, exchanges } = log();
    const wary = { ...speaker, dialect: { ...ocpp16, hasNoSecrets: () => false } };
    messageLog.exchange(wary, exchange('Authorize', '{"idTag":"ftp://u:secret@h"}'));
    expect(exchanges).toEqual([]);
    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toContain('secret');
  });

  test('takes an exchange apart that may hold a secret, or is too long', () => {
    const { log: messageLog, rows, exchanges } = log();
    messageLog.exchange(
      speaker,
      exchange('DataTransfer', '{"data":"ftp://u:secret@h"}', '{"data":"ftp://u:secret@h"}'),
    );
    messageLog.exchange(speaker, exchange('StopTransaction', `{"idTag":"${'A'.repeat(1000)}"}`));
    messageLog.exchange(speaker, exchange('Authorize', '{"idTag":"A"}', `"${'a'.repeat(1000)}"`));
    expect(exchanges).toEqual([]);
    expect(
      rows.map(({ direction, type, action, receivedAt }) => [direction, type, action, receivedAt]),
    ).toEqual(
      ['DataTransfer', 'StopTransaction', 'Authorize'].flatMap((action) => [
        ['in', 'CALL', action, 1],
        ['out', 'CALLRESULT', action, 2],
      ]),
    );
    expect(JSON.stringify(rows)).not.toContain('secret');
    expect(rows.every(({ payload }) => payload.length <= 1000)).toBe(true);
  });
});
