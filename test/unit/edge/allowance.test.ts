import { expect, test } from 'vitest';
import { Allowance } from '../../../src/edge/session.ts';
import { fakeSession } from './fake-session.ts';

test('the burst passes at once, then one frame in the time that its rate gives', () => {
  const allowance = new Allowance(10, 3);
  const { session } = fakeSession();
  const passed: number[] = [];
  for (let now = 1000; now <= 1500; now += 10) while (allowance.spend(session, now)) passed.push(now);
  expect(passed).toEqual([1000, 1000, 1000, 1100, 1200, 1300, 1400, 1500]);
});

test('what is refused costs nothing, and after silence the whole burst is there again, and no more', () => {
  const allowance = new Allowance(10, 3);
  const { session } = fakeSession();
  for (let index = 0; index < 100; index++) allowance.spend(session, 1000);
  expect(allowance.allows(session, 1099)).toBe(false);
  expect(allowance.allows(session, 1100)).toBe(true);
  let passed = 0;
  while (allowance.spend(session, 60_000)) passed++;
  expect(passed).toBe(3);
});

test('charge points have an allowance each', () => {
  const allowance = new Allowance(1, 1);
  const [one, other] = [fakeSession().session, fakeSession().session];
  expect([allowance.spend(one, 1000), allowance.spend(one, 1000), allowance.spend(other, 1000)]).toEqual([
    true,
    false,
    true,
  ]);
});
