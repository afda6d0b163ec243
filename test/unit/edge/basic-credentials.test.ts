import { describe, expect, test } from 'vitest';
import { readPassword } from '../../../src/edge/basic-credentials.ts';

const header = (bytes: Buffer | string): string => `Basic ${Buffer.from(bytes).toString('base64')}`;

describe('Basic credentials', () => {
  test('L7: are bytes, split at the first colon', () => {
    const password = Buffer.from([0x3a, 0x00, 0xff, 0xc3, 0x28, 0x3a]);
    const shown = header(Buffer.concat([Buffer.from('CP-1:'), password]));
    expect(readPassword(shown, 'CP-1')).toEqual(password);
    expect(readPassword(header('CP-1:a:b'), 'CP-1')?.toString()).toBe('a:b');
  });

  test('L6: the user name is the identity, decoded, in its own spelling and to its end', () => {
    expect(readPassword(header('Säule 1:pw'), 'Säule 1')?.toString()).toBe('pw');
    for (const user of ['S%C3%A4ule%201', 'säule 1', 'Säule', 'Säule 12', ' Säule 1', 'CP-1', '']) {
      expect(readPassword(header(`${user}:pw`), 'Säule 1'), user).toBeUndefined();
    }
    expect(readPassword(header('EU:1:pw'), 'EU:1')?.toString()).toBe('pw');
    expect(readPassword(header('EU:2:pw'), 'EU:1')).toBeUndefined();
  });

  test('the name of the scheme is read without case, surplus space does not matter', () => {
    const shown = ` bASIC   ${Buffer.from('a:b').toString('base64')} `;
    expect(readPassword(shown, 'a')?.toString()).toBe('b');
  });

  test('a password may be empty', () => {
    expect(readPassword(header('a:'), 'a')).toEqual(Buffer.alloc(0));
  });

  test.each(['', 'Basic', 'Basic ', 'Bearer YTpi', 'Basic a:b', header('a'), 'Basic YTpi YTpi'])(
    '"%s" is none',
    (value) => {
      expect(readPassword(value, 'a')).toBeUndefined();
    },
  );
});
