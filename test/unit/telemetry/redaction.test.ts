import { expect, test } from 'vitest';
import { redactJson, redactSecrets, redactUrls, secretsIn } from '../../../src/telemetry/redaction.ts';

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

test('a configuration key that is called a password is treated like AuthorizationKey, however it is written', () => {
  for (const key of ['AuthorizationKey', ' AUTHORIZATIONKEY ', 'VendorPassword', 'ApiKey', 'wifi_passwd']) {
    expect(redactSecrets({ key, value: 'abcd', readonly: true })).toEqual({
      key,
      value: '[redacted]',
      readonly: true,
    });
    expect(redactSecrets({ key, Value: { deep: 'abcd' } })).toEqual({ key, Value: '[redacted]' });
  }
  for (const key of ['AuthorizeRemoteTxRequests', 'AuthorizationKeyLength', 'PasswordNeeded']) {
    const harmless = { key, value: 'true' };
    expect(redactSecrets(harmless)).toBe(harmless);
  }
});

test('secrets are hidden in JSON that stands in a text, in the names of members, and in words', () => {
  expect(redactJson({ data: '{"password":"abcd","n":1}' })).toEqual({
    data: '{"password":"[redacted]","n":1}',
  });
  expect(redactJson({ 'ftp://u:abcd@h/': 1 })).toEqual({ 'ftp://u:[redacted]@h/': 1 });
  expect(redactJson('password=abcd, Authorization: Basic dXNlcjpwYXNzd29yZDEyMw==')).toBe(
    'password=[redacted], Authorization: Basic [redacted]',
  );
  expect(redactJson('Basic Security Profile; no password')).toBe('Basic Security Profile; no password');
  expect(redactJson('[no JSON')).toBe('[no JSON');
});

test('of JSON from outside every level is looked into, and beyond a hundred nothing is shown', () => {
  const nested = (depth: number, inmost: unknown): unknown =>
    depth === 0 ? inmost : { deeper: nested(depth - 1, inmost) };
  expect(redactJson(nested(90, { password: 'abcd' }))).toEqual(nested(90, { password: '[redacted]' }));
  expect(JSON.stringify(redactJson(nested(5_000, 'abcd')))).not.toContain('abcd');
});

test('what is known to be a secret is found again, and hidden wherever somebody repeats it', () => {
  const told = secretsIn({
    configuration: { key: 'AuthorizationKey', value: 'abcdef' },
    location: 'ftp://user:ghijkl@host/?token=mnopqr',
    note: 'secret: stuvwx',
    pin: { password: 123456 },
    short: 'ftp://user:abc@host/',
  });
  expect(told.sort()).toEqual(['123456', 'abcdef', 'ghijkl', 'mnopqr', 'stuvwx']);
  expect(redactJson(['abcdef is too short', { ghijkl: 'x' }, 'abc'], told)).toEqual([
    '[redacted] is too short',
    { '[redacted]': 'x' },
    'abc',
  ]);
});
