import { expect, test } from 'vitest';
import { digestKey, KeyRing } from '../../../src/control/key-ring.ts';
import { LogIns } from '../../../src/control/log-ins.ts';
import { scratchStore } from '../store/scratch.ts';

const HOUR = 3_600_000;
const sha256 = digestKey('a-key').toString('hex');
const principal = { kind: 'key', id: 'shift', role: 'viewer' } as const;

function sessionOf(index: number, createdAt: number) {
  return {
    sha256: `s${index}`,
    keyId: 'shift',
    keySha256: sha256,
    createdAt,
    expiresAt: createdAt + 12 * HOUR,
  };
}

test('what an earlier control kept counts: the oldest end first, whatever order they lie in', async () => {
  const store = scratchStore();
  const now = Date.now();
  for (let index = 0; index < 64; index++) {
    await store.consoleSessions.begin(sessionOf(index, now - HOUR + ((index * 7) % 64)));
  }
  const logIns = new LogIns(store, new KeyRing(store, []));
  await logIns.beginWithKey({ principal, sha256 }, { isSecure: false });
  expect(store.consoleSessions.list()).toHaveLength(64);
  expect(store.consoleSessions.get('s0')).toBeUndefined();
  expect(store.consoleSessions.get('s1')).toBeDefined();
});

test('those that are over are forgotten, apart from any log-in, and the others stay', async () => {
  const store = scratchStore();
  const now = Date.now();
  for (let index = 0; index < 10; index++) {
    await store.consoleSessions.begin(sessionOf(index, now - (index < 4 ? 13 : 1) * HOUR));
  }
  const logIns = new LogIns(store, new KeyRing(store, []));
  await logIns.forgetEnded();
  expect(
    store.consoleSessions
      .list()
      .map((session) => session.sha256)
      .sort(),
  ).toEqual(['s4', 's5', 's6', 's7', 's8', 's9']);
  await logIns.forgetEnded(now + 12 * HOUR);
  expect(store.consoleSessions.list()).toEqual([]);
});
