import { expect, test } from 'vitest';
import { redactJson, redactSecrets, redactUrls, secretsIn } from '../../../src/telemetry/redaction.ts';

test.each([
  ['ftp://user:pass@host/file', 'ftp://user:[redacted]@host/file'],
  ['see https://u:p%40ss@h:1/ and http://h/', 'see https://u:[redacted]@h:1/ and http://h/'],
  ['sftp://:pass@host', 'sftp://:[redacted]@host'],
  ['ftp://TOKEN@host/file', 'ftp://[redacted]@host/file'],
  ['FTP://TOKEN@host/', 'FTP://[redacted]@host/'],
  ['ftp://TOKEN:@host/', 'ftp://[redacted]@host/'],
  ['https://TOKEN:x-oauth-basic@host/', 'https://[redacted]@host/'],
  ['ftp://TOKEN@/file', 'ftp://[redacted]@/file'],
  ['ftp://TO@KEN@host/', 'ftp://[redacted]@host/'],
  ['ftp://user:p@ss@host/', 'ftp://user:[redacted]@host/'],
  ['ftp://TOKEN%40host/', 'ftp://[redacted]%40host/'],
  ['ftp://user%3Apass@host/', 'ftp://[redacted]@host/'],
  ['ftp:///TOKEN@host/', 'ftp:///[redacted]@host/'],
  ['http:/TOKEN@host/', 'http:/[redacted]@host/'],
  ['http:\\\\TOKEN@host/', 'http:\\\\[redacted]@host/'],
  ['ftp:\\/\\/TOKEN@host/', 'ftp:\\/\\/[redacted]@host/'],
  ['//TOKEN@host/', '//[redacted]@host/'],
  ['ftp://DOMAIN\\user:pass@host/', 'ftp://DOMAIN\\user:[redacted]@host/'],
  ["ftp://user:it's@host/", 'ftp://user:[redacted]@host/'],
  ['ftp://user:pa/ss@host/', 'ftp://user:[redacted]@host/'],
  ['ftp://user:pa#s?s@host/', 'ftp://user:[redacted]@host/'],
  ['ftp://user:pa"s s@host/', 'ftp://user:[redacted]@host/'],
  [
    'fetch <ftp://TOKEN@host>, then ftp://OTHER@host',
    'fetch <ftp://[redacted]@host>, then ftp://[redacted]@host',
  ],
  ['https://h/?u=ftp%3A%2F%2FTOKEN%40host%2F', 'https://h/?u=ftp%3A%2F%2F%5Bredacted%5D%40host%2F'],
  [
    'https://h/?u=ftp%253A%252F%252FTOKEN%2540host',
    'https://h/?u=ftp%253A%252F%252F%255Bredacted%255D%2540host',
  ],
  ['https://h/?u=https%3A%2F%2Fh%2F%3Fsig%3DABCD', 'https://h/?u=https%3A%2F%2Fh%2F%3Fsig%3D%5Bredacted%5D'],
  ['{"at":"ftp://TOKEN@h/","n":"\\""}', '{"at":"ftp://[redacted]@h/","n":"\\""}'],
  ['http://[::1]:8080/a@b', 'http://[::1]:8080/a@b'],
  ['https://host/fw@2.1/image.bin', 'https://host/fw@2.1/image.bin'],
  ['https://host/?mail=a@b', 'https://host/?mail=a@b'],
  ['https://host/a%20b%3Ac', 'https://host/a%20b%3Ac'],
  ['C:/me/a@b', 'C:/me/a@b'],
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

test.each([
  'sig',
  'Signature',
  'X-Amz-Signature',
  'x-amz-security-token',
  'X-Goog-Credential',
  'AWSAccessKeyId',
  'token',
  'access_token',
  'refreshToken',
  'client_secret',
  'apikey',
  'pass',
  'pwd',
  'auth',
  'sessionid',
  '%74oken',
])('the parameter %s of a URL is hidden, wherever in the query it stands', (name) => {
  for (const before of ['?', '?a=1&', '?a=1;', '#']) {
    expect(redactUrls(`https://host/file${before}${name}=AB%43D'e\\f&z=1`)).toBe(
      `https://host/file${before}${name}=[redacted]&z=1`,
    );
  }
});

test('log lines stay JSON, whatever ends a URL', () => {
  for (const text of [
    'see "ftp://TOKEN@host/" now',
    'https://h/?token=abc\\',
    'ftp://u:p\\',
    'https://h/?token=a"b',
    'x\\"//a@b',
  ]) {
    const line = redactUrls(JSON.stringify({ text, nested: JSON.stringify({ text }) }));
    expect(() => JSON.parse(line)).not.toThrow();
    expect(line).not.toContain('TOKEN');
  }
});

test('long text takes no longer than it should', () => {
  for (const piece of [
    'a:\\',
    'a://',
    '?token',
    'a%3a%2f',
    '//',
    'http:',
    'a:b@',
    '&x=',
    'ftp://u:',
    '%25',
  ]) {
    const text = piece.repeat(Math.ceil(65_536 / piece.length));
    expect(redactUrls(redactUrls(text)).length).toBeGreaterThan(0);
  }
});

test('a configuration key that is called a password is treated like AuthorizationKey, however it is written', () => {
  for (const key of [
    'AuthorizationKey',
    ' AUTHORIZATIONKEY ',
    'Authorization_Key',
    'authorization-key',
    'Authorization Key.',
    'Authorization\u200bKey',
    '\uff21uthorizationKey',
    'VendorPassword',
    'ApiKey',
    'wifi_passwd',
    'Wifi.PSK',
  ]) {
    expect(redactSecrets({ key, value: 'abcd', readonly: true })).toEqual({
      key,
      value: '[redacted]',
      readonly: true,
    });
    expect(redactSecrets({ key, Value: { deep: 'abcd' } })).toEqual({ key, Value: '[redacted]' });
    expect(redactSecrets({ VALUE: 'abcd', KEY: key })).toEqual({ VALUE: '[redacted]', KEY: key });
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
    alone: 'ftp://%79zabcd@host/',
  });
  expect(told.sort()).toEqual(['%79zabcd', '123456', 'abcdef', 'ghijkl', 'mnopqr', 'stuvwx', 'yzabcd']);
  expect(redactJson(['abcdef is too short', { ghijkl: 'x' }, 'abc'], told)).toEqual([
    '[redacted] is too short',
    { '[redacted]': 'x' },
    'abc',
  ]);
});

test('a private key in PEM is hidden wherever it stands, also where its end is missing', () => {
  const key = (label: string) => `-----BEGIN ${label}-----\nMIIEvQ==\n-----END ${label}-----`;
  const labels = ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'];
  for (const label of labels) {
    expect(redactJson({ certificate: `a ${key(label)} b` })).toEqual({ certificate: 'a [redacted] b' });
    expect(redactSecrets(`a ${key(label).replaceAll('\n', '\\n')}`)).toBe('a [redacted]');
  }
  expect(redactJson('a -----BEGIN PRIVATE KEY-----\nMIIEvQ')).toBe('a [redacted]');
  expect(redactJson(JSON.stringify({ data: key('PRIVATE KEY') }))).not.toContain('MIIEvQ');
  expect(redactJson(key('CERTIFICATE'))).toBe(key('CERTIFICATE'));
  expect(secretsIn({ certificate: key('PRIVATE KEY') })).toEqual([key('PRIVATE KEY')]);
});
