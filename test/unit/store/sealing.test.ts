import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { sealingWith } from '../../../src/store/sealing.ts';

const pepper = randomBytes(32);
const value = { key: 'AuthorizationKey', value: 'a-secret-of-16-bytes' };

test('what was sealed comes back, and shows nothing of itself', () => {
  const sealed = sealingWith(pepper, 'tests').seal(value);
  expect(sealingWith(pepper, 'tests').open(sealed)).toEqual(value);
  expect(Buffer.from(sealed).toString('latin1')).not.toContain('secret');
  expect(sealingWith(pepper, 'tests').seal(value)).not.toEqual(sealed);
});

test('with another pepper, for another purpose, or changed, it does not open', () => {
  const sealed = sealingWith(pepper, 'tests').seal(value);
  expect(() => sealingWith(randomBytes(32), 'tests').open(sealed)).toThrow();
  expect(() => sealingWith(pepper, 'others').open(sealed)).toThrow();
  const changed = Uint8Array.from(sealed, (byte, index) => (index === sealed.length - 1 ? byte ^ 1 : byte));
  expect(() => sealingWith(pepper, 'tests').open(changed)).toThrow();
});
