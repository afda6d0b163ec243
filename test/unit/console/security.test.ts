import { expect, test } from 'vitest';
import { expiryOf, profileInWords } from '../../../src/console/security.ts';

const DAY_MS = 24 * 3_600_000;

test('an expiry is coloured in its last 30 days, and red in the last week and after', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  const inDays = (days: number) => expiryOf(new Date(now + days * DAY_MS).toISOString(), now);
  expect(inDays(31)).toEqual({ tone: '', words: '31 d left' });
  expect(inDays(29)).toEqual({ tone: 'tone-attention', words: '29 d left' });
  expect(inDays(6)).toEqual({ tone: 'tone-fault', words: '6 d left' });
  expect(inDays(-3)).toEqual({ tone: 'tone-fault', words: 'expired 3 d ago' });
});

test('a profile is said in words', () => {
  expect([0, 1, 2, 3].map(profileInWords)).toEqual([
    '0, nothing',
    '1, password',
    '2, password over TLS',
    '3, client certificate',
  ]);
});
