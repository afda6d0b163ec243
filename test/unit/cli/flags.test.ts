import { expect, test } from 'vitest';
import { readFlags, settingFlags } from '../../../src/cli/flags.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';

test('flags are written --name value or --name=value, and the rest are words', () => {
  expect(
    readFlags(['a', '--ocpp-port', '9220', '--api-port=0', 'b', '--data-dir=a=b'], settingFlags),
  ).toEqual({
    flags: { 'ocpp-port': '9220', 'api-port': '0', 'data-dir': 'a=b' },
    words: ['a', 'b'],
  });
});

test('a setting that is true or false may stand alone', () => {
  expect(readFlags(['--message-log-enabled'], settingFlags).flags).toEqual({ 'message-log-enabled': 'true' });
  expect(readFlags(['--message-log-enabled', 'false'], settingFlags).flags).toEqual({
    'message-log-enabled': 'false',
  });
  expect(readFlags(['--message-log-enabled', '--ocpp-port', '1'], settingFlags).flags).toEqual({
    'message-log-enabled': 'true',
    'ocpp-port': '1',
  });
});

test('the last of equal flags counts, and a value may be empty or negative', () => {
  expect(readFlags(['--ocpp-port', '1', '--ocpp-port=2', '--api-key='], settingFlags).flags).toEqual({
    'ocpp-port': '2',
    'api-key': '',
  });
  expect(readFlags(['--ocpp-port', '-1'], settingFlags).flags).toEqual({ 'ocpp-port': '-1' });
});

test.each([
  [['--ocpp-prt', '1'], 'unknown flag --ocpp-prt; did you mean --ocpp-port?'],
  [['--zzzzzzzzzzzzzzzzzz=1'], 'unknown flag --zzzzzzzzzzzzzzzzzz; see farad --help'],
  [['-p', '1'], 'unknown flag -p'],
  [['--ocpp-port'], '--ocpp-port needs a value: a whole number from 0 to 65535'],
  [['--ocpp-port', '--api-port'], '--ocpp-port needs a value'],
])('%j cannot be understood', (args, message) => {
  expect(() => readFlags(args, settingFlags)).toThrow(UsageError);
  expect(() => readFlags(args, settingFlags)).toThrow(message);
});
