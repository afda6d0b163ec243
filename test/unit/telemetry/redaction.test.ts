import { expect, test } from 'vitest';
import { redactSecrets, redactUrls } from '../../../src/telemetry/redaction.ts';

test.each([
  ['ftp://user:pass@host/file', 'ftp://user:[redacted]@host/file'],
  ['see https://u:p%40ss@h:1/ and http://h/', 'see https://u:[redacted]@h:1/ and http://h/'],
  ['sftp://:pass@host', 'sftp://:[redacted]@host'],
  ['http://user@host/', 'http://user@host/'],
  ['http://host:8080/a@b', 'http://host:8080/a@b'],
  ['{"location":"ftp://u:p@h/"}', '{"location":"ftp://u:[redacted]@h/"}'],
  ['{"at":"http://h:80/","mail":"a@b"}', '{"at":"http://h:80/","mail":"a@b"}'],
  ['no url: a@b', 'no url: a@b'],
])('%j is shown as %j', (text, shown) => {
  expect(redactUrls(text)).toBe(shown);
});

test('the value of AuthorizationKey is hidden in a request and in a list of configuration keys', () => {
  expect(redactSecrets({ key: 'authorizationkey', value: 'abc' })).toEqual({
    key: 'authorizationkey',
    value: '[redacted]',
  });
  expect(
    redactSecrets({
      configurationKey: [
        { key: 'AuthorizationKey', readonly: false, value: 'abc' },
        { key: 'HeartbeatInterval', readonly: false, value: '60' },
      ],
    }),
  ).toEqual({
    configurationKey: [
      { key: 'AuthorizationKey', readonly: false, value: '[redacted]' },
      { key: 'HeartbeatInterval', readonly: false, value: '60' },
    ],
  });
});

test('what holds no secret is handed back untouched, and never changed in place', () => {
  const clean = { a: [1, { b: 'c' }], key: 'HeartbeatInterval', value: '60' };
  expect(redactSecrets(clean)).toBe(clean);
  const secret = { password: 'x' };
  redactSecrets(secret);
  expect(secret.password).toBe('x');
});

test('signatures, tokens and passwords in the query of a URL are hidden, the rest stays readable', () => {
  expect(
    redactUrls('https://s3.example/fw.bin?X-Amz-Date=20260301&X-Amz-Signature=0a1b&X-Amz-Expires=60'),
  ).toBe('https://s3.example/fw.bin?X-Amz-Date=20260301&X-Amz-Signature=[redacted]&X-Amz-Expires=60');
  expect(redactUrls('{"location":"https://files.example/?token=abc","monkey":"?key=1"}')).toBe(
    '{"location":"https://files.example/?token=[redacted]","monkey":"?key=[redacted]"}',
  );
  expect(redactUrls('a question?key=1 without any URL')).toBe('a question?key=1 without any URL');
});
