import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { Passwords } from '../../../src/control/passwords.ts';
import { UserAccounts } from '../../../src/control/users.ts';
import { scratchStore } from '../store/scratch.ts';

const DAY = 86_400_000;
const HERE = '192.0.2.1';

/** Notes what is worked out, and takes no time for it. */
class QuickPasswords extends Passwords {
  readonly asked: (string | undefined)[] = [];
  override hash(password: string): Promise<string> {
    return Promise.resolve(`hash of ${password}`);
  }
  override verify(hash: string | undefined, password: string): Promise<boolean> {
    this.asked.push(hash);
    return Promise.resolve(hash === `hash of ${password}`);
  }
}

async function accountsWith(passwords: Passwords, now: () => number = Date.now) {
  const store = scratchStore();
  const accounts = new UserAccounts(store, passwords, now);
  const body = { name: 'Anna', displayName: null, role: 'viewer', scope: null, enabled: true } as const;
  const { oneTimePassword } = await accounts.create(body, undefined, 'bootstrap');
  await accounts.setPassword('anna', 'the right password', false, undefined);
  return { store, accounts, oneTimePassword: oneTimePassword ?? '' };
}

test('whatever is wrong with a log-in, one hash is worked out', async () => {
  const passwords = new QuickPasswords();
  const { accounts } = await accountsWith(passwords);
  expect((await accounts.recognise('anna', 'the right password', HERE))?.name).toBe('Anna');
  expect(await accounts.recognise('anna', 'a wrong password', HERE)).toBeUndefined();
  expect(await accounts.recognise('nobody', 'the right password', HERE)).toBeUndefined();
  await accounts.change(
    'anna',
    { displayName: null, role: 'viewer', scope: null, enabled: false },
    undefined,
  );
  expect(await accounts.recognise('anna', 'the right password', HERE)).toBeUndefined();
  const right = 'hash of the right password';
  expect(passwords.asked).toEqual([right, right, undefined, right]);
});

test('to learn that there is nobody of a name takes as long as a wrong password', async () => {
  const { accounts } = await accountsWith(new Passwords());
  const times: Record<string, number[]> = { anna: [], nobody: [] };
  for (let turn = 0; turn < 9; turn++) {
    for (const name of ['anna', 'nobody']) {
      const begin = performance.now();
      await accounts.recognise(name, 'a wrong password', HERE);
      times[name]?.push(performance.now() - begin);
    }
  }
  const [anna, nobody] = [middle(times.anna), middle(times.nobody)];
  // Two hashes alike; what the store takes is a thousandth of one.
  expect(nobody / anna).toBeGreaterThan(0.4);
  expect(nobody / anna).toBeLessThan(2.5);
});

function middle(times: readonly number[] = []): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

test('a name is guessed at so often and no oftener, from wherever; its owner goes on where it was used', async () => {
  let now = 0;
  const { accounts } = await accountsWith(new QuickPasswords(), () => now);
  expect(await accounts.recognise('anna', 'the right password', HERE)).toBeDefined();
  for (const name of ['anna', 'nobody']) {
    for (let guess = 0; guess < 20; guess++)
      expect(await accounts.recognise(name, 'a wrong password', `198.51.100.${guess}`)).toBeUndefined();
    await expect(accounts.recognise(name, 'the right password', '198.51.100.99')).rejects.toThrow(
      'Too many failed attempts; try again in 60 s.',
    );
  }
  expect(await accounts.recognise('ANNA', 'the right password', HERE)).toBeDefined();
  now = 60_000;
  expect(await accounts.recognise('anna', 'the right password', '198.51.100.99')).toBeDefined();
});

test('a one-time password is over after a week', async () => {
  let now = 0;
  const { accounts } = await accountsWith(new QuickPasswords(), () => now);
  const made = await accounts.setPassword('anna', undefined, true, undefined);
  const once = made?.oneTimePassword ?? '';
  expect(once).toMatch(/^[\w-]{20}$/);
  now = 7 * DAY - 1;
  expect(await accounts.recognise('anna', once, HERE)).toBeDefined();
  now = 7 * DAY;
  expect(await accounts.recognise('anna', once, HERE)).toBeUndefined();
});

test('who chooses a password while an admin gives another one does not undo that', async () => {
  const { accounts, store } = await accountsWith(new QuickPasswords());
  const user = store.users.get('anna');
  await accounts.setPassword('anna', 'chosen by an admin', false, undefined);
  if (!user) throw new Error('there is no such user');
  await expect(accounts.choosePassword(user, 'chosen by herself')).rejects.toThrow('is stored');
  expect(await accounts.recognise('anna', 'chosen by an admin', HERE)).toBeDefined();
});

test('two hashes are worked out at a time, so many wait, and the next is told to come later', async () => {
  const passwords = new Passwords();
  const all = Array.from({ length: 66 }, () => passwords.hash('a password'));
  await expect(passwords.hash('one too many')).rejects.toThrow('Too many requests are under way');
  const hashes = await Promise.all(all);
  expect(new Set(hashes).size).toBe(66);
  expect(hashes[0]).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwords.verify(hashes[0], 'a password')).toBe(true);
  // The same letter, put together of two.
  expect(await passwords.verify(await passwords.hash('caf\u00e9 au lait'), 'cafe\u0301 au lait')).toBe(true);
  expect(await passwords.verify(undefined, 'a password')).toBe(false);
});
