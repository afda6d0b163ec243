import { describe, expect, test } from 'vitest';
import { readBasicCredentials } from '../../../src/edge/basic-credentials.ts';

const header = (bytes: Buffer | string): string => `Basic ${Buffer.from(bytes).toString('base64')}`;

describe('Basic credentials', () => {
  test('L7: are bytes, split at the first colon', () => {
    const password = Buffer.from([0x3a, 0x00, 0xff, 0xc3, 0x28, 0x3a]);
    const credentials = readBasicCredentials(header(Buffer.concat([Buffer.from('CP-1:'), password])));
    expect(credentials?.user.toString()).toBe('CP-1');
    expect(credentials?.password).toEqual(password);
  });

  test('the name of the scheme is read without case, surplus space does not matter', () => {
    expect(
      readBasicCredentials(` bASIC   ${Buffer.from('a:b').toString('base64')} `)?.password.toString(),
    ).toBe('b');
  });

  test('user name and password may be empty', () => {
    expect(readBasicCredentials(header(':'))).toEqual({ user: Buffer.alloc(0), password: Buffer.alloc(0) });
  });

  test.each(['', 'Basic', 'Basic ', 'Bearer YTpi', 'Basic a:b', header('no-colon'), 'Basic YTpi YTpi'])(
    '"%s" is none',
    (value) => {
      expect(readBasicCredentials(value)).toBeUndefined();
    },
  );
});
